"""The book of bodies: versions by date, successors, two and three tiers, many communes, and named mistakes."""

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.directory import (
    DirectoryBook,
    DirectoryError,
    UnknownBody,
    UnknownLocality,
    closing_needs_successor,
    validate,
)
from cases.model import BodyRole, Subject
from tests.cases.cast import BOOK, HERE, RAW, TODAY, raw

BEFORE, AFTER = date(2025, 6, 30), date(2025, 7, 1)


def two_communes() -> dict[str, Any]:
    """An installation with two communes: one with its own telephone and no trade union, one with a body of its own."""
    data = raw()
    first = data.pop("commune")
    data["provinces"] = [{"code": "tinh", "name": "tỉnh Mẫu", "contacts": {"phone": "1"}}]
    forest = {
        "code": "hat_kl",
        "name": "Hạt Kiểm lâm {commune}",
        "roles": ["competent_authority"],
        "upper": "ubnd_tinh",
    }
    data["communes"] = [
        {**first, "province": "tinh", "without": ["cd"], "bodies": [{"code": "mttq", "phone": "0204"}]},
        {
            "code": "xa-hai",
            "name": "xã Hai",
            "province": "tỉnh Mẫu",
            "hamlets": [{"code": "b1", "name": "Bản 1"}],
            "bodies": [forest],
        },
    ]
    return data


def mistakes(data: object) -> list[str]:
    """What `validate` says, as sentences."""
    return [str(mistake) for mistake in validate(data)]  # type: ignore[arg-type]


def test_shipped_data_is_sound() -> None:
    """The directory that ships has no mistake."""
    assert validate(RAW) == []


def test_names_are_filled_in() -> None:
    """Names and document headings carry the commune and the province, capitals included."""
    assert HERE.name("ubnd") == "Ủy ban nhân dân xã Mẫu"
    assert HERE.name("mttq_tinh") == "Ủy ban MTTQ Việt Nam tỉnh Mẫu"
    assert HERE.body("dang_uy").doc["header_left"] == ["ĐẢNG BỘ TỈNH MẪU", "ĐẢNG ỦY XÃ MẪU"]


def test_short_name_falls_back_to_the_full_one() -> None:
    """A body without a short name is called by its full one."""
    assert (HERE.short("mttq"), HERE.short("vp_dang_uy")) == ("Mặt trận xã", "Văn phòng Đảng ủy")


def test_bodies_by_role() -> None:
    """Code asks for roles, never for names: one coordinator, nine supervising subjects."""
    assert [body.code for body in HERE.bodies_with(BodyRole.COORDINATOR)] == ["mttq"]
    assert len(HERE.bodies_with(BodyRole.SUPERVISING_SUBJECT)) == 9


def test_hamlets_make_their_own_codes() -> None:
    """A plain hamlet name becomes a code without marks."""
    assert [(h.code, h.name) for h in HERE.locality.hamlets][:1] == [("thon-1", "Thôn 1")]


def test_contacts_and_works() -> None:
    """What the bot tells residents comes from the commune's own entry."""
    assert HERE.locality.contacts["reception_place"] == "Trụ sở tiếp công dân xã Mẫu"
    work = HERE.locality.work("duong-thon-2")
    assert work is not None
    assert work.hamlet == "thon-2"


def test_profiles_by_subject() -> None:
    """Persons have the profile of Regulation 124, all else the local commitment."""
    assert (HERE.profile(Subject.PARTY_MEMBER), HERE.profile(Subject.PROJECT)) == ("qd124", "default")


def test_a_closed_body_resolves_to_its_successor() -> None:
    """The mass-mobilisation bloc is followed by the Party building board from 1 July 2025."""
    assert BOOK.as_of("xa-mau", BEFORE).body("khoi_dan_van").code == "khoi_dan_van"
    assert BOOK.as_of("xa-mau", AFTER).body("khoi_dan_van").code == "ban_xdd"
    assert BOOK.as_of("xa-mau", AFTER).successor("khoi_dan_van") == "ban_xdd"


