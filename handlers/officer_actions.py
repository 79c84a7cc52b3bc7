"""Steps at the desk before a case leaves it: triage, topic, the post of who is meant, a question, another body, merging."""

from __future__ import annotations

from cases import handling, matters, recasting
from cases.authority import proposed_body
from cases.casework import case_by_code
from cases.messages import Choice
from cases.model import BodyRole, Priority, Subject
from cases.receipts import read_case_code
from handlers.conversation import Again
from handlers.officer_gate import YES, CaseStep, Desk
from handlers.turn import Answer, Prompt

OTHER_BODY, ALL, NOT_A_PERSON, NO = "~other", "~all", "~nobody", "no"


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


# -- the post of the person complained of ---------------------------------------------------------------------------


def ask_post(desk: Desk) -> Prompt:
    """Which post; a triage officer may also find that nobody in particular is meant."""
    posts = {post.code: post.title for post in desk.directory.posts if not post.is_unknown}
    return desk.pick("ask_post", {**posts, NOT_A_PERSON: desk.text("post_nobody")})


def take_post(desk: Desk, answer: Answer) -> str | Again:
    if answer.choice == NOT_A_PERSON:
        desk.turn.begin("officer_topic", case=desk.case.id, nobody=True)
        return ""
    if not desk.directory.known_posts((answer.choice,)):
        return desk.hint()
    desk.turn.data["post"] = answer.choice
    return "where"


def ask_post_body(desk: Desk) -> Prompt:
    """Where the person works; a union's leader shuts that union out."""
    names = {body.code: body.short or body.name for body in desk.directory.bodies.values()}
    above = {body.code for body in desk.directory.bodies.values() if BodyRole.UPPER in body.roles}
    return desk.pick("ask_post_body", {code: name for code, name in names.items() if code not in above})


def take_post_body(desk: Desk, answer: Answer) -> str | Again:
    if not desk.directory.has(answer.choice):
        return desk.hint()
    desk.turn.data["body"] = answer.choice
    return "deputy" if desk.turn.data["post"] == "ct_union" else "post_confirm"


def ask_deputy(desk: Desk) -> Prompt:
    """COI-0: many union leaders are also deputy head of the Front."""
    return desk.turn.prompt("ask_post_deputy", (YES, NO))


def take_deputy(desk: Desk, answer: Answer) -> str | Again:
    if answer.choice not in (YES, NO):
        return desk.hint()
    desk.turn.data["deputy"] = answer.choice == YES
    return "post_confirm"


def ask_post_confirm(desk: Desk) -> Prompt:
    """Say what will be recorded."""
    data, directory = desk.turn.data, desk.directory
    where = directory.name(data["body"]) if data.get("body") else ""
    return desk.confirm("post_confirm", post=directory.post(data["post"]).title, where=where)


def take_post_confirm(desk: Desk, answer: Answer) -> str | Again:
    turn, data = desk.turn, desk.turn.data
    if answer.choice != YES:
        return desk.hint()
    recasting.record_post(
        turn.unit,
        turn.rules,
        desk.officer,
        desk.case,
        (str(data["post"]),),
        turn.now,
        subject_body=str(data.get("body", "")),
        also_front_deputy=bool(data.get("deputy")),
    )
    return desk.done("post_done")


# -- a question to the resident -------------------------------------------------------------------------------------


def ask_question(desk: Desk) -> Prompt:
    """One question, in the officer's words."""
    return Prompt(desk.text("ask_question"))


def take_question(desk: Desk, answer: Answer) -> str | Again:
    if len(answer.text.split()) < 2:
        return desk.hint("question_hint")
    desk.turn.data["question"] = answer.text.strip()[:1000]
    return "confirm"


def ask_question_confirm(desk: Desk) -> Prompt:
    """Show the question as the resident will read it."""
    return desk.confirm("question_confirm", question=desk.turn.data["question"])


