"""How messages are read before they are judged: missing marks, short forms, regional words; and slips in the data."""

from __future__ import annotations

import unicodedata

import pytest

from cases.suggest import Suggester
from tests.cases.suggest_data import parts, suggest


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("khong co nuoc sach dung ca tuan", "infra.water"),
        ("xe tai chay qua lam vo mat duong, o ga day", "infra.road"),
        ("cho em hoi bao nhieu tuoi duoc nhan tien nguoi cao tuoi", "question.policy"),
        ("o dau duong lang rac thai do day, khong ai don rac", "env.waste"),
        ("can bo xa danh gia ho ngheo khong dung, nha toi ngheo ma khong duoc", "policy.social_aid"),
    ],
)
def test_colliding_stripped_forms(text: str, topic: str) -> None:
    """Without marks `chay`, `khong`, `cho`, `danh` mean what their neighbours say."""
    assert suggest(text).topics[0] == topic


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("UBND xã chậm trả hs, nộp hs 2 tháng rồi", "procedure.delay"),
        ("bhyt của mẹ em bị cắt", "policy.insurance"),
        ("cty may nợ lương 2 tháng", "policy.labor"),
        ("đg làng hỏng nặng, toàn ổ gà, ko ai sửa", "infra.road"),
        ("htx k mở nc tưới, lúa chết khô hết", "policy.agriculture"),
    ],
)
def test_abbreviations_and_teencode(text: str, topic: str) -> None:
    """Short forms are read with their context."""
    assert suggest(text).topics[0] == topic


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("Đàng vô xóm hư nặng, bùn lầy, đi bổ hoài", "infra.road"),
        ("Bên nớ nuôi heo xả phân ra mương thúi quá trời", "env.livestock"),
        ("Răng mà nác máy nhà tui đục ngầu rứa", "infra.water"),
        ("Hẻm 5 đèn đường hư cả tháng, tối thui", "infra.lighting"),
    ],
)
def test_regional_words(text: str, topic: str) -> None:
    """North, centre and south name the same things differently."""
    assert suggest(text).topics[0] == topic


@pytest.mark.parametrize("text", ["dduwowngf lafng hoongr nawngj, oor gaf", "d9uo7ng2 la2ng o63 ga2 nhie6u2"])
def test_key_strokes_are_read(text: str) -> None:
    """A phone without a Vietnamese keyboard still reports a road."""
    assert suggest(text).topics[0] == "infra.road"


def test_decomposed_text_gives_the_same_suggestion() -> None:
    """NFD input is the same message."""
    text = "Đường liên thôn đầy ổ gà, trời mưa lầy lội"
    assert suggest(unicodedata.normalize("NFD", text)) == suggest(text)


def test_unknown_topic_in_the_data_is_refused() -> None:
    """A rule about a topic that does not exist is a mistake in the data."""
    taxonomy, abbreviations, keywords, extra = parts()
    with pytest.raises(ValueError, match=r"infra\.moon"):
        Suggester.from_data(taxonomy, abbreviations, keywords, {**extra, "rules": {"infra.moon": ["3 trăng"]}})


def test_unknown_group_in_the_data_is_refused() -> None:
    """So is a rule with a group nobody defined."""
    taxonomy, abbreviations, keywords, extra = parts()
    with pytest.raises(ValueError, match="@moon"):
        Suggester.from_data(taxonomy, abbreviations, keywords, {**extra, "rules": {"infra.road": ["3 @moon + hỏng"]}})


def test_empty_phrase_in_the_data_is_refused() -> None:
    """Two commas in a row are a slip."""
    taxonomy, abbreviations, keywords, extra = parts()
    with pytest.raises(ValueError, match="@road"):
        Suggester.from_data(taxonomy, abbreviations, keywords, {**extra, "groups": {**extra["groups"], "road": "a,,b"}})
