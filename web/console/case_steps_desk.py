"""Steps of the desk before a case leaves it: triage, topic and kind, another desk, one matter, refusing."""

from __future__ import annotations

from cases import deskwork, handling, matters, recasting, refusals
from cases.authority import proposed_body
from cases.casework import Hidden, case_by_code, open_refusal
from cases.model import BodyRole, Kind, Priority, Subject
from cases.names import read_as
from cases.receipts import read_case_code
from web.console.case_fields import Done, Field, Given, Options, Step, Work, Wrong


def _nothing(work: Work) -> list[Field]:
    return []


def _take(work: Work, given: Given) -> Done:
    deskwork.take(work.unit, work.rules, work.officer, work.case, work.now)
    return Done("take")


# -- triage ---------------------------------------------------------------------------------------------------------


def _authorities(work: Work) -> Options:
    proposed = work.directory.successor(proposed_body(work.unit, work.case)[0])
    codes = handling.authorities(work.directory, work.case)
    first = [code for code in (proposed, work.case.competent_authority) if code in codes]
    return work.names(list(dict.fromkeys((*first, *codes))))


def _priorities(work: Work) -> Options:
    return tuple((one.value, work.common(f"priority_{one}")) for one in Priority)


def ask_triage(work: Work) -> list[Field]:
    """Authority and priority; topic and kind have forms of their own."""
    proposed, reason = proposed_body(work.unit, work.case)
    hint = work.word("hint_returned", reason=reason.rstrip(". "), body=work.body(proposed) if proposed else "")
    required = work.case.kind in handling.WITH_CLOCK
    options = _authorities(work) if required else (("", work.common("authority_none")), *_authorities(work))
    present = work.directory.successor(proposed) if proposed else work.case.competent_authority
    value = present if present in dict(options) else work.case.competent_authority
    return [
        work.field("authority", "pick", options=options, value=value, hint=hint if reason else "", required=required),
        work.field("priority", "pick", options=_priorities(work), value=work.case.priority.value),
    ]


def _triage(work: Work, given: Given) -> Done:
    authority = given.pick("authority", (("", ""), *_authorities(work)))
    priority = given.pick("priority", _priorities(work))
    given.settle()
    handling.triage(
        work.unit,
        work.rules,
        work.officer,
        work.case,
        work.now,
        authority=authority,
        priority=Priority(priority),
    )
    return Done("triage")


# -- who is meant ---------------------------------------------------------------------------------------------------


def _posts(work: Work) -> Options:
    return tuple((post.code, read_as(post.title, work.lang)) for post in work.directory.posts if not post.is_unknown)


def _houses(work: Work) -> Options:
    bodies = work.directory.bodies.values()
    near = [(body.code, work.body(body.code)) for body in bodies if BodyRole.UPPER not in body.roles]
    return (("", work.word("pick_unknown")), *near)


def ask_post(work: Work) -> list[Field]:
    """The post of the person complained of, and where that person works."""
    return [
        work.field("post", "pick", options=_posts(work), hint=work.word("hint_post")),
        work.field("where", "pick", options=_houses(work), value=work.case.subject_body, required=False),
        work.field("deputy", "flag", required=False),
    ]


def _post(work: Work, given: Given) -> Done:
    post, where = given.pick("post", _posts(work)), given.pick("where", _houses(work))
    given.settle()
    recasting.record_post(
        work.unit,
        work.rules,
        work.officer,
        work.case,
        (post,),
        work.now,
        subject_body=where,
        also_front_deputy=given.flag("deputy"),
    )
    return Done("post")


# -- topic and kind -------------------------------------------------------------------------------------------------


def _topics(work: Work, *, nobody: bool = False) -> Options:
    """Topics a desk takes in, those that the text suggests first."""
    topics = work.rules.taxonomy.topics
    suggested = [code for code in work.rules.suggester.suggest(work.case.text).topics if code in topics]
    fitting = [
        code
        for code in dict.fromkeys((*suggested, *topics))
        if topics[code].subject is not Subject.NONE
        and work.directory.has_role(topics[code].body, BodyRole.SUPERVISING_SUBJECT)
        and not (nobody and topics[code].subject.is_person)
    ]
    return tuple((code, work.topic(code)) for code in fitting)


def ask_topic(work: Work) -> list[Field]:
    """The right topic; where it belongs is worked out anew."""
    topics = _topics(work)
    return [
        work.field("topic", "pick", options=topics, value=work.case.topic, hint=work.word("hint_topic")),
        work.field("reason", "area", most=500),
    ]


def _topic(work: Work, given: Given) -> Done:
    topic, reason = given.pick("topic", _topics(work)), given.need("reason")
    given.settle()
    recasting.correct_topic(work.unit, work.rules, work.officer, work.case, topic, work.now, reason=reason)
    return Done("topic", {"topic": work.topic(topic)})


def ask_nobody(work: Work) -> list[Field]:
    """A topic that is about no person."""
    return [work.field("topic", "pick", options=_topics(work, nobody=True))]


def _nobody(work: Work, given: Given) -> Done:
    topic = given.pick("topic", _topics(work, nobody=True))
    given.settle()
    recasting.not_a_person(work.unit, work.rules, work.officer, work.case, topic, work.now)
    return Done("topic", {"topic": work.topic(topic)})


