"""Canned replies: sentences a desk begins with, for one body or for all."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from cases.model import BodyRole, OfficerRole
from storage.desk_canned import CannedReply, delete_canned, list_canned, save_canned
from web.console.roles import ADMIN, DESK
from web.console.settings_flow import ROOT, status
from web.console.shell import Console
from web.console.visit import Visit

PATH = f"{ROOT}/replies"
LONGEST_TITLE, LONGEST_TEXT = 120, 4000
EDITORS = ADMIN | DESK


def add_replies(console: Console) -> None:
    """Hang in the list and its forms."""
    console.get(PATH, roles=EDITORS, menu="replies")(_list)
    console.post(PATH, roles=EDITORS)(_save)
    console.post(PATH + "/{id}/delete", roles=EDITORS)(_delete)


def _own_body(visit: Visit) -> str:
    """A desk writes for its own body; administrators for any."""
    return "" if OfficerRole.ADMIN in visit.officer.roles else visit.officer.body


async def _list(visit: Visit) -> Response:
    return await _shown(visit, {"id": "", "title": "", "text": "", "body": _own_body(visit)}, {})


async def _shown(visit: Visit, typed: Mapping[str, str], faults: Mapping[str, list[str]]) -> Response:
    own = _own_body(visit)
    found = await visit.read(lambda unit: list_canned(unit, visit.officer.locality, own))
    directory = visit.directory()
    wanted = visit.query.get("id", "")
    chosen = next((one for one in found if one.id == wanted and _may_change(visit, one)), None)
    if chosen and not typed["title"] and not faults:
        typed = {"id": chosen.id, "title": chosen.title, "text": chosen.text, "body": chosen.body}
    desks = [(body.code, body.name) for body in directory.bodies_with(BodyRole.SUPERVISING_SUBJECT)]
    return visit.page(
        "settings_replies.html",
        status=status(faults),
        replies=[(one, _may_change(visit, one)) for one in found],
        typed=typed,
        bodies=[("", visit.say("settings_all_bodies")), *desks] if not own else [(own, directory.name(own))],
        directory=directory,
        faults=faults,
    )


def _may_change(visit: Visit, reply: CannedReply) -> bool:
    own = _own_body(visit)
    return not own or reply.body == own


async def _save(visit: Visit) -> Response:
    form, own = visit.form, _own_body(visit)
    typed = {name: form.get(name).strip() for name in ("id", "title", "text", "body")}
    typed["body"] = own or typed["body"]
    faults: dict[str, list[str]] = {}
    for name, most in (("title", LONGEST_TITLE), ("text", LONGEST_TEXT)):
        if not typed[name]:
            faults[name] = [visit.say("settings_fault_missing", place="")]
        elif len(typed[name]) > most:
            faults[name] = [visit.say("settings_fault_too_long", most=most)]
    if typed["body"] and not visit.directory().has_role(typed["body"], BodyRole.SUPERVISING_SUBJECT):
        faults["body"] = [visit.say("settings_fault_body_unknown", what=typed["body"], near="", place="")]
    if typed["id"]:
        known = await visit.read(lambda unit: list_canned(unit, visit.officer.locality))
        if not any(one.id == typed["id"] and _may_change(visit, one) for one in known):
            raise visit.missing()
    if faults:
        return await _shown(visit, typed, faults)
    entry = CannedReply(
        typed["id"], visit.officer.locality, typed["body"], typed["title"], typed["text"], visit.officer.id
    )
    await visit.write(lambda unit: save_canned(unit, entry))
    return visit.go(PATH, "settings_said_saved")


async def _delete(visit: Visit) -> Response:
    wanted = visit.params["id"]
    known = await visit.read(lambda unit: list_canned(unit, visit.officer.locality))
    if not any(one.id == wanted and _may_change(visit, one) for one in known):
        raise visit.missing()
    await visit.write(lambda unit: delete_canned(unit, visit.officer.locality, wanted))
    return visit.go(PATH, "settings_said_deleted")
