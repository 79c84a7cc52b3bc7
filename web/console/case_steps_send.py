"""Steps between the desk and the authority: the letter, its receipt, urging, delegating, the extension, the return."""

from __future__ import annotations

from cases import authority, forwarding, requests
from cases.calendar import CalendarIncomplete
from cases.clocks import latest_due_on
from cases.model import BodyRole
from cases.rules import show_date
from storage.desk import Requests
from storage.papers import PaperStore
from web.console.case_fields import Done, Field, Given, Options, Step, Work


def made_letter(work: Work, paper: str) -> tuple[str, str]:
    """Number and day of the newest such paper that the officer's own body made here: not to be typed a second time."""
    body = work.officer.body
    made = [one for one in PaperStore(work.unit).of_case(work.case.id) if one.paper == paper and one.body == body]
    newest = max((one for one in made if one.doc_no), key=lambda one: one.made_at, default=None)
    if newest is None or newest.doc_date is None or newest.doc_date > work.today:
        return (newest.doc_no if newest else ""), work.today.isoformat()
    return newest.doc_no, newest.doc_date.isoformat()


def ask_forward(work: Work) -> list[Field]:
    """The letter, and what the authority will read: the sender covered, to be read once more by the officer."""
    profile = work.rules.profile(work.case)
    to = work.body(work.case.competent_authority)
    hint = work.word("hint_forward", authority=to, reply_wd=profile.reply_wd, max_wd=profile.max_extended_wd)
    doc_no, doc_date = made_letter(work, "forwarding")
    return [
        work.field("doc_no", "text", "letter_no", most=60, value=doc_no, hint=hint),
        work.field("doc_date", "date", "letter_date", value=doc_date),
        work.field(
            "content",
            "area",
            most=work.rules.limits.text,
            value=forwarding.covered_text(work.unit, work.case),
            hint=work.word("hint_content"),
        ),
        work.field("confirmed", "flag", "no_clue"),
    ]


def _forward(work: Work, given: Given) -> Done:
    doc_no, doc_date = given.number(), given.day("doc_date")
    content = given.need("content", "words", work.rules.limits.text, words=3)
    if not given.flag("confirmed"):
        given.fail("confirmed", "confirm_clue")
    given.settle()
    same = content == forwarding.covered_text(work.unit, work.case).strip()
    told = "" if same else content
    forwarding.forward(work.unit, work.rules, work.officer, work.case, doc_no, doc_date, work.now, content=told)
    return Done("forward", {"authority": work.body(work.case.competent_authority)})


# -- receipt --------------------------------------------------------------------------------------------------------


def ask_receipt(work: Work) -> list[Field]:
    """The day the authority received the letter, and what proves it."""
    return [
        work.field("received_on", "date", value=work.today.isoformat()),
        work.field("proof", "area", most=500, hint=work.word("hint_proof")),
        work.field("file", "file", "proof_file", required=False),
    ]


def _receipt(work: Work, given: Given) -> Done:
    received, proof = given.day("received_on"), given.need("proof")
    given.settle()
    forwarding.record_receipt(work.unit, work.rules, work.officer, work.case, received, proof, work.now)
    attach(work, "proof")
    return Done("receipt", {"due": show_date(work.case.effective_due_on)})


def ask_acknowledge(work: Work) -> list[Field]:
    """The day the letter came in."""
    hint = work.word("hint_acknowledge", doc_no=work.case.forward_doc_no)
    return [work.field("received_on", "date", value=work.today.isoformat(), hint=hint)]


def _acknowledge(work: Work, given: Given) -> Done:
    received = given.day("received_on")
    given.settle()
    authority.acknowledge(work.unit, work.rules, work.officer, work.case, received, work.now)
    return Done("receipt", {"due": show_date(work.case.effective_due_on)})


# -- urging and asking ----------------------------------------------------------------------------------------------


def ask_urge(work: Work) -> list[Field]:
    """Nothing to fill in: the letter is counted, the contacts are told."""
    return []


def _urge(work: Work, given: Given) -> Done:
    number = forwarding.urge(work.unit, work.rules, work.officer, work.case, work.now)
    return Done("urge", {"k": number})


def ask_documents(work: Work) -> list[Field]:
    """What the authority should supply, and by when."""
    return [
        work.field("what", "area", most=1000, hint=work.word("hint_documents")),
        work.field("due_on", "date", "documents_due"),
    ]


def _documents(work: Work, given: Given) -> Done:
    what, due = given.need("what", most=1000, words=2), given.day("due_on", ahead=True)
    given.settle()
    requests.ask(work.unit, Requests(work.unit), work.rules, work.officer, work.case, what, due, work.now)
    return Done("documents", {"due": show_date(due)})


