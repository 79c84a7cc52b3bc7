"""Tables of the desk's work on a case beside its own row: notes, questions, dialogues, requests."""

from __future__ import annotations
