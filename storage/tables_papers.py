"""Tables of official papers: numbers given and papers made."""

from __future__ import annotations
