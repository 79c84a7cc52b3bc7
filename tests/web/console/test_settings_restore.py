"""Older versions put back: as new edits, with a reason, a preview, and a second person where one was needed before."""

from __future__ import annotations

import html
import re
from datetime import date

from cases.model import OfficerRole
from cases.rule_edits import Standing
from storage import rule_edits
from tests.web.console.desk import Console
from tests.web.console.test_settings_more import OFF, WHY, in_force, latest, posted


async def test_the_calendar_goes_back_through_its_preview(own: Console) -> None:
    """The form of the preview carries the step, so that saving does what was shown."""
    async with own.clerk("admin") as admin:
        await posted(admin, "/calendar", {**OFF, "step": "save"})
        first = latest(own).id
        await posted(admin, "/calendar", {**OFF, "day": "2026-12-03", "step": "save"})
        _, page = await posted(admin, f"/edits/{first}/restore", {"step": "preview", **WHY})
        form = dict(
            re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.split('id="effect"')[1].split("</form>")[0])
        )
        status, _ = await posted(admin, "/calendar", {**form, "step": "save"})
    calendar = in_force(own).calendar
    assert status == 303
    assert [calendar.is_working_day(date(2026, 12, day)) for day in (2, 3)] == [False, True]


async def test_a_directory_goes_back_as_a_whole(own: Console) -> None:
    """The directory as it stood after the older edit is one document; names alone need no second person."""
    contacts = dict(own.rules.book.localities["xa-mau"].contacts)
    async with own.clerk("admin") as admin:
        for number in ("111 222", "333 444"):
            await posted(admin, "/directory/contacts/all", {**contacts, "phone": number, "step": "save", **WHY})
        first = own.run(lambda unit: rule_edits.listed(unit)[-1].id)
        status, _ = await posted(admin, f"/edits/{first}/restore", {"step": "save", **WHY})
    assert status == 303
    assert in_force(own).commune_values("xa-mau")["phone"] == "111 222"


async def test_former_roles_come_back_only_by_two(own: Console) -> None:
    """Restoring an account is a proposal like any other."""
    officer = own.officers["colleague"]
    form = {"name": officer.name, "body": "mttq", "reason": "Đổi việc"}
    async with own.clerk("admin") as admin, own.clerk("admin2") as second:
        await posted(admin, f"/officers/{officer.id}", {**form, "roles": "admin"})
        number = latest(own).id
        await posted(second, f"/edits/{number}/decide", {"decision": "approve"})
        await posted(admin, f"/officers/{officer.id}", {**form, "roles": "handler"})
        status, _ = await posted(admin, f"/edits/{number}/restore", {"reason": "Như cũ"})
    known = own.run(lambda unit: unit.people.officer(officer.id))
    assert known.roles == (OfficerRole.ADMIN,)
    assert (status, latest(own).standing(date(2026, 11, 23))) == (422, Standing.WAITING)


async def test_a_waiting_proposal_can_be_taken_back(own: Console) -> None:
    """Its proposer withdraws it; then nobody can agree to it."""
    async with own.clerk("admin") as admin, own.clerk("admin2") as second:
        form = {"act": "close", "until": "2026-12-31", "successor": "p_vhxh", "step": "save", **WHY}
        await posted(admin, "/directory/bodies/p_kinh_te", dict(form))
        number = latest(own).id
        taken, _ = await posted(admin, f"/edits/{number}/withdraw", {})
        status, page = await posted(second, f"/edits/{number}/decide", {"decision": "approve"})
    assert (taken, status) == (303, 422)
    assert "đã rút" in html.unescape(page)
