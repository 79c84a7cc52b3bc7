"""The written answer, recorded by the authority that gave it or by the desk that received the paper."""

from __future__ import annotations

from cases import answers
from cases.lifecycle import supervisors
from cases.model import BodyRole, Outcome, WrittenReply
from cases.names import listed
from cases.rules import show_date
from handlers.conversation import Again
from handlers.document import DocumentSteps
from handlers.officer_files import attach, keep_file, kept_file
from handlers.officer_gate import YES, CaseStep, Desk
from handlers.officer_send import day_of, take_day
from handlers.turn import Answer, Prompt

DONE, NO = "~done", "no"


class ReplySteps(DocumentSteps):
    """An answer cannot be older than the question."""

    __slots__ = ()

    def take_date(self, desk: Desk, answer: Answer) -> str | Again:
        following = take_day(desk, answer, "doc_date", "signer")
        received = desk.case.received_on
        if isinstance(following, str) and received is not None and day_of(desk, "doc_date") < received:
            return desk.hint("reply_before_receipt", date=show_date(received))
        return following


def ask_addressees(desk: Desk) -> Prompt:
    """To whom the document is addressed; the supervising subject must be among them (SV-16)."""
    chosen = desk.turn.data.get("addressees", [])
    first = sorted(supervisors(desk.case, desk.directory))
    others = [
        body.code
        for body in desk.directory.bodies.values()
        if body.roles & {BodyRole.COORDINATOR, BodyRole.FOLLOW_UP, BodyRole.COMPETENT_AUTHORITY}
        and not body.roles & {BodyRole.UPPER, BodyRole.EXTERNAL}
        and body.code not in desk.directory.same_as(desk.case.competent_authority)
    ]
    codes = [code for code in dict.fromkeys((*first, *others)) if code not in chosen]
    names = {DONE: desk.text("addressees_done")} if chosen else {}
    names |= {code: desk.directory.name(code) for code in codes}
    key = "ask_addressees_more" if chosen else "ask_addressees"
    return desk.pick(key, names, chosen=listed(desk.directory.short(code) for code in chosen))


def take_addressees(desk: Desk, answer: Answer) -> str | Again:
    chosen = desk.turn.data.setdefault("addressees", [])
    if answer.choice == DONE and chosen:
        if supervisors(desk.case, desk.directory).isdisjoint(desk.directory.current(chosen)):
            names = listed(desk.directory.name(code) for code in sorted(supervisors(desk.case, desk.directory)))
            return desk.hint("addressee_missing", names=names)
        return "outcome"
    if not desk.directory.has(answer.choice):
        return desk.hint()
    chosen.append(answer.choice)
    return "addressees"


def ask_outcome(desk: Desk) -> Prompt:
    """What the authority found."""
    return desk.pick("ask_outcome", {one.value: desk.text(f"outcome_{one}") for one in Outcome})


def take_outcome(desk: Desk, answer: Answer) -> str | Again:
    if answer.choice not in list(Outcome):
        return desk.hint()
    desk.turn.data["outcome"] = answer.choice
    return "violation" if desk.case.subject.is_person else "summary"


def ask_violation(desk: Desk) -> Prompt:
    """Whether a violation was found (SV-17)."""
    return desk.turn.prompt("ask_violation", (NO, YES))


def take_violation(desk: Desk, answer: Answer) -> str | Again:
    if answer.choice not in (YES, NO):
        return desk.hint()
    desk.turn.data["violation"] = answer.choice == YES
    return "summary"


def ask_summary(desk: Desk) -> Prompt:
    """What the resident will read, and what may be made public: no names."""
    return Prompt(desk.text("ask_summary"))


def take_summary(desk: Desk, answer: Answer) -> str | Again:
    if len(answer.text.split()) < 5:
        return desk.hint("summary_hint_officer")
    desk.turn.data["summary"] = answer.text.strip()
    return "file"


def ask_file(desk: Desk) -> Prompt:
    """The document itself."""
    return Prompt(desk.text("ask_reply_file"))


def take_file(desk: Desk, answer: Answer) -> str | Again:
    return "confirm" if keep_file(desk, answer) else desk.hint("reply_file_hint")


def ask_confirm(desk: Desk) -> Prompt:
    """All of it once more."""
    data, file = desk.turn.data, kept_file(desk)
    return desk.confirm(
        "reply_confirm",
        doc_no=data["doc_no"],
        doc_date=show_date(day_of(desk, "doc_date")),
        signed_by=data["signed_by"],
        names=listed(desk.directory.name(code) for code in data["addressees"]),
        outcome=desk.text(f"outcome_{data['outcome']}"),
        violation=desk.text("violation_found") if data.get("violation") else "",
        summary=data["summary"],
        file=(file.name or desk.text("file_unnamed")) if file else "",
    )


def take_confirm(desk: Desk, answer: Answer) -> str | Again:
    """Record it; the file is fetched afterwards and its hash written in by the worker."""
    turn, data = desk.turn, desk.turn.data
    if answer.choice != YES or kept_file(desk) is None:
        return desk.hint()
    file_id = turn.unit.new_id()
    reply = WrittenReply(
        doc_no=str(data["doc_no"]),
        doc_date=day_of(desk, "doc_date"),
        signed_by=str(data["signed_by"]),
        addressees=tuple(data["addressees"]),
        file_id=file_id,
        file_sha256=answers.HASH_PENDING,
        outcome=Outcome(data["outcome"]),
        summary=str(data["summary"]),
        recorded_on=desk.today,
        violation_found=bool(data.get("violation")),
    )
    answers.record_reply(turn.unit, turn.rules, desk.officer, desk.case, reply, turn.now)
    attach(desk, "reply", file_id)
    return desk.done("reply_done")


def take_file_again(desk: Desk, answer: Answer) -> str | Again:
    """The document could not be fetched; it is put in again."""
    turn = desk.turn
    if not keep_file(desk, answer):
        return desk.hint("reply_file_hint")
    file_id = turn.unit.new_id()
    answers.replace_file(turn.unit, turn.rules, desk.officer, desk.case, file_id, turn.now)
    attach(desk, "reply", file_id)
    return desk.done("file_done")


DIALOGUES = {
    "officer_file": {"file": CaseStep(ask_file, take_file_again)},
    "officer_reply": {
        **ReplySteps("ask_reply_no", "ask_reply_date", "addressees").steps(),
        "addressees": CaseStep(ask_addressees, take_addressees),
        "outcome": CaseStep(ask_outcome, take_outcome),
        "violation": CaseStep(ask_violation, take_violation),
        "summary": CaseStep(ask_summary, take_summary, longest=2000),
        "file": CaseStep(ask_file, take_file),
        "confirm": CaseStep(ask_confirm, take_confirm),
    },
}
