"""The pages of the audit chain and of emergency access in Chromium: no accessibility fault, both sizes and lights."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from cases.emergency_access import break_glass
from storage.emergency import keep
from storage.work import StoredWork
from tests.cases.cast import a_case
from tests.web.console.desk import Console, console_at
from tests.web.console.looking import accessible, looking

pytestmark = pytest.mark.browser
CODE = "PA-2026-000001"
PAGES = {
    "oversight": ("/console/audit", "/console/audit?day=2026-11-01"),
    "admin": ("/console/audit",),
    "union": ("/console/emergency", f"/console/emergency/{CODE}"),
    "handler": (f"/console/cases/{CODE}/audit",),
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A console with a case that was opened in an emergency."""
    with console_at(tmp_path_factory.mktemp("seen")) as console:

        def store(unit: StoredWork) -> None:
            case = a_case(code=CODE, text="Trước chợ ống nước vỡ, nước tràn vào nhà dân.", place="trước chợ")
            unit.cases.add(case, "receipt-1")
            union = console.officers["union"]
            for what in ("exported", "role_granted", "signed_in", "rule_changed"):
                detail = {"form": "csv", "identity": "no", "roles": "triage", "door": "chat", "what": "wording"}
                unit.audit.enter(what, actor=console.officers["handler"].id, detail=detail)
            reason = "người dân gọi báo đang ngập nhà"
            keep(unit, union, case, reason, break_glass(unit, console.rules, union, case, reason, unit.now))

        console.run(store)
        yield console


@pytest.mark.parametrize(("width", "dark", "lang"), [(1280, False, "vi"), (360, True, "en")])
def test_every_page_is_accessible(chromium: Browser, desk: Console, width: int, dark: bool, lang: str) -> None:
    """On a desktop by day in Vietnamese, on a telephone by night in English."""
    for name, paths in PAGES.items():
        with looking(chromium, desk, name, width=width, dark=dark, lang=lang) as tab:
            for path in paths:
                tab.page.goto(desk.url + path)
                accessible(tab.page)
                if folder := os.environ.get("HOIAM_SHOTS"):
                    tab.page.screenshot(path=f"{folder}/{name}{path.count('/')}-{width}.png", full_page=True)
