"""`/console/sealed`: keys of the bodies that open sealed reports, made elsewhere, brought here and agreed by a second.

The server gets a public key and, for each holder, the private one wrapped under a passphrase it never sees.
"""

from __future__ import annotations

import base64
from typing import Any

import orjson
from starlette.responses import Response

from cases.bodies import Directory
from cases.casework import one_person
from cases.model import Officer
from storage import sealed_keys
from storage.sealed_box import Tampered, checked, shown
from storage.sealed_keys import BodyKey
from storage.work import StoredWork
from web.console.roles import ADMIN, DESK, WATCH
from web.console.shell import Console
from web.console.visit import Visit

PATH = "/console/sealed"
FILE_CAP = 20_000  # bytes of a key file


def add_sealed_keys(console: Console) -> None:
    """The page and its forms."""
    console.get(PATH, roles=DESK | WATCH | ADMIN, menu="sealed")(show_keys)
    console.post(f"{PATH}/upload", roles=DESK)(_upload)
    console.post(f"{PATH}/decide", roles=DESK | WATCH | ADMIN)(_decide)


async def show_keys(visit: Visit, *, fault: str = "", at: str = "", status: int = 200) -> Response:
    """Keys of the officer's body, and what waits for a second person anywhere in the commune."""

    def step(unit: StoredWork) -> dict[str, Any]:
        keys = sealed_keys.keys_of(unit, visit.officer.locality)
        shown_keys = [one for one in keys if one.waiting or _own(visit, one)]
        in_force = {sealed_keys.newest(unit, one.locality, one.body) for one in shown_keys}
        return {
            "since": sealed_keys.switched_on(unit, visit.officer.locality),
            "rows": [_row(unit, visit, one, in_force) for one in shown_keys],
            "copies": sealed_keys.holders(unit, [one.id for one in shown_keys]),
            "mine": set(sealed_keys.copies_of(unit, visit.officer.id)),
        }

    found = await visit.read(step)
    holder = not DESK.isdisjoint(visit.officer.roles)
    return visit.page(
        "sealed_keys.html", status=status, fault=fault, at_key=at, holder=holder, body_code=visit.officer.body, **found
    )


def _row(unit: StoredWork, visit: Visit, key: BodyKey, in_force: set[BodyKey | None]) -> dict[str, Any]:
    refused = not key.waiting and not key.agreed
    state = "waiting" if key.waiting else "refused" if refused else "in_force" if key in in_force else "older"
    return {
        "id": key.id,
        "shown": shown(key.id),
        "body": visit.directory().name(key.body),
        "state": state,
        "at": key.proposed_at,
        "decides": key.waiting and may_decide(unit, visit.officer, visit.directory(), key),
    }


def _own(visit: Visit, key: BodyKey) -> bool:
    return key.body in visit.directory().same_as(visit.officer.body)


def may_decide(unit: StoredWork, officer: Officer, directory: Directory, key: BodyKey) -> bool:
    """Who may be the second person: a colleague of the body, oversight, or an administrator; never the proposer.

    The proposer's other account, of the same name, is the proposer.
    """
    proposer = unit.people.officer(key.proposed_by)
    if not officer.active or (proposer is not None and one_person(officer, proposer)):
        return False
    colleague = key.body in directory.same_as(officer.body) and not DESK.isdisjoint(officer.roles)
    return colleague or not (WATCH | ADMIN).isdisjoint(officer.roles)


async def _upload(visit: Visit) -> Response:
    """A new key waits for a second person; a copy of a known one is this officer's at once."""
    chosen = visit.form.file("file")
    content = await chosen.read(FILE_CAP + 1) if chosen is not None else b""
    try:
        wrapped = checked(orjson.loads(content))
    except (Tampered, ValueError):
        return await show_keys(visit, fault=visit.say("sealed_wrong_file"), at="file", status=422)
    officer, key = visit.officer, str(wrapped["key_id"])

    def step(unit: StoredWork) -> str:
        present = sealed_keys.known(unit, key)
        if present is not None and not (present.locality == officer.locality and _own(visit, present)):
            return ""
        public = base64.b64decode(str(wrapped["public"]))
        fresh = sealed_keys.propose(unit, officer.locality, officer.body, key, public, officer.id)
        sealed_keys.keep_copy(unit, key, officer.id, wrapped)
        return "proposed" if fresh else "copied"

    done = await visit.write(step)
    if not done:
        return await show_keys(visit, fault=visit.say("sealed_wrong_body"), at="file", status=422)
    return visit.go(PATH, f"sealed_said_{done}")


async def _decide(visit: Visit) -> Response:
    """The second person compared the number: its last four signs are typed, not shown ready to be clicked."""
    key, agreed = visit.form.get("key"), visit.form.get("answer") == "agree"
    if agreed and visit.form.get("last").strip().lower() != key[-4:]:
        return await show_keys(visit, fault=visit.say("sealed_wrong_last"), at=key, status=422)

    def step(unit: StoredWork) -> bool:
        found = sealed_keys.known(unit, key)
        if found is None or found.locality != visit.officer.locality:
            raise visit.missing()
        if not may_decide(unit, visit.officer, visit.directory(), found):
            return False
        return sealed_keys.decide(unit, key, visit.officer.id, agreed=agreed)

    done = await visit.write(step)
    return visit.go(PATH, "sealed_said_late" if not done else f"sealed_said_{'agreed' if agreed else 'refused'}")
