"""Tables of the console's door: sign-in, sessions, one-time links."""

from __future__ import annotations