def test_a_body_not_yet_founded_resolves_to_its_predecessor() -> None:
    """On 30 June 2025 the Party secretary still controls the bloc, not the board that comes after it."""
    assert "khoi_dan_van" in BOOK.as_of("xa-mau", BEFORE).post("bi_thu").controls
    assert "ban_xdd" in BOOK.as_of("xa-mau", AFTER).post("bi_thu").controls


def test_three_tiers_before_july_2025() -> None:
    """Until 30 June 2025 the commune stands under the district; from 1 July under the province."""
    before, after = BOOK.as_of("xa-mau", BEFORE), BOOK.as_of("xa-mau", AFTER)
    assert (before.upper("ubnd"), after.upper("ubnd")) == ("ubnd_huyen", "ubnd_tinh")
    assert (before.has("huyen_uy"), after.has("huyen_uy")) == (True, False)


def test_unions_come_under_the_front_in_july_2025() -> None:
    """Before Law 97/2025/QH15 a union's upper is not the Front."""
    assert (BOOK.as_of("xa-mau", BEFORE).upper("hnd"), BOOK.as_of("xa-mau", AFTER).upper("hnd")) == ("", "mttq")


def test_three_tier_model_outlives_the_date() -> None:
    """A commune whose data says three_tier keeps its district whatever the day."""
    data = raw()
    data["commune"] |= {"model": "three_tier", "unit_kind": "thi_tran"}
    town = DirectoryBook.from_mapping(data).as_of("xa-mau", TODAY)
    assert (town.upper("dang_uy"), town.day) == ("huyen_uy", TODAY)


def test_unknown_body_and_locality() -> None:
    """What the data do not know is an error that names it; for people it is shown as it is."""
    with pytest.raises(UnknownBody, match="nowhere"):
        HERE.body("nowhere")
    with pytest.raises(UnknownLocality, match="xa-khac"):
        BOOK.as_of("xa-khac", TODAY)
    assert HERE.name("nowhere") == "nowhere"


def test_units_belong_whole_to_their_body() -> None:
    """Divisions of the People's Committee are its units; unions and lower authorities are nobody's units."""
    assert HERE.units_of("ubnd") == {"vp_hdnd_ubnd", "p_kinh_te", "p_vhxh", "tt_hcc"}
    assert (HERE.units_of("mttq"), HERE.units_of("tinh_uy")) == (frozenset(), frozenset())
    assert HERE.whole_of("tt_hcc") == ("tt_hcc", "ubnd")


def test_the_same_day_is_resolved_once() -> None:
    """A resolved directory is kept, so that a busy day costs nothing."""
    assert BOOK.as_of("xa-mau", TODAY) is BOOK.as_of("xa-mau", TODAY)


def test_many_communes() -> None:
    """Each commune inherits the default bodies and may change, add or leave out some."""
    book = DirectoryBook.from_mapping(two_communes())
    one, two = book.as_of("xa-mau", TODAY), book.as_of("xa-hai", TODAY)
    assert (one.body("mttq").phone, two.body("mttq").phone) == ("0204", "")
    assert (one.has("hat_kl"), two.name("hat_kl")) == (False, "Hạt Kiểm lâm xã Hai")
    assert (one.has("cd"), two.has("cd"), one.name("cd")) == (False, True, "Công đoàn xã Mẫu")


def test_the_province_is_a_locality() -> None:
    """The province stands above its communes and has a directory of its own."""
    book = DirectoryBook.from_mapping(two_communes())
    assert [place.parent for place in book.localities.values()] == ["", "tinh", "tinh"]
    assert [place.code for place in book.communes] == ["xa-mau", "xa-hai"]
    assert book.as_of("tinh", TODAY).name("mttq_tinh") == "Ủy ban MTTQ Việt Nam tỉnh Mẫu"
    assert book.localities["tinh"].contacts == {"phone": "1"}


