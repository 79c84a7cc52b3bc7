"""Triage: topic, body, authority and priority confirmed on one screen; a topic corrected."""

from __future__ import annotations

from cases import handling, recasting
from cases.authority import proposed_body
from cases.messages import Choice
from cases.model import BodyRole, Priority, Subject
from handlers.conversation import Again
from handlers.officer_gate import YES, CaseStep, Desk
from handlers.turn import Answer, Prompt

ALL = "~all"


# -- triage ---------------------------------------------------------------------------------------------------------


def ask_triage(desk: Desk) -> Prompt:
    """Everything triage confirms, on one screen."""
    case, data = desk.case, desk.turn.data
    proposed, reason = proposed_body(desk.turn.unit, case)
    authority = data.get("authority") or case.competent_authority
    text = desk.text(
        "triage_confirm",
        topic=desk.turn.rules.taxonomy.label(case.topic),
        body=desk.directory.name(case.receiving_body),
        authority=desk.directory.name(authority) if authority else desk.text("authority_none"),
        priority=desk.text(f"priority_{data.get('priority') or case.priority}"),
        proposed=desk.directory.name(proposed) if proposed else "",
        reason=reason,
    )
    values = (YES, "topic", "authority", "priority")
    labels = desk.turn.labels("triage_confirm")
    return Prompt(text, tuple(Choice(value, label) for value, label in zip(values, labels, strict=True)))


def take_triage(desk: Desk, answer: Answer) -> str | Again:
    turn, data = desk.turn, desk.turn.data
    if answer.choice == "topic":
        turn.begin("officer_topic", case=desk.case.id)
        return ""
    if answer.choice in ("authority", "priority"):
        return answer.choice
    if answer.choice != YES:
        return desk.hint()
    priority = Priority(data["priority"]) if data.get("priority") else None
    authority = str(data.get("authority", ""))
    handling.triage(turn.unit, turn.rules, desk.officer, desk.case, turn.now, authority=authority, priority=priority)
    return desk.done("triage_done")


def ask_authority(desk: Desk) -> Prompt:
    """The likely ones first: what was proposed, the present one, the commune's, then those above and outside."""
    codes = handling.authorities(desk.directory, desk.case)
    if not desk.turn.data.get("all_authorities"):
        near = [code for code in codes if not desk.directory.body(code).roles & {BodyRole.UPPER, BodyRole.EXTERNAL}]
        proposed = desk.directory.successor(proposed_body(desk.turn.unit, desk.case)[0])
        first = [code for code in (proposed, desk.case.competent_authority) if code in codes]
        names = {code: desk.directory.name(code) for code in dict.fromkeys((*first, *near))}
        return desk.pick("ask_authority", {**names, ALL: desk.text("authority_more")})
    return desk.pick("ask_authority", {code: desk.directory.name(code) for code in codes})


def take_authority(desk: Desk, answer: Answer) -> str | Again:
    if answer.choice == ALL:
        desk.turn.data["all_authorities"] = True
        return "authority"
    handling.check_authority(desk.directory, desk.case, answer.choice)
    desk.turn.data["authority"] = answer.choice
    return "triage"


def ask_priority(desk: Desk) -> Prompt:
    """Order of work."""
    return desk.pick("ask_priority", {one.value: desk.text(f"priority_{one}") for one in Priority})


def take_priority(desk: Desk, answer: Answer) -> str | Again:
    if answer.choice not in list(Priority):
        return desk.hint()
    desk.turn.data["priority"] = answer.choice
    return "triage"


# -- topic ----------------------------------------------------------------------------------------------------------


def ask_topic_group(desk: Desk) -> Prompt:
    """Groups of topics; what the program suggests for the text stands first."""
    topics = desk.turn.rules.taxonomy.topics
    suggested = [code for code in desk.turn.rules.suggester.suggest(desk.case.text).topics if code in topics]
    names = {code: topics[code].label for code in suggested if _fits(desk, code)}
    groups = dict.fromkeys(desk.turn.rules.taxonomy.group(code) for code in topics if _fits(desk, code))
    known = {f"~{group}": _group_name(desk, group) for group in groups}
    return desk.pick("ask_new_topic", {**names, **known}, topic=desk.turn.rules.taxonomy.label(desk.case.topic))


def take_topic_group(desk: Desk, answer: Answer) -> str | Again:
    if answer.choice.startswith("~"):
        desk.turn.data["group"] = answer.choice[1:]
        return "pick"
    return _topic(desk, answer.choice)


def ask_topic(desk: Desk) -> Prompt:
    """The topics of one group."""
    taxonomy, group = desk.turn.rules.taxonomy, desk.turn.data.get("group", "")
    names = {code: topic.label for code, topic in taxonomy.topics.items() if taxonomy.group(code) == group}
    fitting = {code: name for code, name in names.items() if _fits(desk, code)}
    return desk.pick("ask_new_topic", fitting, topic=taxonomy.label(desk.case.topic))


def take_topic(desk: Desk, answer: Answer) -> str | Again:
    return _topic(desk, answer.choice)


def _topic(desk: Desk, code: str) -> str | Again:
    turn = desk.turn
    if code not in turn.rules.taxonomy.topics:
        return desk.hint()
    change = recasting.not_a_person if turn.data.get("nobody") else recasting.correct_topic
    change(turn.unit, turn.rules, desk.officer, desk.case, code, turn.now)
    return desk.done("topic_done", topic=turn.rules.taxonomy.label(code))


def _fits(desk: Desk, code: str) -> bool:
    """Topics that a desk takes in; after "nobody in particular" none about a person."""
    topic = desk.turn.rules.taxonomy.topics[code]
    if topic.subject is Subject.NONE or not desk.directory.has_role(topic.body, BodyRole.SUPERVISING_SUBJECT):
        return False
    return not (desk.turn.data.get("nobody") and topic.subject.is_person)


def _group_name(desk: Desk, group: str) -> str:
    key = f"group_{group}"
    return desk.text(key) if desk.turn.rules.wording.has(key) else desk.turn.rules.taxonomy.label(group)


DIALOGUES = {
    "officer_triage": {
        "triage": CaseStep(ask_triage, take_triage),
        "authority": CaseStep(ask_authority, take_authority),
        "priority": CaseStep(ask_priority, take_priority),
    },
    "officer_topic": {"group": CaseStep(ask_topic_group, take_topic_group), "pick": CaseStep(ask_topic, take_topic)},
}
