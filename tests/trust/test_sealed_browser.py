"""A sealed report in real Chromium: opened with a passphrase by libsodium in the page, and shown nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import text

from cases.model import Case
from storage.sealed_box import key_id, public_of
from storage.work import StoredWork
from tests.trust.sealed_kit import (
    PASSPHRASE,
    STORY,
    UNION_PRIVATE,
    give_key,
    picture,
    sealed_case,
    sealing_console,
    wrapped,
)
from tests.web.browser import ABSENT, CHROMIUM, launched, tab
from tests.web.console.desk import Console
from tests.web.console.looking import accessible, looking

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One Chromium for the module."""
    if not CHROMIUM:
        pytest.skip(ABSENT)
    with launched() as present:
        yield present


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A commune that seals, its Front and its women's union with keys."""
    with sealing_console(tmp_path_factory.mktemp("sealed")) as present:
        give_key(present, "hlhpn", UNION_PRIVATE, {})
        yield present


@pytest.fixture(scope="module")
def case(console: Console) -> Case:
    """A report with a picture and a place."""
    return sealed_case(console, picture=picture(), place="sau đình Thượng", name="Nguyễn Thị A")


def opened_times(console: Console) -> int:
    """How often ciphertext was fetched."""
    statement = text("SELECT count(*) FROM audit_entry WHERE what = 'sealed_opened'")

    def count(unit: StoredWork) -> int:
        return int(unit.connection.execute(statement).scalar_one())

    return int(console.run(count))


@pytest.mark.parametrize("width", [360, 1280])
def test_the_holder_reads_the_report_and_its_picture(
    chromium: Browser, console: Console, case: Case, width: int
) -> None:
    """With the passphrase the text, the place and the picture come out; closing takes them off the screen."""
    with looking(chromium, console, "handler", width=width) as there:
        page = there.open(f"/console/cases/{case.code}")
        page.get_by_role("link", name="Mở phản ánh").click()
        accessible(page)
        page.locator("#sealed-pass").fill(PASSPHRASE)
        page.get_by_role("button", name="Mở", exact=True).click()
        expect(page.locator("#sealed-parts blockquote")).to_have_text(STORY)
        expect(page.locator("#sealed-parts")).to_contain_text("sau đình Thượng")
        expect(page.locator("#sealed-parts")).not_to_contain_text("Nguyễn Thị A")
        page.get_by_role("button", name="Giải mã tệp").click()
        expect(page.locator("#sealed-files img")).to_have_js_property("naturalWidth", 40)
        accessible(page)
        page.get_by_role("button", name="Đóng lại").click()
        expect(page.locator("#sealed-shown")).to_be_hidden()
        assert STORY not in page.content()


def test_a_wrong_passphrase_says_so_and_fetches_nothing(chromium: Browser, console: Console, case: Case) -> None:
    """Nothing leaves the server for a passphrase that opens no key."""
    before = opened_times(console)
    with looking(chromium, console, "handler") as there:
        page = there.open(f"/console/cases/{case.code}/sealed")
        page.locator("#sealed-pass").fill("không phải mật khẩu này")
        page.get_by_role("button", name="Mở", exact=True).click()
        expect(page.locator("#sealed-fault")).to_have_text("Mật khẩu không đúng.")
        assert page.locator("#sealed-shown").is_hidden()
    assert opened_times(console) == before


def test_a_changed_box_is_not_opened(chromium: Browser, console: Console) -> None:
    """What somebody changed in the database is refused by the page, in words."""
    case = sealed_case(console, "forged")
    other = sealed_case(console, "other")

    def swap(unit: StoredWork) -> None:
        (box,) = unit.sealed.boxes(other, but=("identity",))
        (mine,) = unit.sealed.boxes(case, but=("identity",))
        sealer = unit.case_keys.of(case.id)
        content = sealer.seal_bytes("sealed_box.sealed_content", mine.id, box.content)
        envelope = next(iter(box.envelopes.values()))
        run = unit.connection.execute
        run(text("UPDATE sealed_box SET sealed_content = :c WHERE id = :i"), {"c": content, "i": mine.id})
        run(text("UPDATE sealed_envelope SET envelope = :e WHERE box_id = :i"), {"e": envelope, "i": mine.id})

    console.run(swap)
    with looking(chromium, console, "handler") as there:
        page = there.open(f"/console/cases/{case.code}/sealed")
        page.locator("#sealed-pass").fill(PASSPHRASE)
        page.get_by_role("button", name="Mở", exact=True).click()
        expect(page.locator("#sealed-parts")).to_contain_text("Một phần đã bị thay đổi")
        assert page.locator("blockquote").count() == 0