def test_a_new_version_starts_on_its_day() -> None:
    """An entry with `valid_from` renames a body from that day; the past keeps the old name."""
    data = raw()
    data["commune"]["bodies"] = [{"code": "ubnd", "name": "UBND mới", "valid_from": date(2026, 12, 1)}]
    book = DirectoryBook.from_mapping(data)
    assert book.as_of("xa-mau", date(2026, 11, 30)).name("ubnd") == "Ủy ban nhân dân xã Mẫu"
    assert book.as_of("xa-mau", date(2026, 12, 1)).name("ubnd") == "UBND mới"


def test_two_bodies_merged_into_one() -> None:
    """One body may replace several; both old codes then mean the new one."""
    data = raw()
    for body in data["bodies"]:
        if body["code"] in ("p_kinh_te", "p_vhxh"):
            body["valid_to"] = date(2026, 12, 31)
    merged = {"code": "p_chung", "name": "Phòng chung", "upper": "ubnd", "valid_from": date(2027, 1, 1)}
    data["bodies"].append({**merged, "replaces": ["p_kinh_te", "p_vhxh"]})
    later = DirectoryBook.from_mapping(data).as_of("xa-mau", date(2027, 1, 1))
    assert {later.successor("p_kinh_te"), later.successor("p_vhxh")} == {"p_chung"}
    assert later.same_as("p_vhxh") == {"p_chung", "p_kinh_te", "p_vhxh"}


def test_closing_needs_a_successor() -> None:
    """A body may close only when another one replaces it."""
    assert closing_needs_successor(BOOK, "ubnd", TODAY)
    assert not closing_needs_successor(BOOK, "khoi_dan_van", BEFORE)


