"""The directory, topics, calendar and reminders edited over HTTP, each with its effect, and what nobody may learn."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from cases.model import Case, State
from cases.rule_edits import RuleEdit, Standing, What
from cases.rules import Rules
from storage import rule_edits
from storage.rule_steps import fresh
from storage.work import StoredWork
from tests.cases.cast import a_case
from tests.web.console.desk import Clerk, Console

ROOT = "/console/settings"
WHY = {"reason": "Theo yêu cầu của địa phương", "document": "12/QĐ-MTTQ"}
OFF = {"op": "off", "day": "2026-12-02", "name": "Bão số 9", "reason": "Bão", "document": "5/CĐ-UBND"}


def in_force(console: Console) -> Rules:
    """The rules of this moment."""
    return console.run(lambda unit: fresh(unit, console.rules))  # type: ignore[no-any-return]


def latest(console: Console) -> RuleEdit:
    """The newest edit of the register."""
    return console.run(lambda unit: rule_edits.listed(unit, limit=1)[0])  # type: ignore[no-any-return]


def with_case(console: Console, **changes: object) -> Case:
    """One road with holes, its clock running to 4 December."""
    case = replace(a_case(due_on=date(2026, 12, 4), **changes), calendar_version=console.rules.calendar.version)
    console.run(lambda unit: unit.cases.add(case, "R" * 16 + "1"))
    return case


async def posted(clerk: Clerk, path: str, form: Mapping[str, object]) -> tuple[int, str]:
    """Send a form of the settings."""
    answer = await clerk.post(ROOT + path, form)
    return answer.status, html.unescape(answer.text)


async def test_administrators_see_how_many_dates_move_but_no_case_number(own: Console) -> None:
    """The preview counts by month; the number of the case is not on the page."""
    case = with_case(own)
    async with own.clerk("admin") as admin:
        status, page = await posted(admin, "/calendar", {**OFF, "step": "preview"})
    assert status == 200
    assert "đổi hạn: 1" in page
    assert "12/2026" in page
    assert case.code not in page
    assert case.topic not in page


async def test_a_saved_day_off_moves_the_running_clock(own: Console) -> None:
    """The case gets its new date in the same transaction, and both are in the register."""
    case = with_case(own)
    async with own.clerk("admin") as admin:
        status, _ = await posted(admin, "/calendar", {**OFF, "step": "save"})
    moved = own.run(lambda unit: unit.cases.get(case.id))
    assert (status, moved.due_on) == (303, date(2026, 12, 7))
    assert (latest(own).what, latest(own).document) == (What.CALENDAR, "5/CĐ-UBND")


async def test_the_calendar_is_put_back_with_its_dates(own: Console) -> None:
    """Removing the day again gives the case its former date."""
    case = with_case(own)
    async with own.clerk("admin") as admin:
        await posted(admin, "/calendar", {**OFF, "step": "save"})
        await posted(admin, "/calendar", {"op": "drop", "day": "2026-12-02", "step": "save", "reason": "Nhầm"})
    assert own.run(lambda unit: unit.cases.get(case.id)).due_on == date(2026, 12, 4)


async def test_a_day_off_twice_is_refused_with_a_sentence(own: Console) -> None:
    """Nothing would change, and the page says so beside the form."""
    async with own.clerk("admin") as admin:
        await posted(admin, "/calendar", {**OFF, "step": "save"})
        status, page = await posted(admin, "/calendar", {**OFF, "step": "preview"})
    assert status == 422
    assert "Không có gì thay đổi" in page


async def test_a_new_year_is_opened_as_provisional(own: Console) -> None:
    """Due dates in 2028 can be computed once the year is open, and are marked."""
    async with own.clerk("admin") as admin:
        status, _ = await posted(
            admin, "/calendar", {"op": "year", "year": "2028", "step": "save", "reason": "Cuối năm"}
        )
    calendar = in_force(own).calendar
    assert status == 303
    assert 2028 in calendar.years_provisional
    assert not calendar.is_working_day(date(2028, 5, 1))


async def test_a_telephone_number_needs_nobody_else(own: Console) -> None:
    """Contacts take effect at once."""
    async with own.clerk("admin") as admin:
        form = {**contacts(own), "phone": "0204 3123 456", "step": "save", **WHY}
        status, _ = await posted(admin, "/directory/contacts/all", form)
    assert status == 303
    assert in_force(own).commune_values("xa-mau")["phone"] == "0204 3123 456"


def contacts(console: Console) -> dict[str, object]:
    """The contacts form as it stands."""
    return dict(console.rules.book.localities["xa-mau"].contacts)


async def test_who_handles_a_post_needs_a_second_person(own: Console) -> None:
    """Conflict rules change by two: until then the directory stays."""
    async with own.clerk("admin") as admin:
        form = {"title": "Chủ tịch UBND", "level": "commune", "controls": "ubnd", "member_of": "dang_uy"}
        form |= {"handled_by": "dang_uy", "step": "save", **WHY}
        status, _ = await posted(admin, "/directory/posts/ct_ubnd", dict(form))
    assert status == 303
    assert latest(own).standing(date(2026, 11, 23)) is Standing.WAITING
    assert in_force(own).directory("xa-mau", own.clock()).post("ct_ubnd").handled_by == ("ubnd_tinh", "ubkt_tinh_uy")


async def test_the_preview_of_a_post_shows_the_other_way(own: Console) -> None:
    """A report about the chairman would be answered by another body; the page names both."""
    async with own.clerk("admin") as admin:
        form = {"title": "Chủ tịch UBND", "level": "commune", "controls": "ubnd", "member_of": "dang_uy"}
        status, page = await posted(
            admin, "/directory/posts/ct_ubnd", {**form, "handled_by": "dang_uy", "step": "preview", **WHY}
        )
    assert status == 200
    assert "Đường đi thay đổi" in page
    assert "Chủ tịch UBND" in page


async def test_a_body_closes_only_with_a_successor(own: Console) -> None:
    """The form names the missing field."""
    async with own.clerk("admin") as admin:
        form = {"act": "close", "until": "2026-12-31", "successor": "", "step": "save", **WHY}
        status, page = await posted(admin, "/directory/bodies/p_kinh_te", dict(form))
    assert status == 422
    assert "kế thừa" in page


async def test_a_closed_body_hands_over_after_its_last_day(own: Console) -> None:
    """After approval the successor stands for it from the next day on."""
    async with own.clerk("admin") as admin, own.clerk("admin2") as second:
        form = {"act": "close", "until": "2026-12-31", "successor": "p_vhxh", "step": "save", **WHY}
        await posted(admin, "/directory/bodies/p_kinh_te", dict(form))
        await posted(second, f"/edits/{latest(own).id}/decide", {"decision": "approve"})
    book = in_force(own).book
    assert book.as_of("xa-mau", date(2026, 12, 31)).successor("p_kinh_te") == "p_kinh_te"
    assert book.as_of("xa-mau", date(2027, 1, 1)).successor("p_kinh_te") == "p_vhxh"


async def test_a_directory_in_yaml_is_refused_by_line(own: Console) -> None:
    """The mistake is named with the line it stands at."""
    async with own.clerk("admin") as admin:
        text = (await admin.get(f"{ROOT}/directory/export.yaml")).text.replace("upper: mttq_tinh", "upper: mttq_tin", 1)
        line = next(at for at, words in enumerate(text.split("\n"), 1) if "mttq_tin" in words and "upper" in words)
        status, page = await posted(admin, "/directory/import", {"yaml": text, "step": "preview", **WHY})
    assert status == 422
    assert f"Dòng {line}:" in page
    assert "mttq_tinh" in page


async def test_an_exported_directory_comes_back_unchanged(own: Console) -> None:
    """What was taken out and put in again changes nothing, and is refused as no change."""
    async with own.clerk("admin") as admin:
        text = (await admin.get(f"{ROOT}/directory/export.yaml")).text
        status, page = await posted(admin, "/directory/import", {"yaml": text, "step": "preview", **WHY})
    assert status == 422
    assert "Không có gì thay đổi" in page


async def test_topic_words_show_which_samples_change(own: Console) -> None:
    """The page says how many samples move, and where one's own sentence would go before and after."""
    async with own.clerk("admin") as admin:
        page = (await admin.get(f"{ROOT}/taxonomy/infra.road")).text
        form = {**selected(page), "kw": "hố tử thần", "vi": "Đường sá", "step": "preview", **WHY}
        form["try"] = "Trước nhà tôi có hố tử thần"
        status, shown = await posted(admin, "/taxonomy/infra.road", form)
    assert status == 200
    assert "tin mẫu" in shown
    assert "<ins>infra.road</ins>" in shown


