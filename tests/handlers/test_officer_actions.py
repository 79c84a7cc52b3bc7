"""Every step at the desk in chat: the way through, and what is asked again."""

import pytest

from cases.model import Case, Secrecy, State, Subject
from tests.handlers.cast import Person
from tests.handlers.officer_cast import Bureau, open_bureau  # noqa: F401 - a fixture


async def at(bureau: Bureau, case: Case, *buttons: str, who: str = "lan") -> Person:
    """An officer who opened the case and pressed these."""
    person = bureau.person(who)
    await person.says("/hopthu")
    await person.says(case.code)
    for button in buttons:
        await person.taps(button)
    return person


async def test_the_content_and_the_steps(bureau: Bureau) -> None:
    """Text, place, who may know, history; what may be done now as buttons."""
    case = await bureau.report()
    lan = await at(bureau, case)
    told = lan.last.text
    assert "xe máy đi hay ngã" in told
    assert "Thôn 2" in told
    assert "DIỄN BIẾN" in told
    assert {"Phân loại", "Hỏi người gửi", "Sửa mục", "Chuyển nơi phụ trách", "Nhập chung vụ việc"} <= set(lan.labels)
    assert "Chuyển cơ quan có thẩm quyền" not in lan.labels


async def test_triage(bureau: Bureau) -> None:
    """One screen, one tap; the next step is offered without showing the content again."""
    case = await bureau.report()
    lan = await at(bureau, case, "Phân loại")
    told = await lan.taps("Đúng, phân loại")
    assert "Đã phân loại" in told
    assert "xe máy" not in told
    assert "Chuyển cơ quan có thẩm quyền" in lan.labels
    assert (await bureau.now(case)).state is State.TRIAGED


async def test_triage_with_changes(bureau: Bureau) -> None:
    """Another authority and priority, then confirmed."""
    case = await bureau.report()
    lan = await at(bureau, case, "Phân loại", "Đổi cơ quan", "Công an xã", "Đổi mức ưu tiên", "cao")
    assert "Công an xã Mẫu" in lan.last.text
    await lan.taps("Đúng, phân loại")
    found = await bureau.now(case)
    assert (found.competent_authority, found.priority.value) == ("cong_an_xa", "high")


async def test_authorities_above_are_one_tap_further(bureau: Bureau) -> None:
    """The near ones first; the province's behind "others"."""
    case = await bureau.report()
    lan = await at(bureau, case, "Phân loại", "Đổi cơ quan")
    assert not any("tỉnh Mẫu" in label for label in lan.labels)
    await lan.taps("Nơi khác")
    await lan.taps("UBND tỉnh Mẫu")
    await lan.taps("Đúng, phân loại")
    assert (await bureau.now(case)).competent_authority == "ubnd_tinh"


async def test_correcting_the_topic(bureau: Bureau) -> None:
    """By group; the case moves to the board, which the Front still sees."""
    case = await bureau.report()
    lan = await at(bureau, case, "Sửa mục", "Công trình, dự án")
    assert "Đã ghi mục" in await lan.taps("Chất lượng công trình")
    assert (await bureau.now(case)).receiving_body == "bgsdtcd"


async def test_recording_the_post(bureau: Bureau) -> None:
    """Post, workplace skipped, confirmed; conflicts are worked out anew."""
    case = await bureau.report(subject=Subject.OFFICIAL, topic="official.attitude", posts=("khac",))
    lan = await at(bureau, case, "Phân loại", "Trưởng/Phó Trưởng Công an", "Bỏ qua")
    await lan.taps("Ghi")
    found = await bureau.now(case)
    assert (found.state, found.competent_authority) == (State.TRIAGED, "cong_an_tinh")
    assert "cong_an_xa" in found.excluded_bodies


async def test_recording_a_union_leader(bureau: Bureau) -> None:
    """The union is asked, and whether the person is also the Front's deputy: then the province takes over."""
    case = await bureau.report(subject=Subject.OFFICIAL, topic="official.attitude", posts=("khac",))
    lan = await at(bureau, case, "Phân loại", "cán bộ đoàn thể", "Hội Nông dân", "Có")
    told = await lan.taps("Ghi")
    assert "được chuyển tiếp" in told
    assert lan.last.choices == ()
    found = await bureau.now(case)
    assert found.receiving_body == "mttq_tinh"
    assert {"hnd", "mttq"} <= set(found.excluded_bodies)


