"""Whether somebody is who she says: password and code together, in equal time, with equal words for every failure."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from cases.notices import tell_officer
from storage import console, console_limits, console_sessions
from storage.console import Account
from storage.console_limits import Allowance
from storage.console_sessions import SignedIn
from storage.work import StoredWork
from web.console import limits
from web.console.proofs import Crowded, Hashing, looks_like_totp, new_totp, step_of_code
from web.console.shell import Console
from web.limits import client, networks

CROWDED_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Try:
    """What was typed at the door."""

    login: str
    password: str
    code: str


@dataclass(frozen=True, slots=True)
class Found:
    """The account when everything was right; else None, with the seconds to wait if it was too often."""

    account: Account | None = None
    wait: float = 0.0


class Checks:
    """Tries at the door."""

    def __init__(self, shell: Console) -> None:
        self._shell = shell
        self._office = shell.services.office
        self._trusted = networks(shell.services.trusted_proxy)
        self._no_secret = new_totp()
        self.hashing = Hashing()

    async def sign_in(self, request: Request, one: Try) -> Found:
        """Login, password and code of the authenticator, or a recovery code."""
        known = await self._office.read(lambda unit: console.by_login(unit, one.login))
        at_home = known is not None and self._shell.cookies.knows(request, known.login, known.epoch)
        admitted = await limits.admit(self._office, self._gate(request, one, known if at_home else None))
        if admitted.wait:
            return Found(wait=admitted.wait)
        try:
            right = await self.hashing.verify(known.password_hash if known else "", one.password, known_device=at_home)
        except Crowded:
            await limits.give_back(self._office, admitted)
            return Found(wait=CROWDED_SECONDS)
        guesses = limits.of_code(known.officer_id) if known is not None and not at_home else None
        passed = await self._code(known, one.code, right, guesses)
        if known is None or not (right and passed):
            return Found()
        await limits.give_back(self._office, admitted)
        await self._renew(known, one.password)
        return Found(known)

    async def again(self, session: SignedIn, proof: str) -> Found:
        """Somebody who is signed in shows herself again: with a fresh code, or with the password."""

        async def right(known: Account) -> bool:
            if looks_like_totp(proof):
                return await self._code(known, proof, True)
            return await self.hashing.verify(known.password_hash, proof, known_device=True)

        return await self._counted(session, right)

    async def prove(self, session: SignedIn, password: str, code: str | None = None) -> Found:
        """Before a change of what she signs in with: the password, and a code where one is asked for."""

        async def right(known: Account) -> bool:
            same = await self.hashing.verify(known.password_hash, password, known_device=True)
            return same if code is None else await self._code(known, code, same)

        return await self._counted(session, right)

    async def _counted(self, session: SignedIn, right: Callable[[Account], Awaitable[bool]]) -> Found:
        admitted = await limits.admit(self._office, limits.of_session(session.id))
        if admitted.wait:
            return Found(wait=admitted.wait)
        known = await self._office.read(lambda unit: console.of_officer(unit, session.officer.id))
        if known is None or not await right(known):
            return Found()
        await limits.give_back(self._office, admitted)
        return Found(known)

    async def begin(self, request: Request, response: Response, officer_id: str, lang: str) -> None:
        """A new session, whatever cookie the browser came with, and a browser that is known from now on."""
        agent, address = request.headers.get("user-agent", ""), client(request, self._trusted)
        former_token = self._shell.cookies.token(request)

        def step(unit: StoredWork) -> tuple[str, Account] | None:
            officer, known = unit.people.officer(officer_id), console.of_officer(unit, officer_id)
            if officer is None or known is None or not officer.active:
                return None
            if former := console_sessions.find(unit, former_token):
                console_sessions.end(unit, former.id, former.officer)
            unit.audit.enter("signed_in", actor=officer_id, detail={"door": "console"})
            return console_sessions.begin(unit, officer, lang=lang, agent=agent, address=address), known

        if begun := await self._office.write(step):
            token, known = begun
            self._shell.cookies.begin(response, token)
            self._shell.cookies.remember(request, response, known.login, known.epoch)

    def _gate(self, request: Request, one: Try, at_home: Account | None) -> limits.Gate:
        if at_home is not None:
            return limits.of_device(at_home.officer_id, at_home.epoch)
        return limits.of_stranger(one.login, client(request, self._trusted))

    async def _renew(self, known: Account, password: str) -> None:
        """The same password under today's parameters."""
        if self.hashing.is_old(known.password_hash):
            fresh = await self.hashing.hash(password)
            await self._office.write(lambda unit: console.rehash(unit, known.officer_id, known.password_hash, fresh))

    async def _code(
        self, known: Account | None, typed: str, password_right: bool, guesses: Allowance | None = None
    ) -> bool:
        """Read the code in any case; use it up, and count a wrong one, only when the password was right."""
        step = step_of_code(known.totp if known else self._no_secret, typed, self._office.clock())
        if known is None or not password_right:
            return False

        def use(unit: StoredWork) -> bool:
            officer = unit.people.officer(known.officer_id)
            if officer is None or not officer.active:
                return False
            if not looks_like_totp(typed):
                return console.use_recovery(unit, officer.id, typed)
            if guesses is not None and console_limits.wait(unit, guesses):
                return False
            if step is not None:
                return console.use_step(unit, officer.id, step)
            if guesses is not None:
                console_limits.charge(unit, [guesses])
                if console_limits.wait(unit, guesses):
                    hour = f"console:{unit.now:%Y%m%d%H}"
                    tell_officer(unit, self._shell.services.rules(), officer, "console_alarm_password", hour, "")
            return False

        return await self._office.write(use)
