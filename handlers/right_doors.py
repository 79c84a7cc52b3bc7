"""The right door: what a chat message cannot be (complaint, denunciation, civil dispute) and where that is taken.

Nothing is refused for criticism: the same content can still be sent as a report (domain 4.3).
"""

from __future__ import annotations

from cases.messages import Choice
from cases.model import Kind
from handlers.conversation import END, Again
from handlers.library import asked_article, best_article, told
from handlers.turn import Answer, Prompt, Turn

HOW, SEND, STOP, FOLLOW = "how", "send", "stop", "follow"
DENUNCIATION, COMPLAINT, CIVIL, QUESTION = "denunciation", "complaint", "civil", "question"
DOUBTS = {Kind.ABUSIVE: "abusive_reply", Kind.SPAM: "off_topic_reply", Kind.OFF_TOPIC: "off_topic_reply"}
"""What a program takes for no report: the person decides, because nothing is refused by a program."""
DOORS = (DENUNCIATION, COMPLAINT, CIVIL, QUESTION, *DOUBTS)
"""Doors that ask before the report goes on; the others are only told."""

CRIMES = ("order.security",)


def door_for(turn: Turn, words: str) -> str:
    """Which door these words belong to, empty for the ordinary way."""
    found = turn.suggest(words)
    if found.kind is Kind.DENUNCIATION:
        return DENUNCIATION
    if found.kind is Kind.COMPLAINT:
        return COMPLAINT
    topic = found.topics[0] if found.topics else ""
    if topic == "land.dispute":
        return CIVIL
    if found.kind is Kind.QUESTION or asked_article(turn, words):
        return QUESTION
    if topic in CRIMES:
        return "crime_info"
    return found.kind.value if found.kind in DOUBTS else ""


def show_door(turn: Turn, door: str) -> Prompt:
    """The door's question; for doors that only inform, says the text (if it is not empty) and asks nothing."""
    if door == "other_service":
        provider = turn.rules.taxonomy.topics[str(turn.data["topic"])].competent
        directory = turn.rules.directory(turn.chat.locality, turn.now)
        phone = directory.body(provider).phone if directory.has(provider) else ""
        if phone:
            turn.say("right_door_other_service", provider=directory.name(provider), provider_phone=phone)
        return Prompt("")
    if door == "crime_info":
        turn.say("right_door_crime_info")
        return Prompt("")
    if door == CIVIL:
        return turn.prompt("civil_choices", (SEND, STOP), intro=turn.text("right_door_civil"))
    if door == QUESTION:
        return _question(turn)
    if door in DOUBTS:
        return turn.prompt("doubt_choices", (SEND, STOP), intro=turn.text(DOUBTS[Kind(door)]))
    return turn.prompt(f"right_door_{door}", (HOW, SEND if door == DENUNCIATION else FOLLOW, STOP))


def take_door(turn: Turn, answer: Answer) -> str | Again:
    """Go on as a report, read how to write the paper, or stop."""
    if answer.choice == HOW:
        return Again(turn.text(f"how_to_write_{turn.data['door']}"))
    if answer.choice == STOP:
        turn.unit.files.drop_draft(turn.chat.key)
        turn.say("door_stopped")
        return END
    if answer.choice in (SEND, FOLLOW):
        turn.data["kind"] = Kind.PETITION if answer.choice == FOLLOW else Kind.REPORT
        return "topic"
    return Again(turn.text("pick_hint"))


def _question(turn: Turn) -> Prompt:
    article = best_article(turn, turn.data["parts"][0][2])
    intro = told(turn, article) if article else turn.text("no_article")
    labels = turn.labels("question_choices")
    choices = (Choice(SEND, labels[0]), Choice(STOP, labels[1]))
    return Prompt(f"{intro}\n\n{turn.text('question_choices')}", choices)