def test_a_holder_lets_another_body_open_it(chromium: Browser, console: Console) -> None:
    """The envelopes are made in the page; the women's union's key opens the report afterwards."""
    from tests.trust.sealed_kit import opened_bundle
    from web.console.sealed import bundle_of

    case = sealed_case(console, "shared")
    with looking(chromium, console, "handler") as there:
        page = there.open(f"/console/cases/{case.code}/sealed")
        page.locator("#sealed-pass").fill(PASSPHRASE)
        page.get_by_role("button", name="Mở", exact=True).click()
        expect(page.locator("#sealed-parts blockquote")).to_have_text(STORY)
        page.get_by_role("button", name="Cho cùng mở").click()
        expect(page.locator("#sealed-share-state")).to_contain_text("Đã niêm phong thêm")

    def bundle(unit: StoredWork) -> bytes:
        import orjson

        return orjson.dumps(bundle_of(case, unit.sealed.boxes(case, {"hlhpn"}), {}))

    assert opened_bundle(console.run(bundle), UNION_PRIVATE)[0][0]["told"]["text"] == STORY


def test_a_key_is_uploaded_by_one_and_agreed_by_another(chromium: Browser, tmp_path: Path) -> None:
    """The proposer cannot agree; the second types the last four signs of the number."""
    import json

    key = key_id(public_of(UNION_PRIVATE))
    (tmp_path / "key.json").write_text(json.dumps(wrapped(UNION_PRIVATE)), "utf-8")
    (tmp_path / "data").mkdir()
    with sealing_console(tmp_path / "data", keys=False) as console:
        with looking(chromium, console, "handler", width=360) as there:
            page = there.open("/console/sealed")
            page.locator("#key-file").set_input_files(tmp_path / "key.json")
            page.get_by_role("button", name="Tải lên").click()
            expect(page.locator("#flash")).to_contain_text("Người thứ hai")
            assert page.get_by_role("button", name="Đồng ý").count() == 0
            accessible(page)
        with looking(chromium, console, "oversight") as there:
            page = there.open("/console/sealed")
            page.get_by_label("Bốn chữ cuối").fill("0000")
            page.get_by_role("button", name="Đồng ý").click()
            expect(page.locator("#last-fault")).to_be_visible()
            accessible(page)
            page.get_by_label("Bốn chữ cuối").fill(key[-4:])
            page.get_by_role("button", name="Đồng ý").click()
            expect(page.locator("#flash")).to_contain_text("Khóa đã dùng được")


def test_a_reload_of_the_chat_shows_that_it_is_sealed(chromium: Browser, console: Console) -> None:
    """The page that was open shows the receipt at once; after a reload nothing of what was written is left."""
    with tab(chromium, console.stage) as there:
        page = there.open("/chat")
        page.locator("#text").fill(STORY)
        page.locator("#send").click()
        for label in ("Tôi đồng ý", "Nhũng nhiễu, vòi vĩnh", "Chủ tịch UBND", "Thôn 1", "Hôm nay", "Bỏ qua"):
            page.locator("#log").get_by_role("button", name=label, exact=True).last.click()
        page.locator("#log").get_by_role("button", name="Chỉ Mặt trận", exact=True).click()
        page.locator("#log").get_by_role("button", name="✅ Gửi").click()
        expect(page.get_by_text("Phản ánh đã niêm phong")).to_be_visible()
        page.reload()
        expect(page.get_by_text("Phản ánh đã niêm phong")).to_be_visible()
        assert "vòi tiền" not in page.content()