def _waiting(work: Work) -> Options:
    waiting = [one for one in Requests(work.unit).of_case(work.case.id) if one.received_on is None]
    return tuple((one.id, f"{one.what[:80]} ({show_date(one.due_on)})") for one in waiting)


def ask_came(work: Work) -> list[Field]:
    """Which of the requests was met, and with what."""
    return [
        work.field("request", "pick", options=_waiting(work)),
        work.field("received_on", "date", "came_on", value=work.today.isoformat()),
        work.field("note", "area", "came_note", most=1000),
        work.field("file", "file", "came_file", required=False),
    ]


def _came(work: Work, given: Given) -> Done:
    request, day, note = given.pick("request", _waiting(work)), given.day("received_on"), given.need("note", most=1000)
    given.settle()
    shelf = Requests(work.unit)
    requests.receive(work.unit, shelf, work.rules, work.officer, work.case, request, day, note, work.now)
    attach(work, "proof")
    return Done("came")


# -- inside the authority -------------------------------------------------------------------------------------------


def ask_delegate(work: Work) -> list[Field]:
    """A unit of the directory, or any name."""
    options = (("", work.word("pick_other_unit")), *work.names(authority.units(work.directory, work.case)))
    return [
        work.field("unit", "pick", options=options, value=work.case.assigned_unit, required=False),
        work.field("unit_name", "text", most=100, required=False),
    ]


def _delegate(work: Work, given: Given) -> Done:
    options = (("", ""), *work.names(authority.units(work.directory, work.case)))
    unit = given.pick("unit", options) or given.text("unit_name", 100)
    if not unit:
        given.fail("unit_name", "unit")
    given.settle()
    authority.delegate(work.unit, work.rules, work.officer, work.case, unit, work.now)
    return Done("delegate", {"unit": work.body(unit)})


def ask_extend(work: Work) -> list[Field]:
    """Until when at most the 30th working day, why, and by which document."""
    latest = ""
    try:
        day = latest_due_on(work.case, work.rules.profile(work.case), work.rules.calendar)
        latest = day.isoformat()
        hint = work.word("hint_until", due=show_date(work.case.due_on), latest=show_date(day))
    except CalendarIncomplete:
        hint = work.common("why_calendar_missing")
    doc_no, doc_date = made_letter(work, "extension")
    return [
        work.field("until", "date", value=latest, hint=hint),
        work.field("reason", "area", most=300),
        work.field("doc_no", "text", "extension_no", most=60, value=doc_no),
        work.field("doc_date", "date", "extension_date", value=doc_date),
        work.field("signed_by", "text", most=150),
        work.field("file", "file", "extension_file", required=False),
    ]


def _extend(work: Work, given: Given) -> Done:
    until, reason = given.day("until", ahead=True), given.need("reason", most=300)
    doc_no, doc_date, signed_by = given.number(), given.day("doc_date"), given.need("signed_by", "signer", 150, words=2)
    given.settle()
    granted = authority.extend(
        work.unit,
        work.rules,
        work.officer,
        work.case,
        until,
        reason,
        doc_no,
        doc_date,
        signed_by,
        work.now,
    )
    attach(work, "extension")
    return Done("extend", {"due": show_date(granted.due_on)})


def _others(work: Work) -> Options:
    own = work.directory.same_as(work.case.competent_authority)
    bodies = work.directory.bodies_with(BodyRole.COMPETENT_AUTHORITY)
    return (("", work.word("pick_unknown")), *work.names([body.code for body in bodies if body.code not in own]))


def ask_return(work: Work) -> list[Field]:
    """Why not competent, and who is thought to be."""
    return [
        work.field("reason", "area", most=500, hint=work.word("hint_return")),
        work.field("proposed", "pick", options=_others(work), required=False),
    ]


def _return(work: Work, given: Given) -> Done:
    reason, proposed = given.need("reason"), given.pick("proposed", _others(work))
    given.settle()
    authority.return_case(work.unit, work.rules, work.officer, work.case, reason, proposed, work.now)
    return Done("return")


def attach(work: Work, purpose: str) -> str:
    """Put the form's file to the case, to be checked and sealed by the worker; returns its id, "" without a file."""
    if work.upload is None:
        return ""
    work.upload.case_id, work.upload.purpose = work.case.id, purpose
    work.unit.files.add(work.upload)
    return work.upload.id


STEPS = {
    "forward": Step(ask_forward, _forward, "primary"),
    "record_receipt": Step(ask_receipt, _receipt, "primary"),
    "acknowledge": Step(ask_acknowledge, _acknowledge, "primary"),
    "urge": Step(ask_urge, _urge),
    "documents": Step(ask_documents, _documents),
    "came": Step(ask_came, _came),
    "delegate": Step(ask_delegate, _delegate, "primary"),
    "extend": Step(ask_extend, _extend),
    "return": Step(ask_return, _return, "danger"),
}
