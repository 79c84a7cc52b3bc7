"""Tables behind lists: keyed search words and saved views."""

from __future__ import annotations
