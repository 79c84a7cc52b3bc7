"""Editing the rules over HTTP: preview first, then in force; two persons where cases or people are at stake."""

from __future__ import annotations

import html

from cases.rule_edits import RuleEdit, What
from cases.rules import Rules
from storage import rule_edits
from storage.rule_steps import fresh
from storage.work import StoredWork
from tests.web.console.desk import Clerk, Console

ROOT = "/console/settings"
WHY = {"reason": "Theo yêu cầu của địa phương", "document": "12/QĐ-MTTQ"}


def now_in_force(console: Console) -> Rules:
    """The rules of this moment."""
    return console.run(lambda unit: fresh(unit, console.rules))  # type: ignore[no-any-return]


def latest(console: Console) -> RuleEdit:
    """The newest edit of the register."""
    return console.run(lambda unit: rule_edits.listed(unit, limit=1)[0])  # type: ignore[no-any-return]


async def wording(clerk: Clerk, step: str, text: str, **more: str) -> tuple[int, str]:
    """Send the form of one text."""
    form = {"vi": text, "en": "Case {case_code}: changed by us.", "step": step, **WHY, **more}
    answer = await clerk.post(f"{ROOT}/wording/news_closed_unanswered", form)
    return answer.status, html.unescape(answer.text)


async def test_a_preview_saves_nothing(own: Console) -> None:
    """The message is shown as the channels show it, and the register stays empty."""
    async with own.clerk("admin") as admin:
        status, page = await wording(admin, "preview", "Hồ sơ {case_code} đã xong.")
    assert status == 200
    assert "Hồ sơ PA-2026-000123 đã xong." in page
    assert own.run(lambda unit: rule_edits.listed(unit)) == []


async def test_a_saved_text_is_said_at_once(own: Console) -> None:
    """Wording needs nobody else."""
    async with own.clerk("admin") as admin:
        status, _ = await wording(admin, "save", "Hồ sơ {case_code} đã xong.")
    assert status == 303
    said = now_in_force(own).wording.say("news_closed_unanswered", "vi", case_code="PA-1")
    assert said == "Hồ sơ PA-1 đã xong."


async def test_a_wrong_placeholder_is_named_and_nothing_typed_is_lost(own: Console) -> None:
    """The sentence names the placeholder, what may be used, and the text stays in the form."""
    async with own.clerk("admin") as admin:
        status, page = await wording(admin, "save", "Hồ sơ {ma_so} đã xong.")
    assert status == 422
    assert "{ma_so}" in page
    assert "được dùng: {case_code}" in page
    assert "Hồ sơ {ma_so} đã xong." in page
    assert WHY["reason"] in page


async def test_a_text_of_a_later_day_waits_for_it(own: Console) -> None:
    """Validity that begins tomorrow changes nothing today."""
    async with own.clerk("admin") as admin:
        await wording(admin, "save", "Hồ sơ {case_code} đã xong.", valid_from="2026-11-24")
    before = now_in_force(own).wording.say("news_closed_unanswered", "vi", case_code="PA-1")
    own.clock.move(days=1)
    after = now_in_force(own).wording.say("news_closed_unanswered", "vi", case_code="PA-1")
    assert (before, after) == ("Hồ sơ PA-1 đã kết thúc.", "Hồ sơ PA-1 đã xong.")


async def test_an_older_text_is_put_back(own: Console) -> None:
    """Every version stays readable and can be restored as a new edit."""
    async with own.clerk("admin") as admin:
        await wording(admin, "save", "Hồ sơ {case_code}: bản một.")
        first = latest(own).id
        await wording(admin, "save", "Hồ sơ {case_code}: bản hai.")
        answer = await admin.post(f"{ROOT}/edits/{first}/restore", {"step": "save", **WHY})
    assert answer.status == 303
    assert now_in_force(own).wording.say("news_closed_unanswered", "vi", case_code="1") == "Hồ sơ 1: bản một."


async def test_a_shorter_term_waits_for_a_second_person(own: Console) -> None:
    """Deadlines are decided by two; the proposer is not one of them."""
    async with own.clerk("admin") as admin, own.clerk("handler") as front:
        page = (await admin.get(f"{ROOT}/deadlines")).text
        form = {**fields(page, "terms"), "profiles.default.reply_wd": "15", "step": "save", **WHY}
        await admin.post(f"{ROOT}/deadlines", form)
        number = latest(own).id
        before = now_in_force(own).profiles["default"].reply_wd
        mine = await admin.post(f"{ROOT}/edits/{number}/decide", {"decision": "approve"})
        other = await front.post(f"{ROOT}/edits/{number}/decide", {"decision": "approve"})
    assert (before, mine.status, other.status) == (20, 422, 303)
    assert now_in_force(own).profiles["default"].reply_wd == 15


