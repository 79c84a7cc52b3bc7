"""Who a console page is for, in the words its route declares."""

from __future__ import annotations

from cases.model import OfficerRole

Roles = frozenset[OfficerRole]

DESK: Roles = frozenset({OfficerRole.HANDLER, OfficerRole.TRIAGE})
CONTACT: Roles = frozenset({OfficerRole.CONTACT})
WATCH: Roles = frozenset({OfficerRole.FOLLOW_UP, OfficerRole.OVERSIGHT})
ADMIN: Roles = frozenset({OfficerRole.ADMIN})
ANY: Roles = frozenset(OfficerRole)
