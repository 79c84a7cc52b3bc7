"""The authority's contact in chat: receipt, delegating, more time, returning, and never who sent it."""

from datetime import date

from cases.model import State
from tests.handlers.officer_cast import Bureau, open_bureau  # noqa: F401 - a fixture
from tests.handlers.test_officer_actions import at


async def test_a_new_case_is_announced_by_number(bureau: Bureau) -> None:
    """The notice holds number and topic; opened, the text without the sender."""
    case = await bureau.forwarded()
    assert case.code in await bureau.news("tuan")
    tuan = await at(bureau, case, who="tuan")
    assert "xe máy" in tuan.last.text
    assert "Nguyễn Văn An" not in tuan.last.text
    assert "0912" not in tuan.last.text


async def test_the_desks_own_work_is_not_shown(bureau: Bureau) -> None:
    """Questions, corrections and refusals before the letter are the desk's affair."""
    case = await bureau.forwarded()
    tuan = await at(bureau, case, who="tuan")
    history = tuan.last.text.partition("DIỄN BIẾN")[2]
    assert "chuyển cơ quan" in history
    assert "phân loại" not in history


async def test_confirming_receipt(bureau: Bureau) -> None:
    """The day, the term that follows, confirmed."""
    case = await bureau.forwarded()
    tuan = await at(bureau, case, "Ghi ngày cơ quan nhận", who="tuan")
    assert "30/03/2026" in await tuan.says("hôm nay")
    await tuan.taps("Xác nhận")
    assert (await bureau.now(case)).due_on == date(2026, 3, 30)


async def test_a_receipt_day_to_come(bureau: Bureau) -> None:
    """Asked again."""
    case = await bureau.forwarded()
    tuan = await at(bureau, case, "Ghi ngày cơ quan nhận", who="tuan")
    assert "ở sau hôm nay" in await tuan.says("15/3/2026")


async def test_delegating_to_a_unit(bureau: Bureau) -> None:
    """One of the authority's units, or any words."""
    case = await bureau.received()
    tuan = await at(bureau, case, "Giao đơn vị", "Phòng Văn hóa", who="tuan")
    assert (await bureau.now(case)).assigned_unit == "p_vhxh"
    await tuan.taps("Giao đơn vị")
    await tuan.says("tổ công tác số 1")
    assert (await bureau.now(case)).assigned_unit == "tổ công tác số 1"


async def test_asking_for_more_time(bureau: Bureau) -> None:
    """Longest date, a usual reason, number, date, signer, without the file."""
    case = await bureau.received()
    await bureau.wait("2026-03-26")
    tuan = await at(bureau, case, "Xin gia hạn", "dài nhất", "Phải xác minh nhiều nơi", who="tuan")
    await tuan.says("46/UBND")
    await tuan.says("hôm nay")
    await tuan.says("Trần Văn Bình, Chủ tịch")
    await tuan.taps("Bỏ qua")
    assert "13/04/2026" in await tuan.taps("✅ Gia hạn")
    found = await bureau.now(case)
    assert (found.state, found.extended_due_on) == (State.EXTENDED, date(2026, 4, 13))
    assert "Xin gia hạn" not in tuan.labels


async def test_more_time_than_there_is(bureau: Bureau) -> None:
    """A later date is cut to the 30th working day, an earlier one than now due is asked again."""
    case = await bureau.received()
    await bureau.wait("2026-03-26")
    tuan = await at(bureau, case, "Xin gia hạn", who="tuan")
    assert "phải sau hạn hiện tại" in await tuan.says("28/3")
    await tuan.says("30/6")
    await tuan.says("chờ kết quả giám định mặt đường")
    await tuan.says("46/UBND")
    await tuan.says("hôm nay")
    await tuan.says("Trần Văn Bình, Chủ tịch")
    await tuan.taps("Bỏ qua")
    assert "13/04/2026" in await tuan.taps("✅ Gia hạn")


async def test_more_time_is_not_offered_too_late(bureau: Bureau) -> None:
    """After the last day there is no such button."""
    case = await bureau.received()
    await bureau.wait("2026-03-31")
    tuan = await at(bureau, case, who="tuan")
    assert "Xin gia hạn" not in tuan.labels


async def test_returning_with_a_proposal(bureau: Bureau) -> None:
    """The case leaves the authority's sight; the desk is offered the proposed body first."""
    case = await bureau.received()
    tuan = await at(bureau, case, "Trả lại", "Công an xã", who="tuan")
    await tuan.says("việc an ninh")
    assert "Đã trả lại" in await tuan.taps("✅ Trả lại")
    assert tuan.last.choices == ()
    lan = await at(bureau, case, "Phân loại")
    assert "việc an ninh" in lan.last.text
    await lan.taps("Đổi cơ quan")
    assert lan.labels[0] == "Công an xã Mẫu"


async def test_returning_without_a_proposal(bureau: Bureau) -> None:
    """The proposal can be skipped, the reason cannot."""
    case = await bureau.forwarded()
    tuan = await at(bureau, case, "Trả lại", "Bỏ qua", who="tuan")
    await tuan.says("đường do tỉnh quản lý")
    await tuan.taps("✅ Trả lại")
    assert (await bureau.now(case)).state is State.RETURNED


async def test_another_authority_gets_nothing(bureau: Bureau) -> None:
    """Not the notice, not the inbox, not the number."""
    case = await bureau.received()
    assert await bureau.news("son") == ""
    son = bureau.person("son")
    assert "không có hồ sơ nào" in await son.says("/hopthu")
    assert case.code not in str(son.heard)
