"""The clocks of the office itself: triage, forwarding, receipt, relay, and what closes by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from cases.model import Case, State, Verdict
from cases.reminder_policy import ReminderPolicy
from cases.reminders import Audience, Plan, Since, plan
from tests.cases.clock_case import CALENDAR, a_case, at, running

POLICY = ReminderPolicy()
A, H = Audience.AUTHORITY, Audience.HANDLERS


def seen(case: Case, when: str, since: Since | None = None) -> Plan:
    return plan(case, at(when), CALENDAR, POLICY, since)


def told(case: Case, when: str, audience: Audience = A, since: Since | None = None) -> list[str]:
    return [notice.offset for notice in seen(case, when, since).notices if notice.audience is audience]


def next_at(case: Case, when: str) -> datetime | None:
    return seen(case, when).next_at


def test_triage_is_reminded_on_its_last_day_and_the_day_after() -> None:
    """Sent Wednesday 25 February at nine: last day Friday 27 at eight, late on Monday 2 March."""
    case = a_case(state=State.SUBMITTED, forwarded_at=None)
    assert "triage" in told(case, "2026-02-27T08:00", H)
    assert "triage+1" in told(case, "2026-03-02T07:00", H)


def test_triage_after_the_cut_off_has_a_day_more() -> None:
    """Sent after 16:30 the count starts a working day later."""
    case = a_case(state=State.SUBMITTED, forwarded_at=None, submitted_at=at("2026-02-25T16:31"))
    assert "triage" not in told(case, "2026-02-27T08:00", H)
    assert "triage" in told(case, "2026-03-02T08:00", H)


def test_late_triage_reaches_the_coordinator() -> None:
    """The Front hears of a triage that is late, not of one that is due."""
    case = a_case(state=State.SUBMITTED, forwarded_at=None)
    assert told(case, "2026-02-27T08:00", Audience.COORDINATOR) == []
    assert told(case, "2026-03-02T07:00", Audience.COORDINATOR) == ["triage+1"]


def test_forwarding_is_due_after_five_days() -> None:
    """Five working days after sending, while triaged and not forwarded."""
    case = a_case(state=State.TRIAGED, forwarded_at=None)
    assert told(case, "2026-03-04T08:00", H) == ["forward"]


def test_telling_the_resident_is_due_after_ten_days() -> None:
    """Ten working days after sending, while nothing was decided (Quy định 11-QĐi/TW)."""
    case = a_case(state=State.SUBMITTED, forwarded_at=None)
    assert "tell_resident" in told(case, "2026-03-11T08:00", H)


def test_receipt_alert_after_two_days() -> None:
    """Forwarded Friday 27 February, unconfirmed: Tuesday 3 March, to the desk and to the authority."""
    case = a_case(state=State.FORWARDED)
    assert told(case, "2026-03-03T07:30", H) == []
    assert told(case, "2026-03-03T08:00", H) == told(case, "2026-03-03T08:00", A) == ["receipt_alert"]


def test_relay_is_due_after_three_days() -> None:
    """Answered Friday 27 March: told by Wednesday 1 April, late on Thursday."""
    case = replace(running(), state=State.ANSWERED, answered_at=at("2026-03-27T10:00"))
    assert told(case, "2026-04-01T08:00", H) == ["relay"]
    assert told(case, "2026-04-02T07:00", H) == ["relay+1"]


def test_desk_clocks_run_anew_after_a_return() -> None:
    """A case that came back from the authority gets five days to be forwarded again."""
    case = a_case(state=State.RETURNED)
    back = Since(at_desk=at("2026-03-16T10:00"))
    assert told(case, "2026-03-20T08:00", H, back) == []
    assert told(case, "2026-03-23T08:00", H, back) == ["forward"]


def test_a_return_is_a_new_run() -> None:
    """The reminder after a return is not mistaken for the one before it."""
    case = a_case(state=State.RETURNED)
    back = Since(at_desk=at("2026-03-16T10:00"))
    assert seen(case, "2026-03-23T08:00", back).notices[0].run == "2026-03-16"


def test_question_without_answer_is_warned_of_then_closed() -> None:
    """Asked 2 March: the resident is warned three working days before the 15th, and the case closes after it."""
    case = a_case(state=State.NEEDS_INFO, forwarded_at=None)
    asked = Since(info_asked=at("2026-03-02T10:00"))
    assert told(case, "2026-03-18T07:00", Audience.REPORTER, asked) == ["autoclose_info"]
    assert seen(case, "2026-03-23T19:00", asked).actions == ()
    assert seen(case, "2026-03-24T07:00", asked).actions == ("close_needs_info",)


def test_question_of_unknown_date_is_never_closed() -> None:
    """Without knowing when the resident was asked nothing is closed."""
    assert seen(a_case(state=State.NEEDS_INFO, forwarded_at=None), "2026-12-01T09:00").actions == ()


def test_silence_after_the_answer_closes_the_case() -> None:
    """Ten working days after the answer was relayed, on the morning after."""
    case = replace(running(), state=State.RELAYED, relayed_at=at("2026-03-02T10:00"))
    assert seen(case, "2026-03-16T12:00").actions == ()
    assert seen(case, "2026-03-17T07:00").actions == ("close_silent",)


def test_a_verdict_keeps_the_case_open() -> None:
    """Who said that it is not solved is not closed for silence."""
    case = replace(running(), state=State.RELAYED, relayed_at=at("2026-03-02T10:00"), verdict=Verdict.NOT_SOLVED)
    assert seen(case, "2026-04-17T07:00").actions == ()
