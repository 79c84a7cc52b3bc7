"""One case from the report to its end, each by their own chat; and the same turned back once on the way."""

from tests.handlers.officer_cast import Bureau, open_any_bureau  # noqa: F401 - a fixture
from tests.handlers.test_officer_actions import at
from tests.handlers.test_officer_reply import dictate

NEWS = (
    "phân loại",
    "chuyển bằng văn bản",
    "30/03/2026",
    "13/04/2026",
    "văn bản trả lời",
    "vá đoạn đường",
    "kết thúc",
)
"""A word from each piece of news, in order."""


async def test_from_report_to_end(any_bureau: Bureau) -> None:
    """Submitted, triaged, forwarded, received, extended, answered, relayed, closed: the resident hears of each."""
    bureau = any_bureau
    case = await bureau.report()
    heard = []
    lan = await at(bureau, case, "Phân loại", "Đúng, phân loại")
    heard.append(await bureau.news())
    await lan.taps("Chuyển cơ quan")
    for typed in ("12/MTTQ-BTT", "hôm nay"):
        await lan.says(typed)
    await lan.taps("dùng bản này")
    await lan.taps("✅ Chuyển")
    heard.append(await bureau.news())

    tuan = await at(bureau, case, "Ghi ngày cơ quan nhận", who="tuan")
    await tuan.says("hôm nay")
    await tuan.taps("Xác nhận")
    heard.append(await bureau.news())
    await bureau.wait("2026-03-26")
    await at(bureau, case, "Xin gia hạn", "dài nhất", "Có nhiều nội dung", who="tuan")
    for typed in ("46/UBND", "hôm nay", "Trần Văn Bình, Chủ tịch"):
        await tuan.says(typed)
    await tuan.taps("Bỏ qua")
    await tuan.taps("✅ Gia hạn")
    heard.append(await bureau.news())
    await bureau.wait("2026-04-10")
    await at(bureau, case, "Ghi văn bản trả lời", who="tuan")
    await dictate(tuan)
    await tuan.taps("Ghi nhận")
    heard.append(await bureau.news())

    await at(bureau, case, "Báo kết quả", "✅ Báo kết quả")
    heard.append(await bureau.news())
    await bureau.wait("2026-04-28")
    await at(bureau, case, "Kết thúc hồ sơ", "✅ Kết thúc")
    heard.append(await bureau.news())

    found = await bureau.now(case)
    assert found.state.value == "closed"
    steps = ["submitted", "triaged", "forwarded", "received", "extended", "replied", "relayed", "closed"]
    assert [what for what in await bureau.events(case) if what != "read"] == steps
    for news, word in zip(heard, NEWS, strict=True):
        assert case.code in news
        assert word in news
        assert "xe máy" not in news


async def test_returned_and_sent_elsewhere(any_bureau: Bureau) -> None:
    """A new clock at the new authority, the first day of receipt stays, the first authority sees it no more."""
    bureau = any_bureau
    case = await bureau.received()
    tuan = await at(bureau, case, "Trả lại", "Công an xã", who="tuan")
    await tuan.says("việc an ninh")
    await tuan.taps("✅ Trả lại")
    await bureau.wait("2026-03-09")
    lan = await at(bureau, case, "Phân loại", "Đổi cơ quan", "Công an xã", "Đúng, phân loại", "Chuyển cơ quan")
    for typed in ("20/MTTQ-BTT", "hôm nay"):
        await lan.says(typed)
    await lan.taps("dùng bản này")
    await lan.taps("✅ Chuyển")
    son = await at(bureau, case, "Ghi ngày cơ quan nhận", who="son")
    await son.says("hôm nay")
    await son.taps("Xác nhận")
    found = await bureau.now(case)
    assert [str(found.first_received_on), str(found.received_on), str(found.due_on)] == [
        "2026-03-02",
        "2026-03-09",
        "2026-04-06",
    ]
    assert found.code not in await tuan.says("/hopthu")
