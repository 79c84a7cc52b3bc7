"""`officer invite`, `revoke`, `list`: accounts of the officers' register."""

from __future__ import annotations

import argparse
import secrets
from datetime import timedelta

from bot.commands.failing import Failed
from bot.commands.opening import Desk, at_desk
from bot.settings import read_settings
from cases.model import Officer, OfficerRole
from cases.ports import Invitation
from storage.work import StoredWork

HOURS = 24


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
        code = secrets.token_hex(5)

        def store(unit: StoredWork) -> None:
            officer = Officer(
                unit.new_id(),
                locality,
                arguments.name,
                arguments.body,
                roles,
                post=arguments.post,
                hamlet=arguments.hamlet,
            )
            unit.people.save_officer(officer)
            unit.people.invite(code, Invitation(officer.id, unit.now + timedelta(hours=HOURS)))

        await desk.office.write(store)
        return code

    code = at_desk(work)
    print(f"code   {code}")
    print(f"chat   /lienket {code}")
    print(f"link   {read_settings().address}/chat?start=lk-{code}")
    print(f"valid  {HOURS} hours, once")
    return 0


def revoke(arguments: argparse.Namespace) -> int:
    """Close an account; the history keeps its name."""

    def close(unit: StoredWork) -> None:
        officer = unit.people.officer(arguments.id)
        if officer is None:
            raise Failed(f"no officer has the id {arguments.id}; see hoiam officer list")
        officer.active = False
        officer.chat = ""
        unit.people.save_officer(officer)

    async def work(desk: Desk) -> None:
        await desk.office.write(close)

    at_desk(work)
    print("closed")
    return 0


def show(arguments: argparse.Namespace) -> int:
    """List accounts: id, body, roles, linked or not, name."""

    async def work(desk: Desk) -> list[Officer]:
        locality = desk.locality(arguments.locality)
        return list(await desk.office.read(lambda unit: unit.people.officers(locality)))

    for officer in at_desk(work):
        linked = "linked" if officer.chat else "not linked"
        print(f"{officer.id}  {officer.body:12} {','.join(officer.roles):24} {linked:10} {officer.name}")
    return 0


def _roles(given: list[str]) -> tuple[OfficerRole, ...]:
    words = [word for item in given for word in item.split(",")]
    known = {role.value for role in OfficerRole}
    wrong = [word for word in words if word not in known]
    if wrong:
        raise Failed(f"--role: {wrong[0]} is not known; allowed are {', '.join(sorted(known))}")
    return tuple(OfficerRole(word) for word in words)
