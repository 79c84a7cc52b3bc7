"""Steps from the written answer to the end: answer, points, relaying, dialogue, closing; and who sent the case."""

from __future__ import annotations

from cases import answers, deskwork, dialogues, notes, points
from cases.lifecycle import supervisors
from cases.model import BodyRole, Outcome, State, WrittenReply
from cases.points import Met, Point
from storage.desk import Meetings, Notes
from web.console.case_fields import Done, Field, Given, Options, Step, Work, Wrong
from web.console.case_steps_send import attach

SUMMARY = 2000  # characters


def _addressees(work: Work) -> Options:
    first = sorted(supervisors(work.case, work.directory))
    others = [
        body.code
        for body in work.directory.bodies.values()
        if body.roles & {BodyRole.COORDINATOR, BodyRole.FOLLOW_UP, BodyRole.COMPETENT_AUTHORITY}
        and not body.roles & {BodyRole.UPPER, BodyRole.EXTERNAL}
        and body.code not in work.directory.same_as(work.case.competent_authority)
    ]
    return work.names(list(dict.fromkeys((*first, *others))))


def _outcomes(work: Work) -> Options:
    return tuple((one.value, work.common(f"outcome_{one}")) for one in Outcome)


def ask_reply(work: Work) -> list[Field]:
    """The document that stops the clock."""
    first = tuple(sorted(supervisors(work.case, work.directory)))
    fields = [
        work.field("doc_no", "text", "reply_no", most=60, hint=work.word("hint_reply")),
        work.field("doc_date", "date", "reply_date", value=work.today.isoformat()),
        work.field("signed_by", "text", most=150),
        work.field("addressees", "many", options=_addressees(work), values=first),
        work.field("outcome", "pick", options=(("", work.word("pick_choose")), *_outcomes(work))),
        work.field("summary", "area", most=SUMMARY, hint=work.word("hint_summary")),
        work.field("file", "file", "reply_file"),
    ]
    if work.case.subject.is_person:
        fields.insert(5, work.field("violation", "flag", required=False))
    return fields


def _reply(work: Work, given: Given) -> Done:
    doc_no, doc_date = given.number(), given.day("doc_date")
    signed_by, outcome = given.need("signed_by", "signer", 150, words=2), given.pick("outcome", _outcomes(work))
    addressees = given.many("addressees", _addressees(work))
    summary = given.need("summary", "summary", SUMMARY, words=5)
    if work.upload is None:
        given.fail("file", "file")
    if not addressees:
        given.fail("addressees", "pick")
    given.settle()
    reply = WrittenReply(
        doc_no=doc_no,
        doc_date=doc_date,
        signed_by=signed_by,
        addressees=addressees,
        file_id=work.upload.id if work.upload else "",
        file_sha256=answers.HASH_PENDING,
        outcome=Outcome(outcome),
        summary=summary,
        recorded_on=work.today,
        violation_found=given.flag("violation"),
    )
    answers.record_reply(work.unit, work.rules, work.officer, work.case, reply, work.now)
    attach(work, "reply")
    return Done("reply")


def ask_file(work: Work) -> list[Field]:
    """The document once more."""
    return [work.field("file", "file", "reply_file", hint=work.word("hint_file_again"))]


def _file(work: Work, given: Given) -> Done:
    if work.upload is None:
        given.fail("file", "file")
    given.settle()
    file_id = work.upload.id if work.upload else ""
    answers.replace_file(work.unit, work.rules, work.officer, work.case, file_id, work.now)
    attach(work, "reply")
    return Done("file")


# -- points and relaying --------------------------------------------------------------------------------------------


def _no_fields(work: Work) -> list[Field]:
    return []


def _points(work: Work, given: Given) -> Done:
    rows = zip(given.form.all("point"), given.form.all("met"), given.form.all("where"), strict=False)
    wanted = []
    for number, (text, met, where) in enumerate(rows):
        known = Met(met) if met in list(Met) else Met.OPEN
        if text.strip() and known in (Met.ANSWERED, Met.PARTLY) and not where.strip():
            given.fail(f"where_{number}", "where")
        if len(text) > points.LONGEST:
            given.fail(f"point_{number}", "long", most=points.LONGEST, n=len(text))
        wanted.append(Point(text, known, where))
    given.settle()
    kept = points.keep_points(work.unit, work.rules, work.officer, work.case, wanted, work.now)
    return Done("points", {"open": points.unchecked(kept), "total": len(kept)})


