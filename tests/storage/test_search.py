"""Search over sealed cases: keyed words, visibility inside the query, and nothing left of what is erased."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from cases.model import Case, OfficerRole, State
from storage.case_store import case
from storage.keys import KeyRing
from storage.listing import CaseList
from storage.listing_filter import CaseFilter
from storage.search import WordKey, catch_up, forget_case, index_some, indexed, token
from storage.search_similar import similar
from storage.work import Office, StoredWork
from tests.cases.cast import a_case, about, officer
from tests.storage.listing_kit import NOW, Ground, stored, two_places

FRONT = officer("mttq", OfficerRole.HANDLER, OfficerRole.TRIAGE)
ROAD = a_case(text="Đường thôn Đoài hư hỏng, nhiều ổ gà", place="trước cổng đình", code="PA-2026-000001")
DRAIN = a_case(id="c2", text="Cống thoát nước tắc nghẽn bốc mùi", code="PA-2026-000002", forward_doc_no="45/MTTQ-BTT")
SHUT = about("ct_ubnd", id="c3", text="Chủ tịch nhận phong bì", code="PA-2026-000003", state=State.SUBMITTED)


@pytest.fixture
def ground(database_url: str) -> Ground:
    """Each database in turn."""
    return Ground(database_url)


@pytest.fixture
def plain(tmp_path: Path) -> Ground:
    """SQLite alone."""
    return Ground(f"sqlite:///{tmp_path / 'hoiam.db'}")


def found(unit: StoredWork, words: str, viewer: Any = FRONT) -> list[str]:
    """Numbers of the cases a search gives."""
    page = CaseList(unit, two_places(), viewer, NOW).page(CaseFilter(state="all", words=words))
    return sorted(line.code[-1] for line in page.lines)


def filled(unit: StoredWork, *cases: Case) -> StoredWork:
    """With these cases stored and indexed."""
    stored(unit, list(cases or (ROAD, DRAIN, SHUT)))
    index_some(unit)
    return unit


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("đường ổ gà", ["1"]),
        ("duong hu hong", ["1"]),
        ("cổng đình", ["1"]),
        ("45/MTTQ", ["2"]),
        ("PA-2026-000002", ["2"]),
        ("pa 2026 2", ["2"]),
        ("nước đường", []),
        ("khong co tu nay", []),
    ],
)
def test_words_and_numbers_find_cases(plain: Ground, words: str, expected: list[str]) -> None:
    """In text, place, number and the forwarding letter's number."""
    assert plain.look(lambda unit: found(filled(unit), words)) == expected


def test_both_databases_search_alike(ground: Ground) -> None:
    """All words must be there."""
    assert ground.look(lambda unit: (found(filled(unit), "tac nghen"), found(unit, "tac duong"))) == (["2"], [])


def test_nobody_finds_what_is_hidden_from_them(plain: Ground) -> None:
    """The chairman's own office learns nothing from a search, neither by words nor by number."""
    chairman = officer("ubnd", OfficerRole.CONTACT, post="ct_ubnd")
    case_there = replace(SHUT, state=State.RECEIVED, competent_authority="ubnd")

    def step(unit: StoredWork) -> list[list[str]]:
        filled(unit, case_there)
        return [found(unit, words, chairman) for words in ("phong bì", "PA-2026-000003")]

    assert plain.look(step) == [[], []]


def test_a_notice_cannot_be_found_by_words(plain: Ground) -> None:
    """Oversight learns of an overdue case, by its number too, but not what it says."""
    oversight = officer("ubkt_dang_uy", OfficerRole.OVERSIGHT)
    late = replace(ROAD, due_on=date(2026, 11, 2))

    def step(unit: StoredWork) -> list[list[str]]:
        filled(unit, late)
        return [found(unit, words, oversight) for words in ("đường", "1")]

    assert plain.look(step) == [[], ["1"]]


