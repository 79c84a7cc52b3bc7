"""Rows 13 and 15: altered, foreign and used buttons do nothing and are answered alike; receipts are not guessed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import pytest
from sqlalchemy import select

from bot.clock import SteppedClock
from cases import forwarding, refusals
from cases.messages import Address, Incoming
from cases.receipts import ALPHABET, LENGTH, new_receipt_code, read_receipt_code, show_receipt_code
from cases.rules import Rules
from storage.case_store import case, event
from storage.keys import KeyRing
from storage.work import Office, StoredWork
from tests.handlers.cast import Person, report_road
from tests.handlers.officer_cast import Bureau, open_bureau  # noqa: F401 - a fixture
from tests.trust.figures import SOAK, figure
from tests.trust.hooks_kit import hooked
from tests.web.visitor import visiting

MISSING = "zzzzzzzz.0"
EACH = 34  # guesses of one sender within half a minute; thirty a minute are taken


def altered(value: str, others: list[str], chance: random.Random) -> str:
    """A button's value as somebody might forge it."""
    handle, _, number = value.partition(".")
    place = chance.randrange(len(handle))
    flipped = (
        handle[:place] + chance.choice([c for c in "0123456789abcdefxyz" if c != handle[place]]) + handle[place + 1 :]
    )
    ways = [
        f"{flipped}.{number}",
        f"{handle}.{chance.choice(('99', '-1', '1e9', '٣', '0x0', '', '00000000099', ' 0x', '1.0'))}",
        f"{handle}{chance.choice('.:,;')}",
        f"{handle.upper()}x.{number}",
        chance.choice(
            ["yes", "~cancel", "agree", "send", "1", "PA-2026-000001", "'; --", "../..", "{}", "null", "\u202e"]
        ),
        f".{number}",
        f"{chance.getrandbits(32):08x}.{chance.randrange(4)}",
        chance.choice(others) if others else MISSING,
        value + chance.choice(("\x00", " x", ".0", "\n0x")),
        "x" * chance.randrange(25, 5000),
    ]
    return chance.choice(ways)


async def effects(office: Office) -> tuple[Any, ...]:
    """Every case with its version and every event: what a button may change."""

    def read(unit: StoredWork) -> tuple[Any, ...]:
        cases = unit.connection.execute(
            select(case.c.id, case.c.version, case.c.state, case.c.verdict).order_by(case.c.id)
        )
        events = unit.connection.execute(select(event.c.case_id, event.c.what).order_by(event.c.id))
        return tuple(map(tuple, cases)), tuple(map(tuple, events))

    return await office.read(read)


async def standing_offers(bureau: Bureau) -> tuple[Person, list[str], list[str]]:
    """A resident before a refusal's button, with what was offered to them and to others."""
    await bureau.report()
    case_ = await bureau.report("other")
    mine = await bureau.report()
    for one in (case_, mine):
        await bureau.act(refusals.propose_refusal, "lan", one, "spam", "quảng cáo")
        await bureau.act(refusals.confirm_refusal, "minh", one)
    await bureau.news()
    await bureau.news("other")
    resident, other = bureau.person("resident"), bureau.person("other")
    await other.says("/start")
    own = [choice.value for message in resident.heard for choice in message.choices]
    foreign = [choice.value for message in other.heard for choice in message.choices]
    return resident, own, foreign


async def test_altered_buttons_do_nothing_and_are_answered_alike(bureau: Bureau) -> None:
    """5,000 on Telegram (a tenth in every run): no case moves, and the answer is that of a button that never was."""
    resident, own, foreign = await standing_offers(bureau)
    before, chance = await effects(bureau.office), random.Random(13)
    answer = await resident._send(choice=MISSING)
    answer = await resident._send(choice=MISSING)
    took: dict[bool, list[float]] = {True: [], False: []}
    for number in range(figure(5_000)):
        absent = number % 2 == 0
        value = MISSING if absent else altered(chance.choice(own), foreign, chance)
        if value in own:
            continue
        began = perf_counter()
        said = await resident._send(choice=value)
        took[absent].append(perf_counter() - began)
        assert said == answer, value
    assert await effects(bureau.office) == before
    if SOAK:
        assert abs(median(took[True]) / median(took[False]) - 1) < 0.2


async def test_used_buttons_do_nothing_a_second_time(bureau: Bureau) -> None:
    """Everything ever offered, pressed again at the end by its owner and by a stranger."""
    person = bureau.person("reporter")
    await report_road(person)
    offered = [choice.value for message in person.heard for choice in message.choices]
    last = {choice.value for choice in person.heard[-1].choices}
    stranger = bureau.person("stranger")
    await stranger.says("/start")
    before = await effects(bureau.office)
    replies = set()
    for value in [one for one in offered if one not in last]:
        replies.add(await person._send(choice=value))
        await stranger._send(choice=value)
    assert await effects(bureau.office) == before
    assert len(replies) == 1


