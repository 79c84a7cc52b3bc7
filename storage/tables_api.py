"""Tables of other systems' access: tokens and outgoing hooks."""

from __future__ import annotations
