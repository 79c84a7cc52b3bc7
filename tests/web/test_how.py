"""How to report: codes that lead to the right place, and the sheet that is put up there."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator

import pytest
import qrcode  # type: ignore[import-untyped]

from tests.web.board_kit import board_at
from tests.web.stage import Stage
from tests.web.visitor import Visitor, visiting
from web.how import qr_path


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """An installation with Telegram and Zalo."""
    with board_at(tmp_path_factory.mktemp("how"), public_url="https://hoiam.example.vn") as stage:
        yield stage


@pytest.fixture
async def reader(board: Stage) -> AsyncIterator[Visitor]:
    """Somebody with a telephone."""
    async with visiting(board.url) as visitor:
        yield visitor


@pytest.mark.parametrize(
    ("query", "start"),
    [("", "xa-mau"), ("?at=thon-2", "xa-mau__thon-2"), ("?commune=xa-mau&at=duong-thon-2", "xa-mau__duong-thon-2")],
)
async def test_each_place_has_its_own_link(reader: Visitor, query: str, start: str) -> None:
    """The web chat and Telegram are told the place; Zalo's links cannot carry it, and the page says so."""
    page = (await reader.get(f"/how{query}")).text
    assert f'href="https://hoiam.example.vn/chat?start={start}"' in page
    assert f'href="https://t.me/hoiam_bot?start={start}"' in page
    assert 'href="https://zalo.me/1"' in page
    assert "Mã này không kèm được tên nơi" in page


@pytest.mark.parametrize("query", ["?at=thon-99", "?commune=elsewhere", "?at=%22%3E"])
async def test_an_unknown_place_has_no_code(reader: Visitor, query: str) -> None:
    """A wrong code is not printed by mistake."""
    for path in ("/how", "/how/sheet"):
        assert (await reader.get(path + query)).status == 404


async def test_the_sheet_names_the_place_and_how_it_goes(reader: Visitor) -> None:
    """What a passer-by needs, without a telephone number nobody has filled in."""
    page = (await reader.get("/how/sheet?at=duong-thon-2")).text
    assert "Quét mã để phản ánh về công trình: Đường bê tông Thôn 2" in page
    assert "20 ngày làm việc" in page
    assert "Điện thoại" not in page


@pytest.mark.parametrize("text", ["x", "https://hoiam.example.vn/chat?start=xa-mau__duong-thon-2"])
def test_the_drawing_holds_every_module(text: str) -> None:
    """The path's runs are exactly the dark modules of the code."""
    path, size = qr_path(text)
    dark = set()
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)", path):
        dark |= {(int(x) + step, int(y)) for step in range(int(width))}
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=4)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    assert size == len(rows)
    assert dark == {(x, y) for y, row in enumerate(rows) for x, module in enumerate(row) if module}
