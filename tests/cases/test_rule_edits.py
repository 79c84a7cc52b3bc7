"""Edits of the rules: when they hold, which has the last word, what is refused, and what a term promised stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.data import basis
from cases.reasons import Reason
from cases.rule_checks import examined
from cases.rule_compose import EditedRules, compose, profile_then
from cases.rule_edits import RuleEdit, Standing, What
from tests.cases.cast import a_case

MADE = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
KEY = "news_closed_unanswered"


def an_edit(what: What = What.WORDING, about: str = KEY, number: int = 1, **changes: Any) -> RuleEdit:
    """A text changed on 2 November."""
    content = changes.pop("content", {"vi": "Xong {case_code}."})
    edit = RuleEdit(number, "xa-mau", what, about, content, "vì thế", "1/QĐ", proposed_by="a", proposed_at=MADE)
    return replace(edit, **changes)


def rules_with(*edits: RuleEdit, day: date = TODAY) -> EditedRules:
    """The shipped rules with these edits."""
    return compose(basis(), list(edits), day)


def said(*edits: RuleEdit, day: date = TODAY) -> str:
    """The text on a day."""
    return rules_with(*edits, day=day).wording.say(KEY, case_code="1")


SHIPPED = "Hồ sơ 1 đã kết thúc."


@pytest.mark.parametrize(
    ("changes", "standing"),
    [
        ({}, Standing.IN_FORCE),
        ({"valid_from": date(2026, 12, 1)}, Standing.LATER),
        ({"valid_until": date(2026, 11, 22)}, Standing.ENDED),
        ({"valid_until": TODAY}, Standing.IN_FORCE),
        ({"needs_approval": True}, Standing.WAITING),
        ({"needs_approval": True, "approved": False, "decided_at": MADE}, Standing.REFUSED),
        ({"needs_approval": True, "approved": True, "decided_at": MADE}, Standing.IN_FORCE),
        ({"withdrawn_at": MADE}, Standing.WITHDRAWN),
    ],
)
def test_where_an_edit_stands(changes: dict[str, Any], standing: Standing) -> None:
    """Both days of validity are inclusive; what waits, was refused or taken back never holds."""
    edit = an_edit(**changes)
    assert edit.standing(TODAY) is standing
    assert (said(edit) == "Xong 1.") == (standing is Standing.IN_FORCE)


def test_the_edit_that_began_last_has_the_last_word() -> None:
    """One planned long ago for today replaces one made yesterday."""
    planned = an_edit(valid_from=TODAY, content={"vi": "Từ hôm nay {case_code}."})
    later = an_edit(number=2, content={"vi": "Hôm qua {case_code}."})
    assert said(planned, later) == "Từ hôm nay 1."
    assert said(planned, later, day=date(2026, 11, 22)) == "Hôm qua 1."


def test_the_shipped_text_comes_back() -> None:
    """An edit with nothing in it puts the shipped text in force again."""
    assert said(an_edit(), an_edit(number=2, content={"vi": None})) == SHIPPED


def test_an_edit_that_does_not_fit_leaves_the_others_in_force() -> None:
    """A body that is not there: the edit is named, the text edit holds."""
    ops = [{"op": "entry", "section": "bodies", "entry": {"code": "ubnd", "upper": "nowhere"}}]
    wrong = an_edit(What.DIRECTORY, "bodies/ubnd", 2, content={"ops": ops})
    rules = rules_with(wrong, an_edit())
    assert list(rules.faults) == [2]
    assert rules.wording.say(KEY, case_code="1") == "Xong 1."


def faults_of(edit: RuleEdit) -> set[tuple[str, str]]:
    """Field and code of everything that speaks against an edit."""
    found = examined(rules_with(), edit, TODAY).faults
    return {(one.field, one.reason.code) for one in found if isinstance(one.reason, Reason)}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Xong {ten}.", "placeholder_unknown"),
        ("Xong {case_code.", "brace"),
        ("  ", "text_empty"),
        ("Xong {case_code}.\n[Được] [Không]", "labels"),
        ("Xong \x07 {case_code}.", "text_control"),
        ("x" * 4001, "too_long"),
    ],
)
def test_a_wrong_text_is_refused_at_its_field(text: str, code: str) -> None:
    """Placeholders, braces, buttons, control characters, length."""
    assert ("vi", code) in faults_of(an_edit(content={"vi": text}))


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"reason": " "}, ("reason", "reason_missing")),
        ({"valid_from": date(2026, 11, 1)}, ("valid_from", "begins_in_past")),
        ({"valid_from": date(2026, 12, 2), "valid_until": date(2026, 12, 1)}, ("valid_until", "ends_before_begin")),
        ({"content": {"vi": SHIPPED.replace("1", "{case_code}")}}, ("", "no_change")),
    ],
)
def test_what_every_edit_must_carry(changes: dict[str, Any], fault: tuple[str, str]) -> None:
    """A reason, days in order and not past, and a difference."""
    assert fault in faults_of(an_edit(**changes))


def test_who_must_agree_depends_on_what_changes() -> None:
    """Words need nobody; who answers for a post, a topic's desk and terms need a second person."""

    def needs(what: What, about: str, content: dict[str, Any]) -> bool:
        return examined(rules_with(), an_edit(what, about, content=content), TODAY).needs_approval

    def entry(**fields: Any) -> dict[str, Any]:
        return {"ops": [{"op": "entry", "section": "posts", "entry": {"code": "ct_ubnd", **fields}}]}

    assert not needs(What.WORDING, KEY, {"vi": "Xong {case_code}."})
    assert not needs(What.DIRECTORY, "posts/ct_ubnd", entry(title="Ông chủ tịch"))
    assert needs(What.DIRECTORY, "posts/ct_ubnd", entry(handled_by=["dang_uy"]))
    assert not needs(What.TAXONOMY, "infra.road", {"vi": "Đường"})
    assert needs(What.TAXONOMY, "infra.road", {"body": "hnd"})
    assert needs(What.DEADLINES, "terms", {"targets": {"triage_wd": 3}})


