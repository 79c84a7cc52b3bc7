"""Changes of officers' accounts as proposals: roles, body, posts and relatives decide who sees which case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from cases import officers
from cases.bodies import Directory
from cases.casework import Refused
from cases.model import Officer, OfficerRole
from cases.rule_edits import Fault, RuleEdit, RuleFault, What

FIELDS = ("name", "body", "roles", "post", "extra_posts", "hamlet", "relatives")
LONGEST_NAME = 100
_LISTS = frozenset({"roles", "extra_posts", "relatives"})
_FIELD_OF = {
    "no_body": "body",
    "no_roles": "roles",
    "admin_alone": "roles",
    "role_body": "roles",
    "two_triage": "roles",
}


@dataclass(frozen=True, slots=True)
class Account:
    """What an administrator may say of an account."""

    name: str
    body: str
    roles: tuple[OfficerRole, ...]
    post: str = ""
    extra_posts: tuple[str, ...] = ()
    hamlet: str = ""
    relatives: tuple[str, ...] = ()

    def on(self, officer: Officer) -> Officer:
        """The officer with these."""
        return replace(officer, **{name: getattr(self, name) for name in FIELDS})

    def content(self) -> dict[str, object]:
        """As it is stored."""
        return {name: list(value) if isinstance(value := getattr(self, name), tuple) else value for name in FIELDS}


def account_of(officer: Officer) -> Account:
    """What is said of this officer now."""
    return Account(**{name: getattr(officer, name) for name in FIELDS})


def read_account(content: Mapping[str, Any]) -> Account:
    """A stored account. Raises ValueError for a role nobody knows."""
    known: dict[str, Any] = {name: tuple(content[name]) if name in _LISTS else str(content[name]) for name in FIELDS}
    return Account(**{**known, "roles": tuple(OfficerRole(role) for role in content["roles"])})


def proposal(locality: str, officer_id: str, before: Officer | None, after: Account, reason: str, by: str) -> RuleEdit:
    """The proposal to change an account, or to make one (`before` None)."""
    content = {"before": account_of(before).content() if before else None, "after": after.content()}
    return RuleEdit(0, locality, What.OFFICER, officer_id, content, reason, proposed_by=by, needs_approval=True)


def account_faults(officer: Officer, directory: Directory, colleagues: Iterable[Officer]) -> list[Fault]:
    """What is wrong with an account as proposed."""
    found, colleagues = [], list(colleagues)
    if not officer.name.strip():
        found.append(Fault("name", RuleFault("missing")))
    if len(officer.name) > LONGEST_NAME:
        found.append(Fault("name", RuleFault("too_long", most=LONGEST_NAME)))
    posts = {post.code: post for post in directory.posts}
    for field, codes in (("post", [officer.post] if officer.post else []), ("extra_posts", officer.extra_posts)):
        found += [Fault(field, RuleFault("word_unknown", what=code, kind="")) for code in codes if code not in posts]
    own = [posts[code] for code in (officer.post, *officer.extra_posts) if code in posts]
    if any(post.level == "hamlet" for post in own) and not officer.hamlet:
        found.append(Fault("hamlet", RuleFault("hamlet_needed")))
    if officer.hamlet and directory.locality.hamlet(officer.hamlet) is None:
        found.append(Fault("hamlet", RuleFault("hamlet_unknown", what=officer.hamlet, near="")))
    ids = {one.id for one in colleagues}
    if strange := [one for one in officer.relatives if one not in ids or one == officer.id]:
        found.append(Fault("relatives", RuleFault("word_unknown", what=strange[0][:6].upper(), kind="")))
    try:
        officers.check_roles(officer, directory, colleagues)
    except Refused as refused:
        found.append(Fault(_FIELD_OF[refused.code], refused))
    return found
