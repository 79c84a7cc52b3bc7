"""Tables of periodic reports: drafts, recipients, opinions."""

from __future__ import annotations
