"""The days of a count, and every refusal of the rules, said in both languages."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from bot.data import read_yaml, texts
from cases.calendar import CalendarIncomplete, WorkCalendar
from cases.lifecycle import NotAllowed, ReplyIncomplete
from cases.model import State
from cases.reasons import said
from cases.telling import told_days
from cases.wording import Wording

ROOT = Path(__file__).parents[2]
CALENDAR = WorkCalendar.from_mapping(read_yaml("holidays_vn.yaml"))
WORDING = Wording(texts())
FAMILIES = {"NotAllowed": "why", "ClockError": "why", "CalendarError": "calendar"}


def test_days_are_told_in_vietnamese() -> None:
    """The lines name the weekday, the number or the reason, and the end of the term."""
    lines = told_days(WORDING, CALENDAR.explain(date(2025, 12, 31), 7))
    assert lines[0] == "Thứ Tư 31/12/2025: không tính – ngày bắt đầu."
    assert lines[2] == "Thứ Sáu 02/01/2026: không tính – Nghỉ hoán đổi (làm bù 10/01/2026)."
    assert lines[10] == "Thứ Bảy 10/01/2026: ngày làm việc thứ 6 – làm bù cho 02/01/2026."
    assert lines[-1] == "Hạn: hết ngày Thứ Hai 12/01/2026, ngày làm việc thứ 7."


def test_days_are_told_in_english() -> None:
    """The same days for a reader of English, holidays by their English names."""
    lines = told_days(WORDING, CALENDAR.explain(date(2025, 12, 31), 7), "en")
    assert lines[1] == "Thursday 01/01/2026: not counted – New Year's Day."
    assert lines[3] == "Saturday 03/01/2026: not counted – Saturday."
    assert lines[-1] == "Due: the end of Monday 12/01/2026, working day 7."


def test_what_is_not_settled_is_marked() -> None:
    """Estimated and unconfirmed days say so, and a provisional term carries the mark."""
    tet = "\n".join(told_days(WORDING, CALENDAR.explain(date(2027, 2, 3), 1)))
    assert "Tết Nguyên đán (28 tháng Chạp) (ngày dự kiến)" in tet
    assert tet.endswith("ngày làm việc thứ 1 (lịch nghỉ dự kiến).")
    assert "(chờ văn bản chính thức)" in told_days(WORDING, CALENDAR.explain(date(2026, 11, 23), 1))[1]


def test_every_shipped_holiday_has_an_english_name() -> None:
    """No Vietnamese name is left over in an English explanation."""
    assert [off.name for off in CALENDAR.days_off if not off.name_en] == []


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [
        ("vi", 'Hồ sơ đang ở bước "đã tiếp nhận", chưa thể chuyển sang bước "đã có trả lời".'),
        ("en", 'The case is at the step "received" and cannot go to "answered" yet.'),
    ],
)
def test_a_refused_step_names_both_states_in_the_readers_language(lang: str, sentence: str) -> None:
    """Values that are states become the reader's words for them."""
    assert said(WORDING, NotAllowed("not_from_here", now=State.SUBMITTED, wanted=State.ANSWERED), lang) == sentence


def test_a_refused_reply_lists_what_it_lacks() -> None:
    """Each missing item in words, in one sentence."""
    told = said(WORDING, ReplyIncomplete(("doc_no", "file")), "en")
    assert told == "The answer does not end the term yet: the number is missing; the file is missing."


def test_a_day_beyond_the_calendar_is_told_with_its_dates() -> None:
    """Dates stand as day, month, year; the year asks for its days off."""
    told = said(WORDING, CalendarIncomplete(date(2028, 1, 3), date(2024, 1, 1), date(2027, 12, 31)))
    assert all(words in told for words in ("03/01/2028", "31/12/2027", "năm 2028"))


def raised() -> Iterator[tuple[str, str, str]]:
    """Module, text key and line of every refusal that the rules raise with a literal code."""
    for path in sorted((ROOT / "cases").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FAMILIES:
                code = node.args[0] if node.args else None
                if isinstance(code, ast.Constant):
                    yield path.name, f"{FAMILIES[node.func.id]}_{code.value!s}", str(node.lineno)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_refusal_of_the_rules_has_its_text(lang: str) -> None:
    """A refusal without a sentence would raise while somebody waits to hear why."""
    known = texts()[lang]
    assert len(list(raised())) > 40
    assert [one for one in raised() if one[1] not in known] == []


def test_no_refusal_of_the_rules_brings_a_sentence() -> None:
    """What is said to people lives in the texts; a refusal brings its code and values."""
    found = []
    for path in sorted((ROOT / "cases").glob("*.py")):
        raises = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Raise)]
        literals = [one.value for node in raises for one in ast.walk(node) if isinstance(one, ast.Constant)]
        found += [(path.name, one) for one in literals if isinstance(one, str) and not one.isascii()]
    assert found == []