def _kinds(work: Work) -> Options:
    return tuple((kind.value, work.word(f"kind_{kind}")) for kind in deskwork.KINDS)


def ask_kind(work: Work) -> list[Field]:
    """What the law calls the message."""
    hint = work.word("hint_kind")
    return [
        work.field("kind", "pick", options=_kinds(work), value=work.case.kind.value, hint=hint),
        work.field("reason", "area", most=500),
    ]


def _kind(work: Work, given: Given) -> Done:
    kind, reason = given.pick("kind", _kinds(work)), given.need("reason")
    given.settle()
    deskwork.correct_kind(work.unit, work.rules, work.officer, work.case, Kind(kind), work.now, reason=reason)
    return Done("kind", {"kind": work.word(f"kind_{kind}")})


# -- question, another desk, matters --------------------------------------------------------------------------------


def ask_question(work: Work) -> list[Field]:
    """One question to the sender."""
    return [work.field("question", "area", most=1000, hint=work.word("hint_question"))]


def _question(work: Work, given: Given) -> Done:
    question = given.need("question", "words", 1000, words=2)
    given.settle()
    asked = handling.ask_info(work.unit, work.rules, work.officer, work.case, question, work.now)
    if not asked:
        raise Wrong({"": work.word("wrong_nobody")})
    return Done("question")


def ask_reroute(work: Work) -> list[Field]:
    """Desks without conflict, and why."""
    options = work.names(handling.receivers(work.directory, work.case))
    return [work.field("body", "pick", options=options), work.field("reason", "area", most=500)]


def _reroute(work: Work, given: Given) -> Done:
    body = given.pick("body", work.names(handling.receivers(work.directory, work.case)))
    reason = given.need("reason")
    given.settle()
    handling.reroute(work.unit, work.rules, work.officer, work.case, body, reason, work.now)
    return Done("reroute", {"body": work.body(body)})


def ask_merge(work: Work) -> list[Field]:
    """The number of the other case."""
    return [work.field("other", "text", most=30, hint=work.word("hint_merge"))]


def _merge(work: Work, given: Given) -> Done:
    code = read_case_code(given.text("other", 30))
    if not code:
        given.fail("other", "case_code")
    given.settle()
    try:
        found = case_by_code(work.unit, work.rules, work.officer, str(code), work.now)
        matters.merge(work.unit, work.rules, work.officer, work.case, found, work.now)
    except Hidden:
        raise Wrong({"other": work.word("wrong_no_case")}) from None
    return Done("merge", {"other": found.code})


def ask_split(work: Work) -> list[Field]:
    """Why it is a matter of its own."""
    return [work.field("reason", "area", most=500)]


def _split(work: Work, given: Given) -> Done:
    reason = given.need("reason")
    given.settle()
    deskwork.split_off(work.unit, work.rules, work.officer, work.case, reason, work.now)
    return Done("split")


# -- refusing -------------------------------------------------------------------------------------------------------


def _reasons(work: Work) -> Options:
    return tuple((one.value, work.common(f"refusal_{one}")) for one in refusals.RefusalReason)


def ask_refuse(work: Work) -> list[Field]:
    """A reason of the closed list, and what it rests on."""
    return [
        work.field("reason", "pick", "refusal", options=_reasons(work), hint=work.word("hint_refuse")),
        work.field("note", "area", "refusal_note", most=500),
    ]


def _refuse(work: Work, given: Given) -> Done:
    reason, note = given.pick("reason", _reasons(work)), given.need("note")
    given.settle()
    refusals.propose_refusal(work.unit, work.rules, work.officer, work.case, reason, note, work.now)
    return Done("refuse")


def _decisions(work: Work) -> Options:
    return (("agree", work.word("pick_agree")), ("disagree", work.word("pick_disagree")))


def ask_second(work: Work) -> list[Field]:
    """The proposal, for the second person."""
    proposal = open_refusal(work.unit, work.case)
    reason = work.common(f"refusal_{proposal.data['reason']}") if proposal else ""
    note = str(proposal.data["note"]) if proposal else ""
    hint = work.word("hint_second", reason=reason, note=note)
    return [
        work.field("decision", "pick", options=_decisions(work), hint=hint),
        work.field("note", "area", "second_note", most=500, required=False),
    ]


def _second(work: Work, given: Given) -> Done:
    decision, note = given.pick("decision", _decisions(work)), given.text("note")
    if decision == "disagree" and not note:
        given.fail("note", "empty")
    given.settle()
    if decision == "agree":
        refusals.confirm_refusal(work.unit, work.rules, work.officer, work.case, work.now)
        return Done("refused")
    refusals.reject_refusal(work.unit, work.rules, work.officer, work.case, note, work.now)
    return Done("kept")


STEPS = {
    "take": Step(_nothing, _take),
    "triage": Step(ask_triage, _triage, "primary"),
    "post": Step(ask_post, _post, "primary"),
    "nobody": Step(ask_nobody, _nobody),
    "ask_info": Step(ask_question, _question),
    "correct_topic": Step(ask_topic, _topic),
    "correct_kind": Step(ask_kind, _kind),
    "reroute": Step(ask_reroute, _reroute),
    "merge": Step(ask_merge, _merge),
    "split": Step(ask_split, _split),
    "refuse": Step(ask_refuse, _refuse, "danger"),
    "confirm_refusal": Step(ask_second, _second, "danger"),
}
