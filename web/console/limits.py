"""How tries at the door are slowed: the attacker waits, the owner does not.

A browser where the account signed in before has an allowance of its own, so that no spray from elsewhere touches it.
A stranger is counted by address and by account; an address that has not yet tried this account gets three tries
whatever others did to the account. So a spray from a hundred places slows itself, and the owner still enters at once
from her own machine, and from a new one as soon as her address is not itself one of the sprayers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cases.passwords import read_login
from storage import console_limits
from storage.console_limits import Allowance
from storage.work import Office, StoredWork


@dataclass(frozen=True, slots=True)
class Gate:
    """A try passes when every one of `all_of` and at least one of `one_of` (if there are any) has room."""

    all_of: tuple[Allowance, ...] = ()
    one_of: tuple[Allowance, ...] = ()


@dataclass(frozen=True, slots=True)
class Admitted:
    """`wait` in seconds, 0 when let through; then `counted` is what this try was counted for."""

    wait: float
    counted: tuple[Allowance, ...] = ()


def of_device(officer_id: str, device: str) -> Gate:
    """A browser this account signed in on before."""
    return Gate((Allowance(f"device:{officer_id}:{device}", burst=10, every=30),))


def of_stranger(login: str, address: str) -> Gate:
    """Any other browser; `address` is empty where it cannot be known."""
    name = read_login(login)
    account = Allowance(f"account:{name}", burst=10, every=5)
    if not address:
        return Gate(one_of=(account,))
    pair = Allowance(f"pair:{name}\0{address}", burst=3, every=1_200)
    return Gate((Allowance(f"address:{address}", burst=10, every=15),), (pair, account))


def of_session(session_id: str) -> Gate:
    """Somebody before a session that pauses, or a form that asks for the password again."""
    return Gate((Allowance(f"session:{session_id}", burst=5, every=60),))


def of_code(officer_id: str) -> Allowance:
    """Wrong authenticator codes behind the right password, on a strange browser: somebody may have the password.

    At one in two minutes a guess of six digits stays under a chance of 1 in 460 a day; recovery codes and known
    browsers are not bound by it.
    """
    return Allowance(f"code:{officer_id}", burst=6, every=120)


async def admit(office: Office, gate: Gate) -> Admitted:
    """Count one try, or say how long to wait. A refused try writes nothing, so that a flood stays cheap."""
    refused = await office.read(lambda unit: _look(unit, gate))
    if refused.wait:
        return refused

    def step(unit: StoredWork) -> Admitted:
        found = _look(unit, gate)
        if not found.wait:
            console_limits.charge(unit, found.counted)
        return found

    return await office.write(step)


async def give_back(office: Office, admitted: Admitted) -> None:
    """The try was right."""
    await office.write(lambda unit: console_limits.give_back(unit, admitted.counted))


def _look(unit: StoredWork, gate: Gate) -> Admitted:
    longest = max(_waits(unit, gate.all_of), default=0.0)
    choice = _waits(unit, gate.one_of)
    pause = max(longest, min(choice, default=0.0))
    open_ = [one for one, seconds in zip(gate.one_of, choice, strict=True) if not seconds]
    return Admitted(pause) if pause else Admitted(0.0, (*gate.all_of, *open_[:1]))


def _waits(unit: StoredWork, allowances: Sequence[Allowance]) -> list[float]:
    return [console_limits.wait(unit, one) for one in allowances]
