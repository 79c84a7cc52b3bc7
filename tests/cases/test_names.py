"""Names in two languages: what each reader sees, and that the shipped data are complete in English."""

from __future__ import annotations

import copy
import pickle
from datetime import date

from bot.data import load_rules
from cases.model import Subject
from cases.names import Name, listed, read_as
from cases.rules import Rules
from cases.wording import Wording


def rules() -> Rules:
    """The shipped rules."""
    return load_rules()


def test_a_text_takes_the_name_in_the_readers_language() -> None:
    """The same value says itself in Vietnamese or English."""
    wording = Wording({"vi": {"a": "Mục: {topic}"}, "en": {"a": "Topic: {topic}"}})
    topic = Name("Rác thải", "Waste")
    assert [wording.say("a", lang, topic=topic) for lang in ("vi", "en")] == ["Mục: Rác thải", "Topic: Waste"]


def test_without_an_english_name_the_vietnamese_one_is_read() -> None:
    """A commune's own topic has perhaps no English name."""
    assert (read_as(Name("Rác"), "en"), read_as("Rác", "en")) == ("Rác", "Rác")


def test_a_name_is_the_vietnamese_text() -> None:
    """Stored, compared and copied as such."""
    topic = Name("Rác thải", "Waste")
    assert topic == "Rác thải"
    assert [read_as(one, "en") for one in (copy.deepcopy(topic), pickle.loads(pickle.dumps(topic)))] == ["Waste"] * 2


def test_several_names_stay_readable_in_both_languages() -> None:
    """A list of bodies in one sentence."""
    both = listed([Name("UBND", "People's Committee"), "Thôn 1"])
    assert (both, read_as(both, "en")) == ("UBND, Thôn 1", "People's Committee, Thôn 1")


def test_every_shipped_topic_kind_and_subject_has_an_english_name() -> None:
    """Nothing falls back to Vietnamese as shipped."""
    taxonomy = rules().taxonomy
    labels = [*(topic.label for topic in taxonomy.topics.values()), *taxonomy.kinds.values()]
    labels += [taxonomy.subject_label(subject) for subject in Subject]
    assert [label for label in labels if not read_as(label, "en").isascii()] == []


def test_every_shipped_body_and_post_has_an_english_name() -> None:
    """Closed bodies and those of before July 2025 too; a place keeps its own name."""
    book = rules().book
    for day in (date(2025, 6, 1), date(2026, 11, 21)):
        directory = book.as_of("xa-mau", day)
        names = [directory.name(code) for code in (*directory.bodies, *directory.past_or_future)]
        names += [directory.short(code) for code in directory.bodies] + [post.title for post in directory.posts]
        assert [name for name in names if isinstance(name, Name) and not name.en] == []


def test_every_shipped_article_can_be_read_in_english() -> None:
    """Question and answer."""
    assert [one.question for one in rules().library if not (one.question_en and one.answer_en)] == []
