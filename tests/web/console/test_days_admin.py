"""The day of an administrator: her own account by the link, a colleague invited, a day off, a text, two persons."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from cases import officers
from cases.model import Officer, OfficerRole
from storage.work import StoredWork
from tests.web.browser import ABSENT, CHROMIUM
from tests.web.console.days_cases import received, stored
from tests.web.console.days_house import House, installation
from tests.web.console.days_person import Person, at_browser
from tests.web.console.desk import PASSWORD, code

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM, reason=ABSENT)]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One installation for both screens."""
    with installation(tmp_path_factory.mktemp("days")) as present:
        yield present


@pytest.mark.parametrize(("width", "lang", "day"), [(1280, "en", "2026-12-02"), (360, "vi", "2026-12-03")])
def test_the_administrator_sets_the_house_in_order(
    chromium: Browser, house: House, width: int, lang: str, day: str
) -> None:
    """From the invitation link to a change of roles that only a second person lets into force."""
    case, name = received(house), f"Người mới {width}"
    due = case.effective_due_on
    with at_browser(chromium, house, width=width, lang=lang) as admin:
        _opens_her_account(admin, invited(house, f"Quản trị {width}"), f"quan.tri{width}")
        _invites(admin, name)
        _adds_a_day_off(admin, day)
        later = stored(house, case).effective_due_on
        assert due
        assert later
        assert later > due
        _edits_a_text(admin, f"Cảm ơn bà con nhiều ({width}). Hồ sơ {{case_code}} kết thúc.")
        _proposes_a_role(admin, "Trần Văn Bình")
        admin.signs_out()
    house.round()
    assert f"({width})" in house.say("verdict_thanks", "vi", case_code="PA-2026-000001")
    assert OfficerRole.TRIAGE not in present_roles(house, "colleague")
    with at_browser(chromium, house, width=1640 - width, lang=lang) as second:
        second.signs_in("admin2")
        _approves(second, "Phân công mới của Hội")
        second.done("settings_said_account")
        second.button("console_settings_new_code").click()
        expect(second.page.locator(".onetime")).to_have_text(re.compile(r"\w{4}-\w{4}-\w{4}"))
        second.looks("officer-code")
        second.link("console_settings_done").click()
        _approves(second, "Thay người nghỉ phép")
        second.done("settings_said_approved")
        second.signs_out()
    assert OfficerRole.TRIAGE in present_roles(house, "colleague")
    house.run(lambda unit: _back(unit, house))


def invited(house: House, name: str) -> str:
    """The link that a start prints for the first administrator."""

    def step(unit: StoredWork) -> str:
        officer = Officer(unit.new_id(), "xa-mau", name, "mttq", (OfficerRole.ADMIN,))
        unit.people.save_officer(officer)
        return officers.invite(unit, officer, unit.now)

    return f"/console/invite/{house.run(step)}"


def present_roles(house: House, who: str) -> tuple[OfficerRole, ...]:
    """What this officer may do now."""
    officer = house.run(lambda unit: unit.people.officer(house.officers[who].id))
    return tuple(officer.roles)


def _back(unit: StoredWork, house: House) -> None:
    """As it was in the morning, for the other screen."""
    officer = unit.people.officer(house.officers["colleague"].id)
    assert officer is not None
    officer.roles = (OfficerRole.HANDLER,)
    unit.people.save_officer(officer)


def _opens_her_account(admin: Person, link: str, login: str) -> None:
    """A weak password is refused beside its field; then the authenticator, then the codes for the day it is lost."""
    admin.refusals.add(422)
    admin.open(f"{link}?lang={admin.lang}")
    admin.page.locator("#login").fill(login)
    admin.page.locator("#password").fill("123456789012")
    admin.button("console_go_on").click()
    expect(admin.page.locator("#password-fault")).to_be_visible()
    expect(admin.page.locator("#login")).to_have_value(login)
    admin.looks("invite-fault")
    admin.page.locator("#password").fill(PASSWORD)
    admin.button("console_go_on").click()
    admin.page.locator("summary").click()
    secret = admin.page.locator("code.code").inner_text().replace(" ", "")
    admin.looks("invite-tie")
    admin.page.locator("#code").fill(code(admin.house.clock(), secret))
    admin.button("console_tie_do").click()
    expect(admin.page.locator(".codes li")).to_have_count(10)
    admin.looks("invite-codes")
    admin.link("console_codes_done").click()


def _invites(admin: Person, name: str) -> None:
    """A colleague: the account waits for a second person, as every role does."""
    admin.goes_to("officers")
    admin.link("console_settings_officer_new").click()
    admin.page.locator("#f-name").fill(name)
    admin.page.locator("#f-body").select_option("hlhpn")
    admin.page.locator("[name='roles'][value='handler']").check()
    admin.page.locator("#f-reason").fill("Phân công mới của Hội")
    admin.looks("officer-new")
    admin.button("console_settings_officer_invite").click()
    admin.done("settings_said_waiting")


def _adds_a_day_off(admin: Person, day: str) -> None:
    """First what it would do to running terms, then saved."""
    admin.goes_to("holidays")
    admin.page.locator("#f-op").select_option("off")
    admin.page.locator("#f-day").fill(day)
    admin.page.locator("#f-name").fill("Nghỉ bão")
    admin.page.locator("#f-reason").fill("Công điện của tỉnh")
    admin.page.locator("#f-document").fill("Công điện 12/CĐ-UBND")
    admin.button("console_settings_preview").click()
    expect(admin.page.locator("#effect")).to_be_visible()
    admin.looks("calendar-effect")
    admin.button("console_settings_save").click()
    expect(admin.page.locator("#flash")).to_be_visible()


def _edits_a_text(admin: Person, text: str) -> None:
    """Found by its words, seen as the resident would, saved."""
    admin.goes_to("wording")
    admin.page.locator("#q").fill("verdict_thanks")
    admin.button("console_settings_search").click()
    admin.page.locator("a", has_text="verdict_thanks").click()
    admin.page.locator("#f-vi").fill(text)
    admin.page.locator("#f-reason").fill("Lời cảm ơn ấm hơn")
    admin.button("console_settings_preview").click()
    admin.looks("wording-preview")
    admin.page.locator("#save").click()
    admin.done("settings_said_saved")


def _proposes_a_role(admin: Person, name: str) -> None:
    """Triage for a colleague: proposed, not in force, and not hers to approve."""
    admin.goes_to("officers")
    admin.page.get_by_role("link", name=name, exact=True).click()
    admin.page.locator("[name='roles'][value='triage']").check()
    admin.page.locator("form.card #f-reason").fill("Thay người nghỉ phép")
    admin.button("console_settings_officer_propose").click()
    admin.done("settings_said_waiting")
    admin.goes_to("approvals")
    admin.looks("approvals-mine")


def _approves(second: Person, reason: str) -> None:
    """The second administrator reads what changes and lets it into force."""
    second.goes_to("approvals")
    second.looks("approvals")
    second.page.locator("tr", has_text=reason).get_by_role("link").first.click()
    second.looks("approval")
    second.button("console_settings_approve").click()
