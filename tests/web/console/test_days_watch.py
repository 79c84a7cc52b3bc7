"""The day of those who watch over terms: figures and lists, and never a word of what anybody wrote."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from cases.model import Case
from tests.web.browser import ABSENT, CHROMIUM
from tests.web.console.days_cases import answered, received
from tests.web.console.days_house import House, installation
from tests.web.console.days_person import Person, at_browser

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM, reason=ABSENT)]
WORDS = ("Nguyễn Văn An", "0912345678", "mùa mưa", "hỏng nặng", "trước ngày 30 tháng 4")


@pytest.fixture(scope="module")
def case(house: House) -> Case:
    """Enough answered ones for figures to be told, and one that is late."""
    for _ in range(4):
        late = received(house)
    answered(house)
    house.later(days=40)
    return late


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One installation for both screens."""
    with installation(tmp_path_factory.mktemp("days")) as present:
        yield present


@pytest.mark.parametrize(
    ("who", "width", "lang"),
    [("follow_up", 1280, "vi"), ("follow_up", 360, "en"), ("oversight", 360, "vi"), ("oversight", 1280, "en")],
)
def test_the_watch_sees_figures_and_lists_only(
    chromium: Browser, house: House, case: Case, who: str, width: int, lang: str
) -> None:
    """Every page of the navigation, the list behind a number, the late case's own page: no content, no names."""
    with at_browser(chromium, house, width=width, lang=lang) as watch:
        watch.signs_in(who)
        _opens_a_number(watch, who)
        _counts_no_single_case(watch)
        _opens_every_page(watch)
        _opens_the_case(watch, case)
        watch.refusals.add(404)
        for path in (f"/console/publish/{case.code}", "/console/settings/officers", "/console/cases/PA-2026-000999"):
            watch.open(path)
            watch.reads(watch.say("console_error_missing"))
        watch.signs_out()


def _opens_a_number(watch: Person, who: str) -> None:
    """The figures come first; a number is the length of the list behind it."""
    watch.reads(watch.say("console_figures_title"))
    watch.looks(f"figures-{who}")
    link = watch.page.locator(".cards .number a").first
    number = int(link.inner_text().split()[0])
    link.click()
    expect(watch.page.locator("table.list tbody tr")).to_have_count(number)
    watch.looks(f"figures-list-{who}")
    reads_nothing(watch)


def _counts_no_single_case(watch: Person) -> None:
    """Of the one answered case neither its number nor its days are told."""
    watch.open("/console/figures?from=2026-11-01&to=2027-01-02")
    row = watch.page.locator("tr", has_text=watch.say("console_fig_stage_reply"))
    assert row.locator("td").all_inner_texts()[:3] == ["<3", "–", "–"]


def _opens_every_page(watch: Person) -> None:
    """What the navigation offers her."""
    paths = watch.page.locator(".bar .drawer nav a").evaluate_all("all => all.map((one) => one.pathname)")
    for path in paths:
        watch.open(path)
        reads_nothing(watch)


def _opens_the_case(watch: Person, case: Case) -> None:
    """Number, topic, state and dates, and that this is all."""
    watch.open(f"/console/cases/{case.code}")
    watch.reads(watch.say("console_case_notice_only"))
    watch.looks("watch-case")
    reads_nothing(watch)


def reads_nothing(watch: Person) -> None:
    """Neither on the page nor hidden in it."""
    source = watch.page.content()
    assert [one for one in WORDS if one in source] == []
