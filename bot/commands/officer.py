"""`officer invite`, `revoke`, `list`: accounts of the officers' register."""

from __future__ import annotations

import argparse

from bot.commands.failing import Failed
from bot.commands.opening import Desk, at_desk
from bot.settings import read_settings
from cases import officers
from cases.casework import Refused
from cases.model import Officer, OfficerRole
from storage import console, rule_steps
from storage.work import StoredWork

HOURS = officers.CODE_HOURS
REFUSALS = {
    "no_body": "--body: not a body in force",
    "no_roles": "--role: at least one is needed",
    "admin_alone": "--role: admin stands alone, because an administrator reads no case; make a second account",
    "role_body": "--role: this body cannot give that role (see hoiam directory show)",
    "two_triage": "--role: the body already has its two triage officers",
}


def invite(arguments: argparse.Namespace) -> int:
    """Make an account and print its one-time code and link."""
    roles = _roles(arguments.role)

    async def work(desk: Desk) -> str:
        locality = desk.locality(arguments.locality)
        rules = desk.rulebook.rules
        directory = rules.directory(locality, desk.office.clock())
        if not directory.has(arguments.body):
            raise Failed(f"--body: {arguments.body} is not a body in force; there are {', '.join(directory.bodies)}")
        if arguments.post and arguments.post not in {post.code for post in directory.posts}:
            raise Failed(
                f"--post: {arguments.post} is not known; there are {', '.join(p.code for p in directory.posts)}"
            )

        def store(unit: StoredWork) -> str:
            officer = Officer(
                unit.new_id(),
                locality,
                arguments.name,
                arguments.body,
                roles,
                post=arguments.post,
                hamlet=arguments.hamlet,
            )
            return rule_steps.open_account(unit, rules, officer, arguments.reason)

        try:
            return officers.show_code(await desk.office.write(store))
        except Refused as refused:
            raise Failed(REFUSALS[refused.code]) from refused

    code = at_desk(work)
    address = read_settings().address
    print(f"code     {code}")
    print(f"console  {address}/console/invite/{code}")
    print(f"chat     /lienket {code}")
    print(f"link     {address}/chat?start=lk-{code}")
    print(f"valid    {HOURS} hours, once, for the console or for a chat")
    return 0


def revoke(arguments: argparse.Namespace) -> int:
    """Close an account in chat and console; the history keeps its name."""

    async def work(desk: Desk) -> None:
        rules = desk.rulebook.rules
        try:
            await desk.office.write(lambda unit: rule_steps.shut_account(unit, rules, arguments.id, arguments.reason))
        except LookupError as missing:
            raise Failed(f"no open account has the id {arguments.id}; see hoiam officer list") from missing

    at_desk(work)
    print("closed")
    return 0


def show(arguments: argparse.Namespace) -> int:
    """List accounts: id, body, roles, linked or not, name."""

    async def work(desk: Desk) -> tuple[list[Officer], frozenset[str]]:
        place = desk.locality(arguments.locality)
        return await desk.office.read(
            lambda unit: (list(unit.people.officers(place)), console.having_accounts(unit, place))
        )

    known, tied = at_desk(work)
    for officer in known:
        ways = [way for way, there in (("chat", officer.chat), ("console", officer.id in tied)) if there]
        linked = "+".join(ways) or "not linked"
        print(f"{officer.id}  {officer.body:12} {','.join(officer.roles):24} {linked:12} {officer.name}")
    return 0


def _roles(given: list[str]) -> tuple[OfficerRole, ...]:
    words = [word for item in given for word in item.split(",")]
    known = {role.value for role in OfficerRole}
    wrong = [word for word in words if word not in known]
    if wrong:
        raise Failed(f"--role: {wrong[0]} is not known; allowed are {', '.join(sorted(known))}")
    return tuple(OfficerRole(word) for word in words)
