"""Officers' accounts: the list, one-time codes, proposals of roles and relations, and closing an account at once."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from cases import officers
from cases.model import Officer, OfficerRole
from cases.officer_edits import Account, account_of, proposal
from cases.rule_edits import Fault, RuleFault, What, WrongEdit
from storage import console, rule_edits, rule_steps
from storage.work import StoredWork
from web.console import settings_show as show
from web.console.settings_flow import EDITORS, ROOT, Told, current, guard, status, told
from web.console.shell import Console
from web.console.visit import Visit

PATH = f"{ROOT}/officers"
NEW = "+"
"""Part of the address of an account that is not made yet."""


def add_officers(console_: Console) -> None:
    """Hang in the list, the page of one account, and its steps."""
    console_.get(PATH, roles=EDITORS, menu="officers")(_list)
    console_.get(PATH + "/{id}", roles=EDITORS)(_one)
    console_.post(PATH + "/{id}", roles=EDITORS)(_propose)
    console_.post(PATH + "/{id}/code", roles=EDITORS)(_code)
    console_.post(PATH + "/{id}/revoke", roles=EDITORS)(_revoke)


async def _list(visit: Visit) -> Response:
    place = visit.officer.locality

    def step(unit: StoredWork) -> tuple[list[Officer], frozenset[str], list[Any]]:
        waiting = [one for one in rule_edits.listed(unit, what=What.OFFICER, waiting=True) if one.locality == place]
        return list(unit.people.officers(place)), console.having_accounts(unit, place), waiting

    people, signed_up, waiting = await visit.read(step)
    known = await visit.read(lambda unit: show.names(unit, waiting))
    rules = await current(visit)
    return visit.page(
        "settings_officers.html",
        people=sorted(people, key=lambda one: (one.body, one.name)),
        signed_up=signed_up,
        directory=visit.directory(),
        posts={post.code: post.title for post in visit.directory().posts},
        waiting=waiting,
        who=show.who(visit, known),
        about=show.about(visit, rules, known),
    )


async def _known(visit: Visit) -> Officer | None:
    """The officer of this address; None for a new one. Another place's, or a closed one, is missing."""
    wanted = visit.params["id"]
    if wanted == NEW:
        return None
    officer = await visit.read(lambda unit: unit.people.officer(wanted))
    if officer is None or not officer.active or officer.locality != visit.officer.locality:
        raise visit.missing()
    return officer


async def _one(visit: Visit) -> Response:
    officer = await _known(visit)
    empty = Account("", visit.officer.body, ())
    return await _shown(visit, officer, account_of(officer) if officer else empty, {})


async def _propose(visit: Visit) -> Response:
    guard(visit, What.OFFICER)
    officer, account = await _known(visit), _typed(visit)
    reason = " ".join(visit.form.get("reason").split())

    def step(unit: StoredWork) -> tuple[bool, str]:
        about = officer.id if officer else unit.new_id()
        known = unit.people.officer(about) if officer else None
        edit = proposal(visit.officer.locality, about, known, account, reason, visit.officer.id)
        stored, code = rule_steps.propose_account(unit, visit.rules, edit)
        return stored.needs_approval, code

    try:
        waits, code = await visit.write(step)
    except WrongEdit as wrong:
        return await _shown(visit, officer, account, told(visit, wrong.faults))
    if code:
        return code_page(visit, account.name, code)
    return visit.go(PATH, "settings_said_waiting" if waits else "settings_said_saved")


def _typed(visit: Visit) -> Account:
    form = visit.form
    chosen = form.all("roles")
    return Account(
        name=" ".join(form.get("name").split()),
        body=form.get("body"),
        roles=tuple(role for role in OfficerRole if role in chosen),
        post=form.get("post"),
        extra_posts=tuple(dict.fromkeys(one for one in form.all("extra_posts") if one and one != form.get("post"))),
        hamlet=form.get("hamlet"),
        relatives=tuple(dict.fromkeys(one for one in form.all("relatives") if one)),
    )


async def _shown(visit: Visit, officer: Officer | None, account: Account, faults: Told) -> Response:
    directory = visit.directory()
    about = officer.id if officer else ""

    def step(unit: StoredWork) -> tuple[list[Officer], list[Any], frozenset[str]]:
        edits = list(rule_edits.listed(unit, what=What.OFFICER, about=about, limit=20)) if about else []
        place = visit.officer.locality
        return list(unit.people.officers(place)), edits, console.having_accounts(unit, place)

    colleagues, edits, signed_up = await visit.read(step)
    known = await visit.read(lambda unit: show.names(unit, edits))
    rules = await current(visit)
    return visit.page(
        "settings_officer.html",
        status=status(faults),
        known=officer,
        account=account,
        own=about == visit.officer.id,
        signed_up=about in signed_up,
        bodies=[(body.code, body.name) for body in directory.bodies.values()],
        roles=[(role.value, visit.say(f"settings_role_{role}")) for role in OfficerRole],
        posts=[("", "–"), *((post.code, post.title) for post in directory.posts)],
        hamlets=[("", "–"), *((one.code, one.name) for one in directory.locality.hamlets)],
        colleagues=show.choices_of(colleagues, but=about),
        faults=faults,
        form=visit.form,
        edits=edits,
        who=show.who(visit, known),
        about=show.about(visit, rules, known),
    )


async def _code(visit: Visit) -> Response:
    """A fresh one-time code, or the proposal of one for an account in use."""
    guard(visit, What.OFFICER)
    officer = await _known(visit)
    if officer is None:
        raise visit.missing()
    reason, wanted = " ".join(visit.form.get("reason").split())[:500], officer.id
    code = await visit.write(lambda unit: rule_steps.invite_again(unit, visit.rules, wanted, visit.officer, reason))
    return code_page(visit, officer.name, code) if code else visit.go(PATH, "settings_said_waiting")


def code_page(visit: Visit, name: str, code: str) -> Response:
    """The code and its links, shown once."""
    shown = officers.show_code(code)
    root = visit.services.public_url or str(visit.request.base_url).rstrip("/")
    return visit.page(
        "settings_code.html", name=name, code=shown, link=f"{root}/console/invite/{shown}", hours=officers.CODE_HOURS
    )


async def _revoke(visit: Visit) -> Response:
    guard(visit, What.OFFICER)
    officer = await _known(visit)
    if officer is None:
        raise visit.missing()
    reason = " ".join(visit.form.get("reason").split())[:500]
    faults: list[Fault] = []
    if officer.id == visit.officer.id:
        faults.append(Fault("revoke", RuleFault("revoke_self")))
    if not reason:
        faults.append(Fault("revoke", RuleFault("reason_missing")))
    if faults:
        return await _shown(visit, officer, account_of(officer), told(visit, faults))
    await visit.write(lambda unit: rule_steps.close_account(unit, officer.id, visit.officer, reason))
    return visit.go(PATH, "settings_said_revoked", name=officer.name)