async def test_nobody_in_particular(bureau: Bureau) -> None:
    """The triage officer puts it under a topic about no person."""
    case = await bureau.report(subject=Subject.OFFICIAL, topic="official.attitude", posts=("khac",))
    lan = await at(bureau, case, "Phân loại", "Không nói về một người")
    assert "Cán bộ, đảng viên" not in lan.labels
    await lan.taps("Đường, điện")
    await lan.taps("Đường, cầu")
    assert (await bureau.now(case)).state is State.TRIAGED


async def test_asking_the_resident(bureau: Bureau) -> None:
    """The question is shown before it goes."""
    case = await bureau.report()
    lan = await at(bureau, case, "Hỏi người gửi")
    assert "vài chữ" in await lan.says("?")
    assert "«Đoạn nào hỏng nặng nhất?»" in await lan.says("Đoạn nào hỏng nặng nhất?")
    await lan.taps("Gửi câu hỏi")
    assert "Đoạn nào hỏng nặng nhất?" in await bureau.news()


@pytest.mark.parametrize("words", ["ok", "Đúng rồi", "vang a"])
async def test_ok_does_what_was_just_shown(bureau: Bureau, words: str) -> None:
    """Where one of the answers goes on; elsewhere it is no answer."""
    case = await bureau.report()
    lan = await at(bureau, case, "Phân loại")
    assert "Đã phân loại" in await lan.says(words)
    assert "Đã" not in await lan.says(words)
    assert (await bureau.now(case)).state is State.TRIAGED


async def test_rerouting(bureau: Bureau) -> None:
    """A reason is asked; a body the resident shut out is not even listed."""
    case = await bureau.report(hidden_from=("dtn",))
    lan = await at(bureau, case, "Chuyển nơi phụ trách")
    assert not any("Đoàn TNCS" in label for label in lan.labels)
    await lan.taps("Hội Nông dân")
    await lan.says("đường ra đồng")
    assert (await bureau.now(case)).receiving_body == "hnd"


async def test_merging(bureau: Bureau) -> None:
    """By the other case's number."""
    first, second = await bureau.report(), await bureau.report(who="neighbour")
    lan = await at(bureau, second, "Nhập chung")
    assert "mã hồ sơ đầy đủ" in await lan.says("cái kia")
    assert "Không tìm thấy" in await lan.says("PA-2026-000099")
    await lan.says(first.code)
    assert "là một vụ việc" in await lan.taps("Nhập chung")
    assert (await bureau.now(first)).matter == (await bureau.now(second)).matter != ""


async def test_forwarding(bureau: Bureau) -> None:
    """Number, date, what the authority will read, confirmed."""
    case = await bureau.triaged()
    lan = await at(bureau, case, "Chuyển cơ quan")
    assert "số và ký hiệu" in await lan.says("công văn")
    await lan.says("12/MTTQ-BTT")
    assert "Chưa đọc được ngày" in await lan.says("tuần trước")
    assert "ở sau hôm nay" in await lan.says("3/3/2026")
    preview = await lan.says("hôm nay")
    assert "•••" in preview
    assert "Nguyễn Văn An" not in preview
    await lan.taps("dùng bản này")
    assert "Đã chuyển" in await lan.taps("✅ Chuyển")
    assert (await bureau.now(case)).forward_doc_no == "12/MTTQ-BTT"


async def test_forwarding_a_text_of_ones_own(bureau: Bureau) -> None:
    """The officer takes out what points at the sender; the authority reads that."""
    case = await bureau.triaged()
    lan = await at(bureau, case, "Chuyển cơ quan")
    await lan.says("12/MTTQ-BTT")
    await lan.says("hôm nay")
    await lan.taps("Viết lại")
    await lan.says("Đường Thôn 2 hỏng nhiều ổ gà.")
    await lan.taps("dùng bản này")
    await lan.taps("✅ Chuyển")
    tuan = await at(bureau, case, who="tuan")
    assert "nhiều ổ gà" in tuan.last.text
    assert "xe máy" not in tuan.last.text


async def test_forwarding_without_contact(bureau: Bureau) -> None:
    """Said at once, before anything is typed."""
    case = await bureau.report()
    lan = await at(bureau, case, "Phân loại", "Đổi cơ quan", "Thường trực HĐND", "Đúng, phân loại")
    assert "chưa có đầu mối" in await lan.taps("Chuyển cơ quan")