def take_question_confirm(desk: Desk, answer: Answer) -> str | Again:
    turn = desk.turn
    if answer.choice != YES:
        return desk.hint()
    asked = handling.ask_info(turn.unit, turn.rules, desk.officer, desk.case, str(turn.data["question"]), turn.now)
    return desk.done("question_done" if asked else "question_nobody")


# -- another receiving body -----------------------------------------------------------------------------------------


def ask_reroute(desk: Desk) -> Prompt:
    """Only bodies that may see the case."""
    codes = handling.receivers(desk.directory, desk.case)
    return desk.pick("ask_reroute", {code: desk.directory.name(code) for code in codes})


def take_reroute(desk: Desk, answer: Answer) -> str | Again:
    if answer.choice not in handling.receivers(desk.directory, desk.case):
        return desk.hint()
    desk.turn.data["body"] = answer.choice
    return "reason"


def ask_reroute_reason(desk: Desk) -> Prompt:
    """The reason stands in the history."""
    return Prompt(desk.text("ask_reroute_reason", body=desk.directory.name(desk.turn.data["body"])))


def take_reroute_reason(desk: Desk, answer: Answer) -> str | Again:
    turn, body = desk.turn, str(desk.turn.data["body"])
    if not answer.text.strip():
        return desk.hint("reason_needed")
    reason = answer.text.strip()[:500]
    handling.reroute(turn.unit, turn.rules, desk.officer, desk.case, body, reason, turn.now)
    return desk.done("reroute_done", body=desk.directory.name(body))


# -- merging --------------------------------------------------------------------------------------------------------


def ask_merge(desk: Desk) -> Prompt:
    """The number of the other case."""
    return Prompt(desk.text("ask_merge"))


def take_merge(desk: Desk, answer: Answer) -> str | Again:
    turn, code = desk.turn, read_case_code(answer.text)
    if not code:
        return desk.hint("merge_hint")
    turn.data["other"] = case_by_code(turn.unit, turn.rules, desk.officer, code, turn.now).id
    return "confirm"


def ask_merge_confirm(desk: Desk) -> Prompt:
    """Both numbers and topics."""
    other = desk.turn.unit.cases.get(str(desk.turn.data["other"]))
    label = desk.turn.rules.taxonomy.label
    topic = label(other.topic) if other else ""
    return desk.confirm("merge_confirm", other=other.code if other else "", other_topic=topic, topic=label(desk.case.topic))


def take_merge_confirm(desk: Desk, answer: Answer) -> str | Again:
    turn = desk.turn
    other = turn.unit.cases.get(str(turn.data["other"]))
    if answer.choice != YES or other is None:
        return desk.hint()
    matters.merge(turn.unit, turn.rules, desk.officer, desk.case, other, turn.now)
    return desk.done("merge_done", other=other.code)


DIALOGUES = {
    "officer_triage": {
        "triage": CaseStep(ask_triage, take_triage),
        "authority": CaseStep(ask_authority, take_authority),
        "priority": CaseStep(ask_priority, take_priority),
    },
    "officer_topic": {"group": CaseStep(ask_topic_group, take_topic_group), "pick": CaseStep(ask_topic, take_topic)},
    "officer_post": {
        "post": CaseStep(ask_post, take_post),
        "where": CaseStep(ask_post_body, take_post_body, skip="post_confirm"),
        "deputy": CaseStep(ask_deputy, take_deputy, skip="post_confirm"),
        "post_confirm": CaseStep(ask_post_confirm, take_post_confirm),
    },
    "officer_question": {
        "question": CaseStep(ask_question, take_question),
        "confirm": CaseStep(ask_question_confirm, take_question_confirm),
    },
    "officer_reroute": {
        "body": CaseStep(ask_reroute, take_reroute),
        "reason": CaseStep(ask_reroute_reason, take_reroute_reason),
    },
    "officer_merge": {
        "other": CaseStep(ask_merge, take_merge),
        "confirm": CaseStep(ask_merge_confirm, take_merge_confirm),
    },
}
