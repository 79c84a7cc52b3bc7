"""What other systems are told of an event: number, dates, step, topic, bodies; nothing about persons."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from cases.hook_events import OF_HISTORY, HookEvent, Published, told
from cases.model import State, Subject
from tests.cases.cast import a_case

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
RESULT = Published("ABCD123456", "infra.road", "ubnd", "upheld")


def test_a_case_is_told_without_words_or_persons() -> None:
    """Every field is a code, a number or a day."""
    case = a_case(text="mươngthốiQzk1", place="quánbàPhấnQzk3", subject_note="Qzk5", receipt_proof="Qzk6")
    body = told(HookEvent.RECEIVED, "e1", AT, case, None)
    assert body is not None
    assert "Qzk" not in json.dumps(body, ensure_ascii=False)
    assert set(body) == {"id", "event", "locality", "at", "case"}
    assert body["case"]["received_on"] == "2026-11-05"
    assert (body["case"]["code"], body["case"]["state"], body["at"]) == (case.code, "received", "2026-11-23T02:00:00Z")


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": Subject.OFFICIAL},
        {"subject": Subject.PARTY_MEMBER},
        {"subject": Subject.ELECTED_DEPUTY},
        {"subject": Subject.OTHER, "topic": "official.retaliation"},
        {"subject": Subject.OTHER, "topic": "deputy.representation"},
    ],
)
@pytest.mark.parametrize("event", [one for one in HookEvent if one.value.startswith("case.")])
def test_nothing_is_told_of_a_case_about_a_person(changes: dict[str, Any], event: HookEvent) -> None:
    """Not even that there is one."""
    assert told(event, "e1", AT, a_case(state=State.ANSWERED, **changes), None) is None


def test_a_published_result_is_told_by_its_public_number_only() -> None:
    """Also where it was about a person: as the board shows it, and not by the case's number or hour."""
    case = a_case(subject=Subject.OFFICIAL)
    body = told(HookEvent.PUBLISHED, "e1", AT, case, RESULT)
    assert body is not None
    assert case.code not in json.dumps(body)
    assert (body["on"], body["publication"]["public_id"], "at" in body) == ("2026-11-23", "ABCD123456", False)


def test_a_withdrawn_result_is_told_with_its_number() -> None:
    """So that other systems take it off too; of what it said nothing is repeated."""
    body = told(HookEvent.WITHDRAWN, "e1", AT, a_case(), RESULT)
    assert body is not None
    assert body["publication"] == {"public_id": "ABCD123456", "topic": "infra.road"}


def test_every_event_has_its_word_in_the_history() -> None:
    """An event nobody can cause would be a promise not kept."""
    assert set(OF_HISTORY.values()) == set(HookEvent)


@pytest.mark.parametrize(
    "shut",
    [
        {"excluded_bodies": ("ubnd",)},
        {"hidden_from": ("ubnd",)},
        {"excluded_officers": ("o1",)},
        {"subject_posts": ("x",)},
    ],
)
def test_nothing_is_told_of_what_is_kept_from_somebody(shut: Any) -> None:
    """Whoever reads the other system may be the very one who must not know of the case."""
    case = a_case(**shut)
    assert told(HookEvent.RECEIVED, "e1", datetime(2026, 11, 5, tzinfo=UTC), case, None) is None