def test_a_running_clock_keeps_the_term_it_started_under() -> None:
    """Received on 5 November under twenty days; fifteen since the 10th hold for papers received from then on."""
    content = {"profiles": {"default": {"reply_wd": 15}}}
    edit = an_edit(What.DEADLINES, "terms", content=content, valid_from=date(2026, 11, 10))
    then = profile_then(rules_with(edit))
    assert then(a_case(received_on=date(2026, 11, 5))).reply_wd == 20
    assert then(a_case(received_on=date(2026, 11, 11))).reply_wd == 15


def test_a_new_version_of_a_body_begins_on_its_day() -> None:
    """The name changes on 1 January; until then the old one stands."""
    ops = [
        {
            "op": "entry",
            "section": "bodies",
            "entry": {"code": "p_vhxh", "name": "Phòng mới", "valid_from": "2027-01-01"},
        }
    ]
    book = rules_with(an_edit(What.DIRECTORY, "bodies/p_vhxh", content={"ops": ops})).book
    assert book.as_of("xa-mau", date(2026, 12, 31)).name("p_vhxh") == "Phòng Văn hóa - Xã hội"
    assert book.as_of("xa-mau", date(2027, 1, 1)).name("p_vhxh") == "Phòng mới"


def test_other_words_of_consent_ask_for_consent_again() -> None:
    """Whoever agreed to the former text is asked once more; another text leaves the agreement as it is."""
    before = rules_with().consent_version
    assert rules_with(an_edit()).consent_version == before
    again = an_edit(about="consent_full", number=7, content={"vi": "Bà con đồng ý chứ?"})
    assert rules_with(again).consent_version != before
    assert rules_with(replace(again, valid_until=date(2026, 11, 20))).consent_version == before