def test_a_changed_text_is_found_anew(plain: Ground) -> None:
    """Old words go, new ones come, with the case's next version."""

    def step(unit: StoredWork) -> tuple[list[str], list[str]]:
        filled(unit, ROAD)
        entry = unit.cases.get("c1")
        assert entry is not None
        entry.text = "Cầu treo gãy ván"
        unit.cases.save(entry)
        index_some(unit)
        return found(unit, "ổ gà"), found(unit, "cau treo")

    assert plain.look(step) == ([], ["1"])


def test_indexing_stops_when_all_is_up_to_date(plain: Ground) -> None:
    """A second call touches nothing, and a limit is kept."""

    def step(unit: StoredWork) -> list[int]:
        stored(unit, [ROAD, DRAIN, SHUT])
        return [index_some(unit, 2), index_some(unit, 2), index_some(unit, 2)]

    assert plain.look(step) == [2, 1, 0]


def test_an_erased_case_leaves_no_word(ground: Ground) -> None:
    """Whether it is forgotten at once or found missing later."""

    def step(unit: StoredWork) -> list[int]:
        forget_case(filled(unit, ROAD, DRAIN), "c1")
        unit.connection.execute(delete(case))
        index_some(unit)
        return [unit.connection.execute(select(func.count()).select_from(one)).scalar_one() for one in (token, indexed)]

    assert ground.look(step) == [0, 0]


def test_a_broken_seal_does_not_stop_the_others(plain: Ground) -> None:
    """A case that cannot be opened is passed over."""

    def step(unit: StoredWork) -> tuple[int, int, list[str]]:
        stored(unit, [ROAD, DRAIN])
        unit.connection.execute(update(case).where(case.c.id == "c1").values(sealed_content=b"\0" * 40))
        return index_some(unit), index_some(unit), found_ids(unit, "tac nghen")

    assert plain.look(step) == (2, 0, ["c2"])


def found_ids(unit: StoredWork, words: str) -> list[str]:
    """Ids, without opening the cases."""
    return CaseList(unit, two_places(), FRONT, NOW).ids(CaseFilter(state="all", words=words))


def test_a_word_is_another_number_elsewhere(keys: KeyRing) -> None:
    """Two communes' cases cannot be compared, nor can two installations'."""
    here = WordKey(keys).token("xa-mau", "-duong")
    assert here != WordKey(keys).token("xa-hai", "-duong")
    assert here != WordKey(KeyRing([b"k" * 32])).token("xa-mau", "-duong")


ALIKE = [
    replace(ROAD, id="s1", code="PA-2026-000011", text="Ổ gà to trên đường thôn Đoài, gần cổng đình, rất nguy hiểm"),
    replace(ROAD, id="s2", code="PA-2026-000012", text="Loa phường mở quá to lúc năm giờ sáng", place=""),
    replace(ROAD, id="s3", code="PA-2026-000013", locality="xa-hai"),
    replace(ROAD, id="s4", code="PA-2026-000014", excluded_officers=("someone",)),
]


def test_similar_cases_share_the_rarest_words(ground: Ground) -> None:
    """Of the same locality, seen by this officer, best first; a case of other words is none."""

    def step(unit: StoredWork) -> list[str]:
        filled(unit, ROAD, DRAIN, *ALIKE)
        return [line.id for line in similar(unit, two_places(), FRONT, ROAD, NOW)]

    assert ground.look(step) == ["s1"]


async def test_words_do_not_stand_in_the_database(office: Office, tmp_path: Path) -> None:
    """A reader of the file finds no word, with or without diacritics."""
    await office.write(lambda unit: filled(unit, replace(ROAD, text="mươngthốiQzk1 hôi")))
    files = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert all(word.encode() not in files.lower() for word in ("mươngthốiqzk1", "muongthoiqzk1"))


async def test_a_running_installation_catches_up_in_portions(office: Office) -> None:
    """Everything behind is indexed; then there is nothing to do."""
    cases = [replace(ROAD, id=f"k{number}", code=f"PA-2026-{number:06d}") for number in range(7)]
    await office.write(lambda unit: stored(unit, cases))
    assert [await catch_up(office, most=5, at_once=2) for _ in range(3)] == [5, 2, 0]
