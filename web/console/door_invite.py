"""The one-time link: an invited officer chooses name and password, ties an authenticator, and sees recovery codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from cases import officers
from cases.bodies import Directory
from cases.model import Officer
from cases.passwords import login_fault, password_fault, read_login
from storage import console
from storage.keys import SealBroken
from storage.work import StoredWork
from web.console.door_check import Checks
from web.console.forms import Form, read_form
from web.console.proofs import new_totp, picture, step_of_code, totp_address
from web.console.shell import Console
from web.pages import Refusal

PATH = "/console/invite/{code}"
PLACE_KEPT = "console.invite"
ISSUER = "Hoi Am"  # authenticators on old phones show no marks
SMALL = 20_000  # bytes


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody holding an unused one-time link."""

    request: Request
    officer: Officer
    code: str
    lang: str


def add_invite(shell: Console, checks: Checks) -> None:
    """Hang in the link."""
    shell.door("GET", PATH)(partial(_show, shell))
    shell.door("POST", PATH)(partial(_take, shell, checks))


def known_names(officer: Officer, login: str, directory: Directory) -> list[str]:
    """What others know of an officer, and a password must not be made of."""
    body = directory.bodies.get(officer.body)
    names = [officer.name, *officer.name.split()[-2:], login, directory.locality.name]
    return [*names, body.name, body.short] if body else names


async def _guest(shell: Console, request: Request) -> Guest:
    code = request.path_params["code"]
    officer = await shell.services.office.read(lambda unit: console.invited(unit, code))
    if officer is None:
        raise Refusal(404, "console_invite_gone")
    return Guest(request, officer, code, shell.pages.language(request))


async def _show(shell: Console, request: Request) -> Response:
    return _choosing(shell, await _guest(shell, request), "", {})


async def _take(shell: Console, checks: Checks, request: Request) -> Response:
    guest = await _guest(shell, request)
    form = await read_form(request, SMALL)
    if form.get("kept"):
        return await _tie(shell, checks, guest, form)
    return await _choose(shell, checks, guest, form)


async def _choose(shell: Console, checks: Checks, guest: Guest, form: Form) -> Response:
    """Name and password; what was chosen travels on, sealed, and nothing is stored yet."""
    login, password = read_login(form.get("login")), form.get("password")
    directory = shell.services.rules().directory(guest.officer.locality, shell.services.clock())
    taken = await shell.services.office.read(lambda unit: console.is_taken(unit, login, guest.officer.id))
    faults = {
        "login": login_fault(login) or ("taken" if taken else ""),
        "password": password_fault(password, known_names(guest.officer, login, directory)),
    }
    if any(faults.values()):
        return _choosing(shell, guest, login, faults)
    kept = [login, await checks.hashing.hash(password), new_totp()]
    return _tying(shell, guest, kept, "")


async def _tie(shell: Console, checks: Checks, guest: Guest, form: Form) -> Response:
    """The first code of the authenticator; then the link is used up and the account is there."""
    keys = shell.services.office.keys
    try:
        kept = keys.open_json(PLACE_KEPT, _row(guest), bytes.fromhex(form.get("kept")))
    except (SealBroken, ValueError):
        raise Refusal(400, "console_error_form") from None
    login, password_hash, totp = kept
    step = step_of_code(totp, form.get("code"), shell.services.clock())
    if step is None:
        return _tying(shell, guest, kept, "code")

    def settle(unit: StoredWork) -> list[str] | None:
        if console.is_taken(unit, login, guest.officer.id):
            return None
        if not console.claim(unit, guest.code):
            raise Refusal(404, "console_invite_gone")
        unit.audit.enter("secret_changed", actor=guest.officer.id, detail={"which": "link"})
        return console.save(unit, guest.officer, login, password_hash, totp, step)

    codes = await shell.services.office.write(settle)
    if codes is None:
        return _choosing(shell, guest, login, {"login": "taken", "password": ""})
    page = shell.bare(guest.request, "door_codes.html", guest.lang, codes=codes, officer=guest.officer)
    await checks.begin(guest.request, page, guest.officer.id, guest.lang)
    return page


def _choosing(shell: Console, guest: Guest, login: str, faults: Mapping[str, str]) -> Response:
    directory = shell.services.rules().directory(guest.officer.locality, shell.services.clock())
    body = directory.bodies.get(guest.officer.body)
    return shell.bare(
        guest.request,
        "door_invite.html",
        guest.lang,
        status=422 if faults else 200,
        officer=guest.officer,
        body=body.name if body else guest.officer.body,
        code=officers.show_code(officers.read_code(guest.code)),
        login=login,
        faults=faults,
    )


def _tying(shell: Console, guest: Guest, kept: list[str], fault: str) -> Response:
    sealed = shell.services.office.keys.seal_json(PLACE_KEPT, _row(guest), kept)
    return shell.bare(
        guest.request,
        "door_tie.html",
        guest.lang,
        status=422 if fault else 200,
        kept=sealed.hex(),
        secret=kept[2],
        address=totp_address(kept[2], kept[0], ISSUER),
        picture=picture(totp_address(kept[2], kept[0], ISSUER)),
        fault=fault,
    )


def _row(guest: Guest) -> str:
    """What was chosen under one link cannot be brought in under another."""
    return f"{guest.officer.id}:{officers.read_code(guest.code)}"