async def test_an_officers_button_is_nothing_in_another_hand(bureau: Bureau) -> None:
    """What lan was offered does nothing for a resident, an authority or a colleague of another body."""
    found = await bureau.triaged()
    lan = bureau.person("lan")
    await lan.says(found.code)
    values = [choice.value for message in lan.heard for choice in message.choices]
    before = await effects(bureau.office)
    for who in ("resident", "tuan", "hoa", "an"):
        for value in values:
            await bureau.person(who)._send(choice=value)
    assert [row for row in await effects(bureau.office) if row not in before] == []
    await bureau.act(forwarding.forward, "lan", found, "12/MTTQ-BTT", bureau.clock().date())


@pytest.fixture
def web(tmp_path: Path, rules: Rules, clock: SteppedClock) -> Iterator[Any]:
    """The web chat on the real spine."""
    with hooked(tmp_path, rules, clock) as house:
        yield house


async def test_altered_buttons_of_the_web_chat_do_nothing(web: Any) -> None:
    """Over HTTP, visitors with each other's buttons: one answer, or 422 for what no button could be."""
    chance, before = random.Random(14), web.count("case")
    statuses, said = set(), set()
    for _ in range(figure(500) // 10):  # a visitor may say so much a minute
        async with visiting(web.stage.url) as mine, visiting(web.stage.url) as other:
            for visitor in (mine, other):
                await visitor.get("/chat")
                await visitor.say("/start")
            own = [choice["value"] for line in await mine.lines() for choice in line.get("choices") or ()]
            foreign = [choice["value"] for line in await other.lines() for choice in line.get("choices") or ()]
            for value in {altered(chance.choice(own), foreign, chance) for _ in range(10)} - set(own):
                web.clock.move(seconds=7)
                after = max(line["id"] for line in await mine.lines())
                status = (await mine.say(choice=value)).status
                statuses.add(status)
                if status == 200:
                    said.add("\n".join(line["text"] for line in await mine.lines(after) if not line["mine"]))
    assert statuses <= {200, 422}
    assert 200 in statuses
    assert len(said) == 1
    assert web.count("case") == before


# -- receipts ---------------------------------------------------------------------------------------------------------


def test_a_million_guesses_find_nothing() -> None:
    """Against 10,000 codes in use (rule and keyed index, as the database looks them up): no hit."""
    keys, chance = KeyRing([bytes(32)]), random.Random(15)
    live = {keys.lookup("receipt", new_receipt_code()) for _ in range(figure(10_000))}
    hits = read = 0
    for _ in range(figure(1_000_000, 50)):
        guess = "".join(chance.choices(ALPHABET, k=LENGTH + 1))
        code = read_receipt_code(show_receipt_code(guess))
        read += code is not None
        hits += code is not None and keys.lookup("receipt", code) in live
    assert hits == 0
    assert read < figure(1_000_000, 50) / 20  # only one in thirty is even looked up


@pytest.mark.parametrize("senders", [1, figure(500)])
async def test_guessing_slows_the_guesser_and_never_the_owner(bureau: Bureau, senders: int) -> None:
    """From one chat and from 500 (a tenth in every run): no case is shown, every guesser is slowed, never the owner."""
    owner = bureau.person("owner")
    await report_road(owner)
    code = next(part for message in owner.heard for part in [read_receipt_code(message.text)] if part)
    chance = random.Random(16)
    guesses = max(EACH * senders, figure(3_000))
    for number in range(guesses):
        who = Address("telegram", f"guesser-{number % senders}")
        body = "".join(chance.choices(ALPHABET, k=LENGTH))
        guess = show_receipt_code(body + next(c for c in ALPHABET if read_receipt_code(body + c)))
        await bureau.spine.accept(Incoming(who, f"g{number}", bureau.clock(), text=guess))
        if number % (guesses // 30) == 0:
            bureau.clock.move(seconds=1)
    chats = [Address("telegram", f"guesser-{number}") for number in range(senders)]
    talks = await bureau.office.read(lambda unit: [unit.chats.load(one).talk for one in chats])
    assert all(talk.get("excess", [0])[0] for talk in talks)  # type: ignore[index]
    friend = bureau.person("friend")
    assert "PA-2026" in await friend.says(show_receipt_code(code))


@pytest.mark.skipif(not SOAK, reason="timings need a quiet machine")
async def test_a_hit_takes_as_long_as_a_miss(bureau: Bureau) -> None:
    """10,000 look-ups in the index of codes: the medians are within a fifth of each other."""
    owner = bureau.person("owner")
    await report_road(owner)
    code = next(part for message in owner.heard for part in [read_receipt_code(message.text)] if part)
    keys = bureau.office.keys
    took: dict[bool, list[float]] = {True: [], False: []}

    def look(unit: StoredWork) -> None:
        for number in range(10_000):
            hit = number % 2 == 0
            wanted = code if hit else new_receipt_code()
            began = perf_counter()
            unit.connection.execute(select(case.c.id).where(case.c.receipt == keys.lookup("receipt", wanted))).all()
            took[hit].append(perf_counter() - began)

    await bureau.office.read(look)
    assert abs(median(took[True]) / median(took[False]) - 1) < 0.2
