"""Edits of rules and accounts as entries of the audit chain: who proposed, agreed, refused or took back what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cases.rule_edits import RuleEdit, What
from storage.work import StoredWork

AGREED = "rule_changed"


def enter_edit(unit: StoredWork, edit: RuleEdit, actor: str, what: str = AGREED) -> None:
    """`what`: `rule_proposed`, `rule_changed` (in force), `rule_refused`, `rule_withdrawn`; accounts have own words."""
    about = {"edit": str(edit.id), "what": edit.what.value, "about": edit.about}
    if edit.what is What.OFFICER and what == AGREED:
        what, roles = _of_account(edit.content)
        about["roles"] = roles
    unit.audit.enter(what, actor=actor, detail=about)


def _of_account(content: Mapping[str, Any]) -> tuple[str, str]:
    if content.get("step"):  # a new one-time code, or the account closed
        return ("role_removed" if content["step"] == "revoke" else "code_given"), ""
    before, after = (set((content.get(name) or {}).get("roles", ())) for name in ("before", "after"))
    if after - before:
        return "role_granted", " ".join(sorted(after - before))
    return ("role_removed" if before - after else "account_changed"), " ".join(sorted(before - after))
