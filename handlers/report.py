"""A resident's report, from the first word to the summary: what, topic, about whom or what, where, when, evidence.

At most eight questions once consent is given; all but "what happened" can be skipped. The steps stand in their order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from cases.messages import Ask, Choice
from cases.model import Kind, Subject
from cases.text import same_answer
from handlers import report_about, report_end, sealed_talk
from handlers.conversation import END, Again, Dialogue, Step, after_skip
from handlers.draft import add_files, add_story, directory_of, noted, story
from handlers.right_doors import DOORS, DOUBTS, QUESTION, door_for, show_door, take_door
from handlers.turn import Answer, Prompt, Turn

OTHER = "other"
NO_CASE = frozenset({"emergency", "spam", "offtopic", "abuse", "question", OTHER})
"""First words of topics that are answered, not taken in as a case."""

MORE = "~more"
HERE_NOW, TODAY, YESTERDAY, LATELY, LONG = "ongoing", "today", "yesterday", "week", "long"
VAGUE_WORDS = 20  # a shorter story without a topic is asked for more, once
WHEN = (HERE_NOW, TODAY, YESTERDAY, LATELY, LONG)


# -- what happened ------------------------------------------------------------------------------------------------


def ask_what(turn: Turn) -> Prompt:
    return Prompt(turn.text("ask_what_more" if turn.unit.files.of_draft(turn.chat.key) else "ask_what"))


def take_what(turn: Turn, answer: Answer) -> str | Again:
    if answer.files:
        add_files(turn, answer.files)
    empty = answer.text.strip(" .)").isdecimal() or turn.means("send", answer.text)
    if answer.text.strip() and not empty:
        add_story(turn, answer.text)
    if not story(turn).strip():
        return Again("")
    return after_story(turn)


def after_story(turn: Turn) -> str | Again:
    """Decide from the words what to ask next: a right door, a calm word, more words, or the topic."""
    found = turn.suggest(story(turn))
    data = turn.data
    data["door"] = door_for(turn, story(turn))
    if (
        not data["door"]
        and found.topics[:1] == (OTHER,)
        and len(story(turn).split()) < VAGUE_WORDS
        and not data.get("vague")
    ):
        data["vague"] = True
        return Again(turn.text("vague"), instead=True)
    data["suggested"] = found.topics[0] if found.topics else OTHER
    data["topics"] = list(found.topics[:3])
    data["issues"] = found.issues
    data["kind"] = found.kind if found.kind in (Kind.REPORT, Kind.PETITION, Kind.PRAISE) else Kind.REPORT
    data["retaliation"] = found.retaliation
    return "door" if data["door"] in DOORS else "topic"


def take_door_or_words(turn: Turn, answer: Answer) -> str | Again:
    """At a doubt or a question, words written instead of a choice take the place of the first; else they are added."""
    if answer.choice or len(answer.text.split()) < VAGUE_WORDS // 5:
        return take_door(turn, answer)
    replaced = turn.data.get("door") in (*DOUBTS, QUESTION)
    if replaced:
        turn.data.pop("parts", None)
    following = take_what(turn, answer)
    return following if replaced or following == "topic" else Again(turn.text("story_added"))


# -- topic --------------------------------------------------------------------------------------------------------


def ask_topic(turn: Turn) -> Prompt:
    topics = turn.rules.taxonomy.topics
    suggested = [code for code in turn.data.get("topics", ()) if code in topics and _can_be_a_case(code)]
    choices = tuple(Choice(code, topics[code].label) for code in suggested)
    key = "ask_topic" if suggested else "ask_topic_open"
    if turn.data.get("issues", 1) > 1 and len(suggested) > 1:
        key = "multi_issue"
    values = {"n": turn.data.get("issues", 1)} if key == "multi_issue" else {}
    return Prompt(turn.text(key, **values), (*choices, Choice(MORE, turn.text("topic_other"))))


def take_topic(turn: Turn, answer: Answer) -> str | Again:
    if answer.choice == MORE:
        return "topic_group"
    if answer.choice in turn.rules.taxonomy.topics:
        return _topic_chosen(turn, answer.choice)
    return _more_words(turn, answer)


def ask_topic_group(turn: Turn) -> Prompt:
    names = {code: turn.text(f"group_{code}") for code in _groups(turn)}
    return Prompt(
        turn.text("ask_topic_group"),
        (*(Choice(code, name) for code, name in names.items()), Choice(OTHER, turn.text("topic_unknown"))),
    )


def take_topic_group(turn: Turn, answer: Answer) -> str | Again:
    if answer.choice == OTHER:
        return _topic_chosen(turn, OTHER)
    if answer.choice in _groups(turn):
        turn.data["group"] = answer.choice
        return "topic_pick"
    return _more_words(turn, answer)


def ask_topic_pick(turn: Turn) -> Prompt:
    group = turn.data.get("group", "")
    choices = [
        Choice(code, topic.label) for code, topic in turn.rules.taxonomy.topics.items() if code.startswith(group)
    ]
    return Prompt(turn.text("ask_topic_pick"), (*choices, Choice(OTHER, turn.text("topic_unknown"))))


def take_topic_pick(turn: Turn, answer: Answer) -> str | Again:
    if answer.choice in turn.rules.taxonomy.topics:
        return _topic_chosen(turn, answer.choice)
    return _more_words(turn, answer)


def _can_be_a_case(code: str) -> bool:
    return code.partition(".")[0] not in NO_CASE


def _groups(turn: Turn) -> tuple[str, ...]:
    groups = dict.fromkeys(code.partition(".")[0] for code in turn.rules.taxonomy.topics)
    return tuple(group for group in groups if group not in NO_CASE | {"praise", "admin"})


def _topic_chosen(turn: Turn, code: str) -> str:
    topic = turn.rules.taxonomy.topics[code]
    turn.data["topic"] = code
    turn.data["subject"] = topic.subject if topic.subject is not Subject.NONE else Subject.OTHER
    turn.data["others"] = [other for other in turn.data.get("topics", ()) if other not in (code, OTHER)]
    if turn.data.get("door") == "other_service" or topic.competent in ("dien_luc", "cap_nuoc", "bhxh"):
        show_door(turn, "other_service")
    elif turn.data.get("door") == "crime_info":
        show_door(turn, "crime_info")
    return next_after_topic(turn)


def _topic_left_open(turn: Turn) -> str:
    """Nothing was chosen: the first suggestion stands. A report about a person is kept from them all the same."""
    topics = turn.rules.taxonomy.topics
    likely = (code for code in turn.data.get("topics", ()) if code in topics and _can_be_a_case(code))
    return _topic_chosen(turn, next(likely, OTHER))


def next_after_topic(turn: Turn) -> str:
    """People and works are asked about; everything else goes on to the place."""
    if report_about.somebody_meant(turn):
        return "person"
    if report_about.needed(turn):
        sealed_talk.say_early(turn)
        return report_about.first_step(turn)
    return "where" if not turn.data.get("hamlet") else "when"


def _more_words(turn: Turn, answer: Answer) -> str | Again:
    """Words, not an option: they belong to the story. Files too."""
    if answer.files:
        add_files(turn, answer.files)
        return Again(turn.text("file_noted"))
    if len(answer.text.split()) >= 3:
        add_story(turn, answer.text)
        following = after_story(turn)
        return following if following == "door" else Again(turn.text("story_added"))
    return Again(turn.text("pick_hint"))


# -- where and when -----------------------------------------------------------------------------------------------


def ask_where(turn: Turn) -> Prompt:
    hamlets = directory_of(turn).locality.hamlets
    return Prompt(turn.text("ask_where"), tuple(Choice(hamlet.code, hamlet.name) for hamlet in hamlets), Ask.PLACE)


def take_where(turn: Turn, answer: Answer) -> str | Again:
    hamlets = directory_of(turn).locality.hamlets
    named = next((h.code for h in hamlets if answer.choice == h.code or same_answer(answer.text, h.name)), "")
    if answer.place is not None:
        turn.data.update(latitude=answer.place.latitude, longitude=answer.place.longitude)
        turn.data["place"] = answer.place.title
    elif named:
        turn.data["hamlet"] = named
    elif answer.text.strip():
        turn.data["place"] = noted(turn, answer.text, 500)
        inside = [h.code for h in hamlets if same_answer(h.name, answer.text[: len(h.name)])]
        turn.data["hamlet"] = inside[0] if inside else turn.data.get("hamlet", "")
    else:
        return Again(turn.text("where_hint"))
    return report_end.back_to_summary(turn, "when")


def ask_when(turn: Turn) -> Prompt:
    return turn.prompt("ask_when", WHEN)


def take_when(turn: Turn, answer: Answer) -> str | Again:
    if answer.choice in WHEN:
        turn.data["happened"] = dict(zip(WHEN, turn.labels("ask_when"), strict=True))[answer.choice]
    elif answer.text.strip():
        turn.data["happened"] = noted(turn, answer.text, 200)
    else:
        return Again(turn.text("when_hint"))
    return report_end.back_to_summary(turn, "evidence")


# -- evidence -----------------------------------------------------------------------------------------------------

DONE = "done"


def ask_evidence(turn: Turn) -> Prompt:
    have = len(turn.unit.files.of_draft(turn.chat.key))
    if have:
        return turn.prompt("ask_evidence_more", (DONE,), n=have, most=turn.rules.limits.files)
    return Prompt(turn.text("ask_evidence", most=turn.rules.limits.files))


def take_evidence(turn: Turn, answer: Answer) -> str | Again:
    if answer.choice == DONE:
        return report_end.after_evidence(turn)
    if answer.files:
        over = add_files(turn, answer.files)
        if len(answer.text.split()) >= 3:  # a caption belongs to the story
            add_story(turn, answer.text)
        return Again(turn.text("files_over", most=turn.rules.limits.files) if over else "")
    if turn.means("none", answer.text):
        return report_end.after_evidence(turn)
    if len(answer.text.split()) >= 3:
        add_story(turn, answer.text)
        return Again(turn.text("story_added"))
    return Again(turn.text("evidence_hint"))


def _in_haste(step: Step, to: Callable[[Turn], str] | None = None) -> Step:
    """The same question; who writes "send it" there is led to the summary (`to`: by this way, else as by skipping)."""

    def take(turn: Turn, answer: Answer) -> str | Again:
        if answer.choice or answer.files or not turn.means("send", answer.text):
            return step.take(turn, answer)
        return (to or partial(after_skip, step=step))(turn)

    return replace(step, take=take) if step.skip != END else step


def _straight_on(turn: Turn) -> str:
    """Past all questions but who may know; with no topic so far, also whether a person named is the one meant."""
    following = _topic_left_open(turn) if "topic" not in turn.data else ""
    return following if following == "person" else report_end.after_evidence(turn)


def cancelled(turn: Turn) -> None:
    """Nothing of an unsent report stays."""
    turn.unit.files.drop_draft(turn.chat.key)
    turn.unit.outbox.forget_words(turn.chat)
    turn.say("report_cancelled")


_QUESTIONS = {
    "topic": Step(ask_topic, take_topic, skip=_topic_left_open),
    "topic_group": Step(ask_topic_group, take_topic_group, skip=_topic_left_open),
    "topic_pick": Step(ask_topic_pick, take_topic_pick, skip=_topic_left_open),
    **report_about.STEPS,
    "where": Step(ask_where, take_where, skip=lambda turn: report_end.back_to_summary(turn, "when")),
    "when": Step(ask_when, take_when, skip=lambda turn: report_end.back_to_summary(turn, "evidence")),
    "evidence": Step(ask_evidence, take_evidence, skip=report_end.after_evidence),
}
REPORT = Dialogue(
    "report",
    first="what",
    steps={
        "what": Step(ask_what, take_what),
        "door": Step(lambda turn: show_door(turn, str(turn.data["door"])), take_door_or_words),
        **{name: _in_haste(step, _straight_on) for name, step in _QUESTIONS.items()},
        **{name: _in_haste(step) for name, step in report_end.STEPS.items()},
    },
    cancelled=cancelled,
)
