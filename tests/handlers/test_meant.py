"""Words after an officer's question: the resident is asked whether they answer it or tell something new."""

from cases import handling
from cases.model import Case
from storage.work import StoredWork
from tests.handlers.officer_cast import Bureau, open_any_bureau  # noqa: F401 - a fixture

WORDS = "Cột điện nghiêng ở ngã ba gần nhà ông trưởng thôn"


async def asked(bureau: Bureau) -> Case:
    """A case whose sender was asked something."""
    case = await bureau.report()

    def ask(unit: StoredWork) -> None:
        officer, found = unit.people.officer("lan"), unit.cases.get(case.id)
        assert officer is not None
        assert found is not None
        handling.ask_info(unit, bureau.rules, officer, found, "Cột nào, ở đâu ạ?", unit.now)

    await bureau.office.write(ask)
    assert "Cột nào" in await bureau.news()
    return case


async def added(bureau: Bureau, case: Case) -> list[object]:
    """What the sender has added to the case."""
    history = await bureau.office.read(lambda unit: unit.cases.history(case.id))
    return [event.data["text"] for event in history if event.what == "added"]


async def test_words_typed_straight_away_reach_the_case(any_bureau: Bureau) -> None:
    """No button was pressed: she is asked once, and types nothing twice."""
    case = await asked(any_bureau)
    resident = any_bureau.person("resident")
    assert "câu hỏi của Mặt trận" in await resident.says(WORDS)
    assert "Đã ghi vào hồ sơ" in await resident.taps(case.code)
    assert await added(any_bureau, case) == [WORDS]


async def test_something_new_is_a_report_of_its_own(any_bureau: Bureau) -> None:
    """What she had written is the story, once she has agreed to the present wording; the question stays open."""
    case = await asked(any_bureau)
    resident = any_bureau.person("resident")
    await resident.says(WORDS)
    assert "Trước khi gửi" in await resident.taps("việc mới")
    assert "mục nào" in await resident.taps("Tôi đồng ý")
    assert await added(any_bureau, case) == []


async def test_after_the_answer_nobody_is_asked(any_bureau: Bureau) -> None:
    """The desk has its answer: more words begin a report as ever."""
    case = await asked(any_bureau)
    resident = any_bureau.person("resident")
    await resident.says(WORDS)
    await resident.taps(case.code)
    assert "câu hỏi của Mặt trận" not in await resident.says("Rác đổ đầy ven mương gần chợ, hôi lắm")