def selected(page: str) -> dict[str, object]:
    """Chosen options of a page's selects."""
    found = {}
    for name, body in re.findall(r'<select id="[^"]*" name="(\w+)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'value="([^"]*)" selected', body)
        found[name] = chosen[1] if chosen else ""
    return found


async def test_reminders_at_night_are_refused(own: Console) -> None:
    """The hour of the due day must not lie in the quiet hours."""
    async with own.clerk("admin") as admin:
        form = {"before_due_wd": "10, 5", "overdue_wd": "1, 3", "escalate_at_overdue_wd": "1, 5, 10"}
        form |= {"overdue_then_every_wd": "5", "close_without_info_wd": "15", "warn_before_close_wd": "3"}
        form |= {"close_after_silence_wd": "10", "on_due_day": "22:00", "quiet_from": "20:00", "quiet_to": "07:00"}
        status, page = await posted(admin, "/deadlines/reminders", {**form, "step": "save", **WHY})
    assert (status == 422 and "on_due_day" in page) or "yên lặng" in page


@pytest.fixture
def console_with_every_edit(own: Console) -> Console:
    """One edit of each kind in the register."""

    def step(unit: StoredWork) -> None:
        contents: dict[What, tuple[str, dict[str, object]]] = {
            What.WORDING: ("news_closed", {"vi": "Hồ sơ {case_code} đã xong."}),
            What.TAXONOMY: ("infra.road", {"vi": "Đường"}),
            What.DEADLINES: ("terms", {"targets": {"triage_wd": 3}}),
            What.REMINDERS: ("reminders", {"overdue_then_every_wd": 4}),
            What.DIRECTORY: ("contacts/all", {"ops": [{"op": "contacts", "values": {"phone": "1"}}]}),
            What.CALENDAR: ("2026-12-02", {"op": "off", "day": "2026-12-02", "name": "Bão"}),
        }
        for what, (about, content) in contents.items():
            rule_edits.add(unit, RuleEdit(0, "xa-mau", what, about, content, "vì thế"))

    own.run(step)
    return own