async def test_the_law_is_a_ceiling(own: Console) -> None:
    """More than twenty working days cannot be given where the regulation says twenty."""
    async with own.clerk("admin") as admin:
        form = {**fields((await admin.get(f"{ROOT}/deadlines")).text, "terms"), **WHY, "step": "save"}
        answer = await admin.post(f"{ROOT}/deadlines", form | {"profiles.qd124.reply_wd": "25"})
    assert answer.status == 422
    assert "124-QĐ/TW" in answer.text


async def test_a_union_officer_decides_nothing(own: Console) -> None:
    """Only administrators, the coordinator's desk and oversight agree to rules; for others the edit is not there."""
    async with own.clerk("admin") as admin, own.clerk("union") as union:
        form = {**fields((await admin.get(f"{ROOT}/deadlines")).text, "terms"), "triage_wd": "3", "step": "save"}
        await admin.post(f"{ROOT}/deadlines", form | WHY)
        answer = await union.post(f"{ROOT}/edits/{latest(own).id}/decide", {"decision": "approve"})
    assert answer.status == 404


async def test_a_new_account_waits_and_then_gets_its_code(own: Console) -> None:
    """The account exists only after the second person agreed; then its code is printed once."""
    async with own.clerk("admin") as admin, own.clerk("oversight") as oversight:
        form = {"name": "Ngô Thị Tư", "body": "hnd", "roles": "handler", "reason": "Cán bộ mới"}
        await admin.post(f"{ROOT}/officers/+", form)
        edit = latest(own)
        assert own.run(lambda unit: unit.people.officer(edit.about)) is None
        await oversight.post(f"{ROOT}/edits/{edit.id}/decide", {"decision": "approve"})
        answer = await admin.post(f"{ROOT}/officers/{edit.about}/code")
    assert "/console/invite/" in answer.text
    assert "Ngô Thị Tư" in answer.text


async def test_nobody_takes_an_account_over_alone(own: Console) -> None:
    """The code of an account in use waits for a second person, who gets it to hand over."""
    colleague = own.officers["colleague"].id
    async with own.clerk("admin") as admin, own.clerk("handler") as front:
        alone = await admin.post(f"{ROOT}/officers/{colleague}/code", {"reason": "Quên mật khẩu"})
        agreed = await front.post(f"{ROOT}/edits/{latest(own).id}/decide", {"decision": "approve"})
    assert (alone.status, agreed.status) == (303, 200)
    assert "/console/invite/" in agreed.text


async def test_names_in_the_register_are_sealed(own: Console) -> None:
    """What is proposed about a person does not stand in the database in clear."""
    async with own.clerk("admin") as admin:
        form = {"name": "Ngô Thị Tư", "body": "hnd", "roles": "handler", "reason": "Thay ông Năm"}
        await admin.post(f"{ROOT}/officers/+", form)

    def raw(unit: StoredWork) -> str:
        return str(unit.connection.exec_driver_sql("SELECT * FROM rule_edit").all())

    stored = own.run(raw)
    assert latest(own).reason == "Thay ông Năm"
    assert "Ngô" not in stored
    assert "Năm" not in stored


async def test_closing_an_account_ends_its_session_at_once(own: Console) -> None:
    """The next click of the officer finds the door."""
    async with own.clerk("admin") as admin, own.clerk("colleague") as colleague:
        await admin.post(f"{ROOT}/officers/{own.officers['colleague'].id}/revoke", {"reason": "Nghỉ việc"})
        answer = await colleague.get(f"{ROOT}/approvals")
    assert answer.status == 303
    assert "/console/login" in answer.headers["location"]
    assert latest(own).what is What.OFFICER
    assert latest(own).reason == "Nghỉ việc"


async def test_nobody_closes_the_own_account(own: Console) -> None:
    """An installation must not lose its administrator by a slip."""
    async with own.clerk("admin") as admin:
        answer = await admin.post(f"{ROOT}/officers/{own.officers['admin'].id}/revoke", {"reason": "Nhầm"})
    assert answer.status == 422


def fields(page: str, which: str) -> dict[str, str]:
    """The values a form of the deadlines page stands at."""
    import re

    part = page.split("<form")[-2 if which == "terms" else -1]
    return dict(re.findall(r'name="([\w.]+)" type="(?:number|text)"[^>]*? value="([^"]*)"', part))
