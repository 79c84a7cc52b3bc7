"""Events on their way to other systems: each told once, none from before, and an end for receivers that fail."""

from __future__ import annotations

import json
from typing import Any

from cases import answers, forwarding
from cases.hook_events import HookEvent
from cases.messages import Address, Outgoing
from cases.model import Subject
from scheduler.outgoing_hooks import OutgoingHooks
from storage.api_hooks import CHANNEL, Hook, decide, hooks_of, note_failed, propose
from storage.outbox import PLACE_BODY, outbox, unpack
from storage.work import StoredWork
from tests.handlers.officer_cast import Bureau, an_answer, open_any_bureau  # noqa: F401 - fixtures


async def subscribed(bureau: Bureau, *events: HookEvent) -> Hook:
    """A receiver agreed by two persons."""

    def step(unit: StoredWork) -> Hook:
        first, second = unit.people.officer("an"), unit.people.officer("lan")
        assert first is not None
        assert second is not None
        propose(unit, first, "Cổng tỉnh", "https://cong.example.vn/", events or tuple(HookEvent))
        decide(unit, bureau.rules, second, hooks_of(unit, "xa-mau")[0], agree=True)
        return hooks_of(unit, "xa-mau")[0]

    return await bureau.office.write(step)


def job(bureau: Bureau) -> OutgoingHooks:
    """What the ticker calls."""
    return OutgoingHooks(bureau.office, lambda: bureau.rules, fail_days=5)


async def queued(bureau: Bureau) -> list[dict[str, Any]]:
    """The calls that wait, in order."""

    def step(unit: StoredWork) -> list[dict[str, Any]]:
        rows = unit.connection.execute(outbox.select().where(outbox.c.channel == CHANNEL).order_by(outbox.c.id))
        bodies = [unpack(unit.keys.open_bytes(PLACE_BODY, row.effect_key, row.sealed_body)) for row in rows]
        return [json.loads(body.text) for body in bodies]

    return await bureau.office.read(step)


async def ticked(bureau: Bureau, times: int = 1) -> list[str]:
    """After so many looks: which events wait to be told."""
    for _ in range(times):
        await job(bureau).tick(bureau.clock())
    return [body["event"] for body in await queued(bureau)]


async def test_the_steps_of_a_case_are_told_in_order(any_bureau: Bureau) -> None:
    """Forwarded, received, answered; on both databases."""
    bureau = any_bureau
    await ticked(bureau)
    await subscribed(bureau)
    case = await bureau.received()
    await bureau.act(answers.record_reply, "tuan", case, an_answer())
    assert await ticked(bureau) == ["case.forwarded", "case.received", "case.answered"]
    assert {body["case"]["code"] for body in await queued(bureau)} == {case.code}


async def test_each_event_is_told_once(any_bureau: Bureau) -> None:
    """However often the job looks, and although young events are looked at again."""
    bureau = any_bureau
    await ticked(bureau)
    await subscribed(bureau)
    await bureau.forwarded()
    assert await ticked(bureau, times=3) == ["case.forwarded"]
    bureau.clock.move(minutes=5)
    assert await ticked(bureau, times=2) == ["case.forwarded"]


async def test_nothing_from_before_the_agreement_is_told(any_bureau: Bureau) -> None:
    """A subscription is about what comes."""
    bureau = any_bureau
    await bureau.forwarded()
    bureau.clock.move(minutes=1)
    await subscribed(bureau)
    assert await ticked(bureau, times=2) == []


async def test_only_what_was_subscribed_to(any_bureau: Bureau) -> None:
    """The receiver asked for receipts only."""
    bureau = any_bureau
    await ticked(bureau)
    await subscribed(bureau, HookEvent.RECEIVED)
    await bureau.received()
    assert await ticked(bureau) == ["case.received"]


async def test_cases_about_persons_are_not_told(any_bureau: Bureau) -> None:
    """Not even that one was forwarded."""
    bureau = any_bureau
    await ticked(bureau)
    await subscribed(bureau)
    case = await bureau.triaged(subject=Subject.OFFICIAL, topic="official.attitude", posts=("cong_chuc",))
    await bureau.act(forwarding.forward, "lan", case, "13/MTTQ-BTT", bureau.clock().date())
    assert await ticked(bureau) == []


async def test_a_receiver_that_fails_for_days_is_switched_off_and_told_of(any_bureau: Bureau) -> None:
    """Administrators hear its name and since when; what is queued meets a closed door."""
    bureau = any_bureau
    hook = await subscribed(bureau)
    await bureau.office.write(lambda unit: note_failed(unit, hook.id, "HTTP 500"))
    bureau.clock.move(days=4)
    await ticked(bureau)
    assert (await bureau.office.read(lambda unit: hooks_of(unit, "xa-mau")))[0].stage == "active"
    bureau.clock.move(days=2)
    await ticked(bureau)
    assert (await bureau.office.read(lambda unit: hooks_of(unit, "xa-mau")))[0].stage == "disabled"
    assert "Cổng tỉnh" in await bureau.news("an")


async def test_a_call_is_one_message_whatever_its_length(any_bureau: Bureau) -> None:
    """A body cut in parts would be no JSON."""
    bureau = any_bureau
    hook = await subscribed(bureau)
    from bot.channels.hooks import Hooks

    bureau.office.capabilities = {CHANNEL: Hooks.capabilities}
    told = json.dumps({"id": "e", "event": "x" * 9000})

    def say(unit: StoredWork) -> None:
        unit.outbox.say(unit.chats.load(Address(CHANNEL, hook.id)), Outgoing(told), "k", purpose="hook")

    await bureau.office.write(say)
    assert len(await queued(bureau)) == 1