def ask_relay(work: Work) -> list[Field]:
    """The summary as the sender will read it: nothing to fill in."""
    return []


def _relay(work: Work, given: Given) -> Done:
    points.require_points(work.unit, work.case)
    told = answers.relay(work.unit, work.rules, work.officer, work.case, work.now)
    return Done("relay" if told else "relay_nobody", {"n": told} if told else {})


# -- dialogue -------------------------------------------------------------------------------------------------------


def ask_dialogue(work: Work) -> list[Field]:
    """What is to be made clear, when and where."""
    return [
        work.field("topic", "area", "dialogue_topic", most=500),
        work.field("planned", "text", most=300, hint=work.word("hint_planned"), required=False),
    ]


def _dialogue(work: Work, given: Given) -> Done:
    topic, planned = given.need("topic", words=2), given.text("planned", 300)
    given.settle()
    dialogues.request(work.unit, Meetings(work.unit), work.rules, work.officer, work.case, topic, planned, work.now)
    return Done("dialogue")


def ask_held(work: Work) -> list[Field]:
    """When it was held, who was there, and what it came to."""
    return [
        work.field("held_on", "date", value=work.today.isoformat()),
        work.field("present", "area", most=1000),
        work.field("minutes", "area", most=5000),
    ]


def _held(work: Work, given: Given) -> Done:
    day, present, minutes = given.day("held_on"), given.need("present", most=1000), given.need("minutes", most=5000)
    given.settle()
    shelf = Meetings(work.unit)
    dialogues.record_held(work.unit, shelf, work.rules, work.officer, work.case, day, present, minutes, work.now)
    return Done("held")


# -- closing --------------------------------------------------------------------------------------------------------


def ask_close(work: Work) -> list[Field]:
    """After a dialogue what it came to; else a word is optional."""
    if work.case.state is not State.DIALOGUE:
        return [work.field("note", "area", "close_note", most=2000, required=False)]
    held = [one for one in Meetings(work.unit).of_case(work.case.id) if one.held_on is not None]
    return [work.field("note", "area", "minutes", most=2000, value=held[-1].minutes[:2000] if held else "")]


def _close(work: Work, given: Given) -> Done:
    note = given.text("note", 2000)
    given.settle()
    answers.close(work.unit, work.rules, work.officer, work.case, note, work.now)
    return Done("close")


# -- words to the sender and among colleagues -----------------------------------------------------------------------


def _write(work: Work, given: Given) -> Done:
    text = given.need("text", "words", deskwork.LETTER_LIMIT, words=2)
    given.settle()
    if _just_written(work, given, text):
        return Done("write")
    if not deskwork.write_to_reporter(work.unit, work.rules, work.officer, work.case, text, work.now):
        raise Wrong({"text": work.word("wrong_nobody")})
    return Done("write")


def _just_written(work: Work, given: Given, text: str) -> bool:
    """Whether this very form was sent twice: two quick presses make one message."""
    seen = given.form.get("seen")
    later = work.unit.cases.history(work.case.id)[int(seen) if seen.isdecimal() and len(seen) < 9 else 0 :]
    return any(
        event.what == "wrote" and event.actor == work.officer.id and event.data.get("text") == text for event in later
    )


def _note(work: Work, given: Given) -> Done:
    text = given.need("text", most=notes.LONGEST)
    given.settle()
    notes.add_note(work.unit, Notes(work.unit), work.rules, work.officer, work.case, text, work.now)
    return Done("note")


def _drop_note(work: Work, given: Given) -> Done:
    shelf, wanted = Notes(work.unit), given.form.get("note")
    notes.drop_note(shelf, work.rules, work.officer, work.case, wanted, work.now)
    return Done("note_dropped")


STEPS = {
    "record_reply": Step(ask_reply, _reply, "primary"),
    "file": Step(ask_file, _file, "primary"),
    "points": Step(_no_fields, _points),
    "relay": Step(ask_relay, _relay, "primary"),
    "open_dialogue": Step(ask_dialogue, _dialogue),
    "held": Step(ask_held, _held, "primary"),
    "close": Step(ask_close, _close),
    "write": Step(_no_fields, _write),
    "note": Step(_no_fields, _note, checked=False),
    "drop_note": Step(_no_fields, _drop_note, checked=False),
}
