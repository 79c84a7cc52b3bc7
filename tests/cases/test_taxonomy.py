"""Topics, kinds and subjects as shipped, and how a wrong entry is named."""

import copy

import pytest

from cases.model import Kind, Priority, Subject
from cases.taxonomy import Taxonomy, TaxonomyError, UnknownTopic, check_taxonomy
from tests.cases.cast import BODIES, HERE, RAW_TAXONOMY, TAXONOMY


def spoilt(**topic: object) -> dict[str, object]:
    """The shipped data with fields of `infra.road` changed."""
    data = copy.deepcopy(RAW_TAXONOMY)
    data["topics"]["infra.road"].update(topic)
    return data


def test_all_topics_are_read() -> None:
    """The 64 shipped topics carry label, subject, desk and authority."""
    road = TAXONOMY.topic("infra.road")
    assert len(TAXONOMY.topics) == len(RAW_TAXONOMY["topics"]) == 64
    assert (road.label, road.subject, road.body, road.competent) == (
        "Đường, cầu hư hỏng",
        Subject.LOCAL_SERVICE,
        "mttq",
        "ubnd",
    )


def test_emergency_number() -> None:
    """An emergency topic knows its number, any other has none."""
    assert (TAXONOMY.topic("emergency.fire").number, TAXONOMY.topic("infra.road").number) == ("114", "")


def test_retaliation_is_urgent() -> None:
    """The topic of retaliation is urgent by its data."""
    assert TAXONOMY.topic("official.retaliation").priority is Priority.URGENT


def test_group_is_the_part_before_the_dot() -> None:
    """Topics are counted under their group; a topic without a dot is its own."""
    assert (TAXONOMY.group("infra.road"), TAXONOMY.group("other")) == ("infra", "other")


def test_labels_for_people() -> None:
    """Every kind and subject has a Vietnamese label."""
    assert TAXONOMY.kind_label(Kind.DENUNCIATION) == "Tố cáo"
    assert all(TAXONOMY.kind_label(kind) for kind in Kind)
    assert all(TAXONOMY.subject_label(subject) for subject in Subject)


def test_unknown_topic() -> None:
    """An unknown code is named by the error, and shown as it is in a list."""
    with pytest.raises(UnknownTopic, match=r"no\.such"):
        TAXONOMY.topic("no.such")
    assert TAXONOMY.label("no.such") == "no.such"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"subject": "lcal_service"}, 'topics.infra.road.subject: "lcal_service" is not a subject'),
        ({"body": "mttqq"}, 'topics.infra.road.body: "mttqq" is not among `bodies:`; did you mean "mttq"?'),
        ({"vi": None}, "topics.infra.road.vi: is missing"),
        ({"vi": ""}, "topics.infra.road.vi: expected a text"),
        ({"bdy": "mttq"}, 'topics.infra.road.bdy: "bdy" is not a known field here'),
        ({"priority": "asap"}, 'topics.infra.road.priority: "asap" is not a priority'),
    ],
)
def test_a_wrong_entry_is_named(change: dict[str, object], sentence: str) -> None:
    """The error names the entry, the field and what was expected."""
    with pytest.raises(TaxonomyError) as caught:
        Taxonomy.from_mapping(spoilt(**change))
    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize("key", ["kinds", "subjects", "topics", "bodies"])
@pytest.mark.parametrize("value", [None, [], "x", {"a": 1}])
def test_a_part_of_the_wrong_shape_is_named(key: str, value: object) -> None:
    """A missing or misshapen part is a named mistake, never a traceback."""
    assert {mistake.path[0] for mistake in check_taxonomy({**RAW_TAXONOMY, key: value})} == {key}


def test_authorities_exist_in_the_directory() -> None:
    """With the directory's codes at hand, every `competent:` is checked; the shipped data agree."""
    assert check_taxonomy(RAW_TAXONOMY, BODIES) == []
    wrong = check_taxonomy(spoilt(competent="ubnn"), BODIES)
    assert [str(mistake) for mistake in wrong] == [
        'topics.infra.road.competent: "ubnn" is not a body; did you mean "ubnd"?'
    ]


def test_every_desk_is_a_body_or_a_known_word() -> None:
    """A topic's desk is a supervising subject of the directory or one of the four words that are no body."""
    desks = {topic.body for topic in TAXONOMY.topics.values()}
    assert {desk for desk in desks if not HERE.has(desk)} == {"right_door", "faq", "emergency", "none"}
