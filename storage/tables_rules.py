"""Tables of edited rules: proposals, approvals, versions."""

from __future__ import annotations