async def test_receipt_with_proof(bureau: Bureau) -> None:
    """A photo alone is not enough, a word is needed; the last day is shown before it is recorded."""
    case = await bureau.forwarded()
    lan = await at(bureau, case, "Ghi ngày cơ quan nhận")
    await lan.says("hôm nay")
    assert "ghi thêm vài chữ" in await lan.sends_photo()
    assert "30/03/2026" in await lan.says("công văn đến số 215")
    await lan.taps("Ghi ngày nhận")
    assert (await bureau.now(case)).state is State.RECEIVED
    files = await bureau.office.read(lambda unit: unit.files.of_case(case.id, "proof"))
    assert len(files) == 1


async def test_a_receipt_day_before_forwarding_can_be_corrected(bureau: Bureau) -> None:
    """The refusal is explained; going back two questions mends it."""
    case = await bureau.forwarded()
    lan = await at(bureau, case, "Ghi ngày cơ quan nhận")
    await lan.says("27/2/2026")
    await lan.says("sổ công văn")
    assert "trước ngày chuyển" in await lan.taps("Ghi ngày nhận")
    await lan.taps("Quay lại")
    await lan.taps("Quay lại")
    await lan.says("hôm nay")
    await lan.says("sổ công văn")
    await lan.taps("Ghi ngày nhận")
    assert (await bureau.now(case)).received_on is not None


async def test_urging_hands_over_the_letter(bureau: Bureau) -> None:
    """The numbered text to print, and the contact is told."""
    case = await bureau.received()
    await bureau.wait("2026-04-01")
    lan = await at(bureau, case, "Đôn đốc")
    told = await lan.taps("✅ Đôn đốc")
    assert "VĂN BẢN ĐÔN ĐỐC LẦN 1" in told
    assert "quá hạn 2 ngày làm việc" in told
    assert "ĐÔN ĐỐC lần 1" in await bureau.news("tuan")


async def test_refusing_takes_two(bureau: Bureau) -> None:
    """One proposes, the other decides; the first is not offered to decide."""
    case = await bureau.report()
    lan = await at(bureau, case, "Đề nghị không thụ lý", "Ngoài địa bàn")
    await lan.says("việc ở xã bên")
    assert "Xem đề nghị không thụ lý" not in lan.labels
    minh = await at(bureau, case, "Xem đề nghị", who="minh")
    assert "việc ở xã bên" in minh.last.text
    await minh.taps("Đồng ý, không thụ lý")
    assert (await bureau.now(case)).state is State.REJECTED
    assert "ngoài địa bàn" in await bureau.news()


async def test_the_second_person_disagrees(bureau: Bureau) -> None:
    """With a word to the first."""
    case = await bureau.report()
    lan = await at(bureau, case, "Đề nghị không thụ lý", "Không có nội dung")
    await lan.says("chỉ có lời than")
    minh = await at(bureau, case, "Xem đề nghị", "Không đồng ý", who="minh")
    await minh.says("có nêu chỗ hỏng")
    assert (await bureau.now(case)).state is State.SUBMITTED
    assert "được giữ lại" in await bureau.news("lan")


async def test_asking_who_sent_it(bureau: Bureau) -> None:
    """A reason first, and a second person; nothing of it ever goes through a messenger."""
    case = await bureau.report(text="Đường hỏng nặng")
    lan = await at(bureau, case)
    await lan.taps("Xin xem người gửi")
    assert "Cần một cán bộ khác" in await lan.says("cần hẹn đo lại đường")
    assert "cần người thứ hai" in await bureau.news("minh")
    assert not any("0912345678" in message.text for message in lan.heard)
    assert "identity_asked" in await bureau.events(case)


async def test_a_sender_who_hides_is_not_offered(bureau: Bureau) -> None:
    """No button for an anonymous sender, nor for the authority."""
    case = await bureau.report(secrecy=Secrecy.ANONYMOUS)
    assert "Xin xem người gửi" not in (await at(bureau, case)).labels
    other = await bureau.forwarded()
    assert "Xin xem người gửi" not in (await at(bureau, other, who="tuan")).labels


async def test_stopping_changes_nothing(bureau: Bureau) -> None:
    """Cancel in the middle: the case stays as it was."""
    case = await bureau.triaged()
    lan = await at(bureau, case, "Chuyển cơ quan")
    await lan.says("12/MTTQ-BTT")
    await lan.taps("Hủy")
    assert (await bureau.now(case)).state is State.TRIAGED


async def test_an_old_button_does_nothing(bureau: Bureau) -> None:
    """A second tap on a step that was taken is answered politely."""
    case = await bureau.report()
    lan = await at(bureau, case, "Phân loại")
    old = lan.button("Đúng, phân loại")
    await lan.taps("Đúng, phân loại")
    assert "câu hỏi cũ" in await lan._send(choice=old.value)
    assert (await bureau.events(case)).count("triaged") == 1