@pytest.mark.parametrize("lang", ["vi", "en"])
async def test_every_kind_of_edit_can_be_read_and_put_back(console_with_every_edit: Console, lang: str) -> None:
    """Its page and the page that restores it render for each kind."""
    numbers = [one.id for one in console_with_every_edit.run(lambda unit: rule_edits.listed(unit))]
    async with console_with_every_edit.clerk("admin", lang) as admin:
        pages = [await admin.get(f"{ROOT}/edits/{number}{end}") for number in numbers for end in ("", "/restore")]
        pages += [await admin.get(ROOT), await admin.get(f"{ROOT}/history")]
    assert {page.status for page in pages} == {200}


async def test_an_edit_that_no_longer_fits_is_left_out_and_named(own: Console) -> None:
    """The rest stays in force; the overview says which edit is not, and why."""

    def step(unit: StoredWork) -> None:
        content = {"ops": [{"op": "entry", "section": "bodies", "entry": {"code": "ubnd", "upper": "nowhere"}}]}
        rule_edits.add(unit, RuleEdit(0, "xa-mau", What.DIRECTORY, "bodies/ubnd", content, "cũ"))
        rule_edits.add(unit, RuleEdit(0, "", What.WORDING, "news_closed", {"vi": "Xong {case_code}."}, "mới"))

    own.run(step)
    async with own.clerk("admin") as admin:
        page = html.unescape((await admin.get(ROOT)).text)
    assert "không còn khớp" in page
    assert "nowhere" in page
    assert in_force(own).wording.say("news_closed", "vi", case_code="1") == "Xong 1."


def test_the_cases_of_the_cast_run(own: Console) -> None:
    """The planted case really has a running clock, or the tests above prove nothing."""
    case = with_case(own)
    assert case.state is State.RECEIVED
    assert case.submitted_at < datetime(2026, 11, 23, tzinfo=UTC)


async def test_an_unchanged_form_of_terms_changes_nothing(own: Console) -> None:
    """The form as it stands is refused as no change, though the data leave some numbers to their defaults."""
    async with own.clerk("admin") as admin:
        page = (await admin.get(f"{ROOT}/deadlines")).text.split('action="/console/settings/deadlines"')[1]
        form = dict(re.findall(r'name="([\w.]+)" type="number"[^>]*? value="([^"]*)"', page.split("</form>")[0]))
        status, shown = await posted(admin, "/deadlines", {**form, "step": "save", **WHY})
    assert status == 422
    assert "Không có gì thay đổi" in shown


async def test_who_saves_second_sees_what_changed(own: Console) -> None:
    """Two forms opened at once: the later one is shown again instead of undoing the other."""
    form = {"vi": "Hồ sơ {case_code}: bản hai.", "en": "Two {case_code}.", "seen": "0", "step": "save", **WHY}
    async with own.clerk("admin") as admin, own.clerk("admin2") as other:
        await posted(admin, "/wording/news_closed", {**form, "vi": "Hồ sơ {case_code}: bản một."})
        status, page = await posted(other, "/wording/news_closed", dict(form))
    assert status == 422
    assert "vừa sửa" in page
    assert "bản hai" in page
