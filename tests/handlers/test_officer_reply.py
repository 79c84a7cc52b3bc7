"""The written answer in chat, and what follows it: relaying, dialogue, closing."""

from datetime import date

import pytest

from cases import answers
from cases.model import Case, Outcome, State, Subject
from cases.ports import FileState
from tests.handlers.cast import Person
from tests.handlers.officer_cast import Bureau, a_pdf, an_answer, open_bureau  # noqa: F401 - a fixture
from tests.handlers.test_officer_actions import at

SUMMARY = "Xã sẽ vá đoạn đường hỏng trước ngày 30 tháng 4."


async def dictate(person: Person, *, upto: str = "file", addressee: str = "Mặt trận Tổ quốc Việt Nam xã") -> str:
    """Answer the questions about a document; returns what was said last."""
    told = await person.says("45/UBND")
    told = await person.says("hôm nay")
    told = await person.says("Trần Văn Bình, Chủ tịch UBND")
    told = await person.taps(addressee)
    if upto == "addressee":
        return await person.taps("Đủ rồi")
    await person.taps("Đủ rồi")
    told = await person.taps("phản ánh đúng")
    if "vi phạm" in told:
        await person.taps("Có vi phạm")
    told = await person.says(SUMMARY)
    return await person._send(files=a_pdf()) if upto == "file" else told


async def answered(bureau: Bureau) -> Case:
    """A case with an answer that is not relayed yet."""
    case = await bureau.received()
    await bureau.act(answers.record_reply, "tuan", case, an_answer())
    return await bureau.now(case)


async def relayed(bureau: Bureau) -> Case:
    """A case whose resident knows the answer."""
    case = await answered(bureau)
    await bureau.act(answers.relay, "lan", case)
    await bureau.news()
    return await bureau.now(case)


@pytest.mark.parametrize("who", ["tuan", "lan"])
async def test_recording_the_answer(bureau: Bureau, who: str) -> None:
    """By the authority, or by the desk that got the paper; the file is kept with the case, its hash to come."""
    case = await bureau.received()
    person = await at(bureau, case, "Ghi văn bản trả lời", who=who)
    assert "tra-loi.pdf" in await dictate(person)
    assert "Thời hạn trả lời kết thúc" in await person.taps("Ghi nhận")
    found = await bureau.now(case)
    assert found.state is State.ANSWERED
    assert found.reply is not None
    (file,) = await bureau.office.read(lambda unit: unit.files.of_case(case.id, "reply"))
    assert (found.reply.file_id, found.reply.file_sha256) == (file.id, "pending")
    assert (found.reply.outcome, found.reply.addressees) == (Outcome.UPHELD, ("mttq",))
    assert found.reply.doc_date == date(2026, 3, 2)


async def test_ten_photos_do_not_keep_the_answer_out(bureau: Bureau) -> None:
    """The limit of files is for evidence."""
    case = await bureau.received()
    resident = bureau.person("resident")
    await bureau.news()
    await resident.says("/bosung")
    await resident.taps(case.code)
    await resident._send(files=a_pdf() * 10)
    tuan = await at(bureau, case, "Ghi văn bản trả lời", who="tuan")
    await dictate(tuan)
    await tuan.taps("Ghi nhận")
    assert (await bureau.now(case)).state is State.ANSWERED


async def test_a_violation_is_asked_only_about_persons(bureau: Bureau) -> None:
    """SV-17."""
    case = await bureau.received(subject=Subject.OFFICIAL, topic="official.attitude", posts=("cong_chuc",))
    tuan = await at(bureau, case, "Ghi văn bản trả lời", who="tuan")
    assert "Vi phạm: có vi phạm" in await dictate(tuan)
    await tuan.taps("Ghi nhận")
    reply = (await bureau.now(case)).reply
    assert reply is not None
    assert reply.violation_found


async def test_the_supervising_subject_must_be_addressed(bureau: Bureau) -> None:
    """SV-16: said while it can still be mended."""
    case = await bureau.received()
    tuan = await at(bureau, case, "Ghi văn bản trả lời", who="tuan")
    assert "Nơi nhận phải có" in await dictate(tuan, upto="addressee", addressee="Đảng ủy")
    await tuan.taps("Mặt trận Tổ quốc Việt Nam xã")
    assert "Kết luận" in await tuan.taps("Đủ rồi")


