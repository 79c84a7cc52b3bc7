"""Subscriptions of other systems: proposed by one officer, agreed by another, served from the cases' own history."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import orjson
from sqlalchemy import ColumnElement, insert, select, update

from cases.casework import Refused
from cases.hook_events import OF_HISTORY, HookEvent, HookStage, Published, may_decide_hook, told
from cases.messages import Address, Outgoing
from cases.model import Officer
from cases.publication import Stage
from cases.rules import Rules
from storage.board import BoardStore
from storage.case_store import event
from storage.schema import metadata
from storage.tables_api import OutHook, OutHookMark
from storage.work import StoredWork, new_id

CHANNEL = "hook"
PURPOSE = "hook"
out_hook = metadata.tables[str(OutHook.__tablename__)]
mark = metadata.tables[str(OutHookMark.__tablename__)]
PLACE_TARGET, PLACE_SECRET = "out_hook.sealed_target", "out_hook.sealed_secret"
MARK = "served"
# Transactions end in another order than their events were numbered: younger events are looked at again.
SETTLED = timedelta(minutes=2)
BATCH = 500
MOST = 20  # subscriptions of one place that wait or run


@dataclass(frozen=True, slots=True)
class Hook:
    """One subscription. `name` is what the office calls the other system."""

    id: str
    locality: str
    stage: HookStage
    events: frozenset[HookEvent]
    name: str
    url: str
    proposed_by: str
    proposed_at: datetime
    decided_by: str
    decided_at: datetime | None
    delivered_at: datetime | None
    failing_since: datetime | None
    fault: str


@dataclass(frozen=True, slots=True)
class Target:
    """Where a call goes and by which key it is signed."""

    url: str
    secret: str
    active: bool


# -- subscribing ----------------------------------------------------------------------------------------------------


def propose(unit: StoredWork, officer: Officer, name: str, url: str, events: Iterable[HookEvent]) -> str:
    """A subscription that waits for a second person; returns the signing key, this once.

    Refused: `hook_name`, `hook_url` (https and nothing else), `hook_events`, `hook_many`.
    """
    wanted = frozenset(events)
    if not name.strip():
        raise Refused("hook_name")
    if not _is_address(url):
        raise Refused("hook_url")
    if not wanted:
        raise Refused("hook_events")
    live = (HookStage.PROPOSED, HookStage.ACTIVE)
    if sum(one.stage in live for one in hooks_of(unit, officer.locality)) >= MOST:
        raise Refused("hook_many", most=MOST)
    row, secret = new_id(), secrets.token_urlsafe(32)
    unit.connection.execute(
        insert(out_hook),
        {
            "id": row,
            "locality": officer.locality,
            "stage": HookStage.PROPOSED.value,
            "events": " ".join(sorted(wanted)),
            "sealed_target": unit.keys.seal_json(PLACE_TARGET, row, [name.strip()[:100], url]),
            "sealed_secret": unit.keys.seal_json(PLACE_SECRET, row, secret),
            "proposed_by": officer.id,
            "proposed_at": unit.now,
            "decided_by": "",
            "fault": "",
        },
    )
    unit.audit.enter("hook_proposed", actor=officer.id, detail={"hook": row})
    return secret


def decide(unit: StoredWork, rules: Rules, officer: Officer, hook: Hook, *, agree: bool) -> None:
    """The second person's word. Refused: `hook_own`, `hook_decided`, `edit_not_decider`."""
    if hook.proposed_by == officer.id:
        raise Refused("hook_own")
    if not may_decide_hook(officer, hook.proposed_by, hook.locality, rules.directory(hook.locality, unit.now)):
        raise Refused("edit_not_decider")
    stage = HookStage.ACTIVE if agree else HookStage.REFUSED
    waiting = (out_hook.c.id == hook.id, out_hook.c.stage == HookStage.PROPOSED.value)
    change = {"stage": stage.value, "decided_by": officer.id, "decided_at": unit.now}
    if unit.connection.execute(update(out_hook).where(*waiting).values(change)).rowcount != 1:
        raise Refused("hook_decided")
    unit.audit.enter("hook_agreed" if agree else "hook_refused", actor=officer.id, detail={"hook": hook.id})
    if agree:
        chat = unit.chats.load(Address(CHANNEL, hook.id))
        chat.locality, chat.reachable = hook.locality, True
        unit.chats.save(chat)


def end(unit: StoredWork, hook_id: str) -> None:
    """No more calls: an administrator of the place ends it, or the receiver asked for it."""
    over = out_hook.c.stage.in_((HookStage.PROPOSED, HookStage.ACTIVE, HookStage.DISABLED))
    change = {"stage": HookStage.ENDED.value, "ended_at": unit.now}
    unit.connection.execute(update(out_hook).where(out_hook.c.id == hook_id, over).values(change))


def hooks_of(unit: StoredWork, locality: str) -> Sequence[Hook]:
    """All subscriptions of a place, the newest first."""
    here = select(out_hook).where(out_hook.c.locality == locality)
    return [_hook(unit, row) for row in unit.connection.execute(here.order_by(out_hook.c.proposed_at.desc()))]


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    bare = not parts.username and not parts.password and not parts.fragment and port != 0
    return bool(parts.hostname) and parts.scheme in ("https", "http") and bare and len(url) <= 500 and url.isascii()


