"""Whoever was known to hold the post complained of stays shut out, whatever the desk finds out about the case later."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cases import recasting
from cases.exclusions import hold_exclusions
from cases.model import Case, Subject
from cases.visibility import Sight, sight
from storage.work import StoredWork
from tests.handlers.officer_cast import Bureau, open_bureau  # noqa: F401 - a fixture


async def about_the_hamlet_head(bureau: Bureau) -> Case:
    """A report about the hamlet's head, whom minh of the Front was until today."""

    def post(unit: StoredWork, held: str) -> None:
        minh = unit.people.officer("minh")
        assert minh is not None
        after = replace(minh, post=held)
        unit.people.save_officer(after)
        hold_exclusions(unit, bureau.rules, minh, after, unit.now)

    await bureau.office.write(lambda unit: post(unit, "truong_thon"))
    case = await bureau.report(subject=Subject.OFFICIAL, topic="official.attitude", posts=("truong_thon",), hamlet="")
    await bureau.office.write(lambda unit: post(unit, ""))
    return case


async def seen_by_minh(bureau: Bureau, case: Case) -> Sight:
    """How much of it he sees now."""
    found = await bureau.now(case)

    def step(unit: StoredWork) -> Sight:
        minh = unit.people.officer("minh")
        assert minh is not None
        return sight(minh, found, bureau.rules.directory_of(found, unit.now))

    return await bureau.office.read(step)


@pytest.mark.parametrize("topic", ["official.extortion", "official.conduct", "infra.road"])
async def test_another_topic_opens_the_case_to_nobody(bureau: Bureau, topic: str) -> None:
    """The way of the case is worked out anew; who was shut out by name is not forgotten over it."""
    case = await about_the_hamlet_head(bureau)
    assert await seen_by_minh(bureau, case) is Sight.NOTHING
    await bureau.act(recasting.correct_topic, "lan", case, topic)
    assert await seen_by_minh(bureau, case) is Sight.NOTHING