async def test_an_answer_needs_its_file(bureau: Bureau) -> None:
    """Words are no document."""
    case = await bureau.received()
    tuan = await at(bureau, case, "Ghi văn bản trả lời", who="tuan")
    await dictate(tuan, upto="summary")
    assert "Cần gửi tệp" in await tuan.says("đã gửi qua zalo")
    assert (await bureau.now(case)).awaits_reply


async def test_an_answer_older_than_the_receipt(bureau: Bureau) -> None:
    """Asked again at once."""
    case = await bureau.received()
    tuan = await at(bureau, case, "Ghi văn bản trả lời", who="tuan")
    await tuan.says("45/UBND")
    assert "không thể có trước" in await tuan.says("1/3/2026")


async def test_a_broken_off_answer_leaves_no_file(bureau: Bureau) -> None:
    """What was sent before the last word does not lie with the case."""
    case = await bureau.received()
    tuan = await at(bureau, case, "Ghi văn bản trả lời", who="tuan")
    await dictate(tuan)
    await tuan.taps("Hủy")
    assert await bureau.office.read(lambda unit: len(unit.files.of_case(case.id))) == 0


async def test_a_summary_is_a_sentence(bureau: Bureau) -> None:
    """The resident will read it."""
    case = await bureau.received()
    tuan = await at(bureau, case, "Ghi văn bản trả lời", who="tuan")
    for typed in ("45/UBND", "hôm nay", "Trần Văn Bình, Chủ tịch"):
        await tuan.says(typed)
    for button in ("Mặt trận Tổ quốc Việt Nam xã", "Đủ rồi", "phản ánh đúng"):
        await tuan.taps(button)
    assert "câu đầy đủ" in await tuan.says("đã xong")


async def test_relaying(bureau: Bureau) -> None:
    """The officer sees what the resident will read."""
    case = await answered(bureau)
    lan = await at(bureau, case, "Báo kết quả")
    assert "vá đường" in lan.last.text
    assert "1 người gửi" in await lan.taps("✅ Báo kết quả")
    assert "45/UBND" in await bureau.news()


async def test_opening_a_dialogue(bureau: Bureau) -> None:
    """Time and place go to the resident, the number to the authority."""
    case = await relayed(bureau)
    lan = await at(bureau, case, "Mở đối thoại")
    await lan.says("9 giờ thứ Sáu, nhà văn hóa Thôn 2")
    assert "nhà văn hóa" in await bureau.news()
    assert "đối thoại" in await bureau.news("tuan")


async def test_closing_too_early_is_explained(bureau: Bureau) -> None:
    """With the last day of the resident's time."""
    case = await relayed(bureau)
    lan = await at(bureau, case, "Kết thúc hồ sơ")
    assert "16/03/2026" in await lan.taps("✅ Kết thúc")
    await bureau.wait("2026-03-17")
    assert "đã kết thúc" in await lan.taps("✅ Kết thúc")


async def test_closing_after_a_dialogue(bureau: Bureau) -> None:
    """What it came to is asked."""
    case = await relayed(bureau)
    await bureau.act(answers.open_dialogue, "lan", case, "sẽ báo sau")
    lan = await at(bureau, case, "Kết thúc hồ sơ")
    assert "thống nhất" in lan.last.text
    await lan.says("xã vá đường trước 30/4, bà con đồng ý")
    assert (await bureau.now(case)).state is State.CLOSED


async def test_a_document_that_could_not_be_fetched(bureau: Bureau) -> None:
    """Both sides are told by number, and either sends it again; the answer itself stands."""
    case = await bureau.received()
    tuan = await at(bureau, case, "Ghi văn bản trả lời", who="tuan")
    await dictate(tuan)
    await tuan.taps("Ghi nhận")
    assert "Gửi lại tệp văn bản trả lời" not in tuan.labels

    def lose(unit):  # type: ignore[no-untyped-def]
        (file,) = unit.files.of_case(case.id, "reply")
        file.state = FileState.FAILED
        unit.files.save(file)
        return answers.file_failed(unit, bureau.rules, file, unit.now)

    assert await bureau.office.write(lose)
    assert "không lấy được tệp" in await bureau.news("tuan")
    lan = await at(bureau, case, "Gửi lại tệp")
    await lan._send(files=a_pdf("lai.pdf"))
    found = await bureau.now(case)
    files = await bureau.office.read(lambda unit: unit.files.of_case(case.id, "reply"))
    assert found.reply is not None
    assert found.reply.file_id == files[-1].id
    assert (found.reply.file_sha256, found.state) == ("pending", State.ANSWERED)