# -- calling --------------------------------------------------------------------------------------------------------


def target(unit: StoredWork, hook_id: str) -> Target | None:
    """Where this subscription's calls go; None when there is none."""
    row = unit.connection.execute(select(out_hook).where(out_hook.c.id == hook_id)).first()
    if row is None:
        return None
    _name, url = unit.keys.open_json(PLACE_TARGET, row.id, row.sealed_target)
    secret = unit.keys.open_json(PLACE_SECRET, row.id, row.sealed_secret)
    return Target(url, secret, row.stage == HookStage.ACTIVE.value)


def note_delivered(unit: StoredWork, hook_id: str) -> None:
    """A call was taken."""
    change = {"delivered_at": unit.now, "failing_since": None, "fault": ""}
    unit.connection.execute(update(out_hook).where(out_hook.c.id == hook_id).values(change))


def note_failed(unit: StoredWork, hook_id: str, fault: str) -> None:
    """A call was not taken; since when is kept from the first one on."""
    here = out_hook.c.id == hook_id
    unit.connection.execute(update(out_hook).where(here).values(fault=fault[:120]))
    first = (here, out_hook.c.failing_since.is_(None))
    unit.connection.execute(update(out_hook).where(*first).values(failing_since=unit.now))


def disable_failing(unit: StoredWork, days: float) -> Sequence[Hook]:
    """Switch off what has failed for so long; returns those switched off now."""
    since = unit.now - timedelta(days=days)
    failing: tuple[ColumnElement[bool], ...] = (
        out_hook.c.stage == HookStage.ACTIVE.value,
        out_hook.c.failing_since <= since,
    )
    found = [_hook(unit, row) for row in unit.connection.execute(select(out_hook).where(*failing))]
    if found:
        change = {"stage": HookStage.DISABLED.value, "ended_at": unit.now}
        ids = [one.id for one in found]
        unit.connection.execute(update(out_hook).where(out_hook.c.id.in_(ids)).values(change))
    return found


def serve(unit: StoredWork) -> int:
    """Queue a call for each new event and each subscription that wants it; returns how many were queued.

    An event is told once to each: the outbox knows the call by hook and event.
    """
    active = _active(unit)
    last = unit.connection.execute(select(mark.c.event_id).where(mark.c.name == MARK)).scalar()
    if last is None or not active:
        _move_mark(unit, last, _newest(unit))
        return 0
    wanted = (event.c.id > last, event.c.what.in_(sorted(OF_HISTORY)))
    rows = unit.connection.execute(select(event).where(*wanted).order_by(event.c.id).limit(BATCH)).all()
    queued = sum(_call(unit, row, active) for row in rows)
    full = len(rows) == BATCH
    settled = [row.id for row in rows if full or row.at <= unit.now - SETTLED]
    _move_mark(unit, last, max(settled, default=last))
    return queued


def _call(unit: StoredWork, row: Any, active: Sequence[Hook]) -> int:
    what = OF_HISTORY[row.what]
    listening = [hook for hook in active if what in hook.events and hook.decided_at and hook.decided_at <= row.at]
    case = unit.cases.get(row.case_id) if listening else None
    here = [hook for hook in listening if case is not None and hook.locality == case.locality]
    body = told(what, row.row_key, row.at, case, _published(unit, row.case_id, what)) if case and here else None
    if body is None:
        return 0
    message = Outgoing(orjson.dumps(body).decode())
    return sum(
        unit.outbox.say(
            unit.chats.load(Address(CHANNEL, hook.id)), message, f"hook:{hook.id}:{row.row_key}", purpose=PURPOSE
        )
        for hook in here
    )


def _published(unit: StoredWork, case_id: str, what: HookEvent) -> Published | None:
    if what not in (HookEvent.PUBLISHED, HookEvent.WITHDRAWN):
        return None
    stage = Stage.PUBLISHED if what is HookEvent.PUBLISHED else Stage.WITHDRAWN
    found = next((one for one in BoardStore(unit).of_case(case_id) if one.stage is stage), None)
    if found is None:
        return None
    return Published(found.public_id, found.topic, found.authority, found.outcome)


def _active(unit: StoredWork) -> list[Hook]:
    running = select(out_hook).where(out_hook.c.stage == HookStage.ACTIVE.value)
    return [_hook(unit, row) for row in unit.connection.execute(running)]


def _newest(unit: StoredWork) -> int:
    return int(unit.connection.execute(select(event.c.id).order_by(event.c.id.desc()).limit(1)).scalar() or 0)


def _move_mark(unit: StoredWork, last: int | None, to: int) -> None:
    if last is None:
        unit.connection.execute(insert(mark), {"name": MARK, "event_id": to})
    elif to != last:
        unit.connection.execute(update(mark).where(mark.c.name == MARK).values(event_id=to))


def _hook(unit: StoredWork, row: Any) -> Hook:
    name, url = unit.keys.open_json(PLACE_TARGET, row.id, row.sealed_target)
    return Hook(
        id=row.id,
        locality=row.locality,
        stage=HookStage(row.stage),
        events=frozenset(HookEvent(one) for one in row.events.split()),
        name=name,
        url=url,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        delivered_at=row.delivered_at,
        failing_since=row.failing_since,
        fault=row.fault,
    )