def change(path: str, value: object) -> dict[str, Any]:
    """The shipped data with the value at `path` (steps separated by spaces) replaced."""
    data: Any = raw()
    *steps, last = [int(step) if step.isdigit() else step for step in path.split()]
    place = data
    for step in steps:
        place = place[step]
    place[last] = value
    return dict(data)


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("bodies 3 upper", "mttqq", 'bodies[3].upper: "mttqq" is not a body; did you mean "mttq"?'),
        ("bodies 0 roles", ["boss"], 'bodies[0].roles[0]: "boss" is not a role'),
        ("bodies 0 uper", "x", 'bodies[0].uper: "uper" is not a known field here; did you mean "upper"?'),
        ("bodies 0 name", None, "bodies[0].name: is missing"),
        ("bodies 10 valid_from", "July", 'bodies[10].valid_from: "July" is not a date (expected YYYY-MM-DD)'),
        ("bodies 10 valid_to", date(2020, 1, 1), "bodies[10].valid_to: ends before valid_from"),
        ("bodies 15 replaces", "ghost", 'bodies[15].replaces: "ghost" is not a body'),
        ("bodies 10 replaces", "ubnd", 'bodies[11].valid_to: "khoi_dan_van" closes and no body `replaces` it'),
        ("bodies 0 upper", "hnd", 'bodies[0].upper: the bodies above "mttq" run in a circle'),
        (
            "bodies 0 roles",
            ["supervising_subject"],
            "bodies: expected exactly one body with the role coordinator, found 0",
        ),
        ("bodies 1 code", "mttq", 'bodies[1].code: "mttq" is already in force at that time in an earlier entry'),
        ("bodies 6 forwards_through", None, "bodies[6].forwards_through: a body without a seal must say through whom"),
        ("bodies 5 fallback", None, "bodies[5].fallback: an optional body must name the body that stands in for it"),
        ("bodies 2", "mttq", "bodies[2]: expected `key: value` lines"),
        ("bodies", {}, "bodies: expected a list"),
        ("posts 0 handled_by", ["ubkt"], 'posts[0].handled_by[0]: "ubkt" is not a body'),
        ("posts 1 code", "bi_thu", 'posts[1].code: "bi_thu" is used twice'),
        ("posts 1 level", "village", 'posts[1].level: "village" is not a level'),
        ("commune unit_kind", "huyen", 'commune.unit_kind: "huyen" is not a kind of unit'),
        ("commune unit_kind", "thi_tran", "commune.unit_kind: townships (thi_tran) exist only in the three_tier model"),
        ("commune model", "one_tier", 'commune.model: "one_tier" is not a model'),
        ("commune hamlets", ["Thôn 1", "thôn 1"], 'commune.hamlets[1].code: "thon-1" is used twice'),
        ("commune works 0 hamlet", "thon-9", 'commune.works[0].hamlet: "thon-9" is not a hamlet'),
        ("commune without", ["ubnd"], 'commune.without[0]: "ubnd" is not an optional body'),
        (
            "commune contacts fone",
            "1",
            'commune.contacts.fone: "fone" is not a known field here; did you mean "phone"?',
        ),
        ("commune contacts phone", 123, 'commune.contacts.phone: expected a text in quotes, such as "0204 3123 456"'),
        ("commune bodies", [{"code": "new"}], 'commune.bodies: "new" is new here and needs a name'),
        ("intake_fallback hnd", ["mtq"], 'intake_fallback.hnd[0]: "mtq" is not a body; did you mean "mttq"?'),
        ("escalation_chain x", ["ubnd"], 'escalation_chain.x: "x" is not a body'),
        (
            "deadline_profiles qd124 applies_to",
            ["all"],
            'deadline_profiles.qd124.applies_to[0]: "all" is not a subject',
        ),
        ("before_2025_07_01 replace_upper ubnd", "x", 'before_2025_07_01.replace_upper.ubnd: "x" is not a body'),
        ("provinces", [{"code": "p", "name": "tỉnh P"}], 'commune.province: "tỉnh Mẫu" is not a province listed'),
        ("communes", [], ": expected either one `commune:` or a list `communes:`"),
    ],
)
def test_a_mistake_is_named_with_its_place(path: str, value: object, sentence: str) -> None:
    """Each mistake says where it stands and what was expected, and nothing is built from such data."""
    data = change(path, value)
    assert any(said.startswith(sentence) for said in mistakes(data)), mistakes(data)
    with pytest.raises(DirectoryError):
        DirectoryBook.from_mapping(data)


def test_a_mistake_carries_its_path() -> None:
    """The path is also given as keys and indexes, for whoever looks up file and line."""
    assert validate(change("bodies 3 upper", "mttqq"))[0].path == ("bodies", 3, "upper")


def places_in(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in the data a value stands at."""
    if isinstance(value, dict):
        steps = list(value.items())
    elif isinstance(value, list):
        steps = list(enumerate(value))
    else:
        return [path]
    return [path, *(found for step, inner in steps for found in places_in(inner, (*path, step)))]


SPOILABLE = [path for path in places_in(two_communes()) if path]
odd = st.sampled_from(
    [None, 0, True, "", "mttq", "x", [], ["mttq"], [1], {}, {"code": "x"}, {"a": {"b": 1}}, date(2025, 1, 1)]
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(SPOILABLE), odd), min_size=1, max_size=2))
def test_spoilt_data_is_refused_or_read(spoils: list[tuple[tuple[Any, ...], object]]) -> None:
    """Whatever stands at any place, data are either named as wrong or make a book that resolves: never a traceback."""
    data: Any = two_communes()
    for path, value in spoils:
        place = data
        try:
            for step in path[:-1]:
                place = place[step]
            place[path[-1]] = value
        except (KeyError, IndexError, TypeError, AttributeError):
            continue  # the first spoil removed the place of the second
    if not validate(data):
        book = DirectoryBook.from_mapping(data)
        assert all(book.as_of(code, day).posts for code in book.localities for day in (BEFORE, TODAY) if data["posts"])
