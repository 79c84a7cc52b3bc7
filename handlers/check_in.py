"""After a report is closed: "does anybody make trouble for you over it?", one tap, and help at once where they do.

The question itself is queued by `cases.checkins`; here it is answered, under the notice, in the look-up of the case,
or by a bare "có" or "không". Steps after an alarm: a line of what happened, and whether to be known.
"""

from __future__ import annotations

from cases import checkins, resident
from cases.messages import Ask, Choice, Outgoing
from cases.model import Case
from cases.receipts import show_receipt_code
from cases.text import same_answer
from handlers import sealed_talk
from handlers.conversation import END, Again, Dialogue, Step
from handlers.draft import add_files, attach, name_and_phone
from handlers.turn import Answer, Prompt, Turn

HIDDEN, KNOWN = "hidden", "known"
SHORT = 3  # words: what somebody says who was only told to write


def answered(turn: Turn, case_id: str, value: str) -> None:
    """A tap on the question. An alarm is never taken back by a later tap, and never opened twice."""
    case = _own(turn, case_id)
    if case is None or value not in checkins.ANSWERS:
        turn.say("no_such_case")
        return
    entry = turn.unit.check_ins.get(case_id)
    if value == checkins.YES:
        _alarm(turn, case, entry.alarm_case)
    elif entry.answer == checkins.YES:
        turn.say("check_in_no")
    else:
        checkins.answer(turn.unit, entry, value, turn.now)
        turn.say(f"check_in_{value}", case_code=case.code)


def _alarm(turn: Turn, case: Case, before: str) -> None:
    known = turn.unit.cases.get(before) if before else None
    if known is not None and known.is_open:
        turn.say("check_in_again", case_code=known.code)
        attach(turn, known)
        sealed_talk.forget(turn, known)
        turn.begin("check_in", case=known.id)
        return
    done = checkins.raise_alarm(turn.unit, turn.rules, turn.chat, case, turn.now)
    attach(turn, done.case)
    sealed_talk.forget(turn, done.case)
    turn.say(
        "check_in_alarm",
        case_code=done.case.code,
        body=turn.rules.directory_of(done.case, turn.now).name(done.case.receiving_body),
        receipt_code=show_receipt_code(done.receipt_code),
    )
    turn.begin("check_in", case=done.case.id)


def heard(turn: Turn) -> bool:
    """A bare yes or no to the newest notice, or a word from somebody who was asked to write; True when it was used."""
    newest = (turn.chat.talk.get("standing") or [None])[-1]  # type: ignore[index]
    text = turn.incoming.text.strip()
    if newest is None or newest[1] != checkins.ACTION or not text or len(text.split()) > SHORT:
        return False
    case = _own(turn, str(newest[2]))
    if case is None or not checkins.is_open(turn.unit.check_ins.get(case.id)):
        return False
    said = next((value for value in (checkins.YES, checkins.NO) if _says(turn, text, value)), "")
    if turn.incoming.files and said != checkins.YES:
        return False  # a picture that is no answer is a report of its own
    if said:
        answered(turn, case.id, said)
        return True
    labels = turn.labels("check_in")
    choices = tuple(Choice(f"{newest[0]}.{number}", label) for number, label in enumerate(labels))
    turn.said.append(Outgoing(turn.text("check_in", case_code=case.code), choices))
    return True


def _says(turn: Turn, text: str, value: str) -> bool:
    return any(same_answer(text, word) for word in turn.text(f"words_check_in_{value}").split(","))


def offered(turn: Turn, case: Case) -> tuple[str, tuple[Choice, ...]]:
    """The question with its answers, where the case is looked up while it is open; empty otherwise."""
    if not checkins.is_open(turn.unit.check_ins.get(case.id)):
        return "", ()
    labels = zip(checkins.ANSWERS, turn.labels("check_in"), strict=True)
    return turn.text("check_in", case_code=case.code), tuple(Choice(value, label) for value, label in labels)


def _own(turn: Turn, case_id: str) -> Case | None:
    return next((one for one in resident.own_cases(turn.unit, turn.chat) if one.id == case_id), None)


# -- after an alarm --------------------------------------------------------------------------------------------------


def ask_tell(turn: Turn) -> Prompt:
    return Prompt(turn.text("ask_alarm_more"))


def take_tell(turn: Turn, answer: Answer) -> str | Again:
    case = _own(turn, str(turn.data["case"]))
    if case is None or not case.is_open:
        if case is not None:
            sealed_talk.forget(turn, case)
        turn.say("case_not_open")
        return END
    if not answer.text.strip() and not answer.files:
        return Again(turn.text("add_hint"))
    if answer.files and add_files(turn, answer.files, case_id=case.id):
        turn.say("files_over", most=turn.rules.limits.files)
    text = turn.fitting(answer.text, turn.rules.limits.text)
    resident.add_information(turn.unit, turn.rules, case, text, len(answer.files), turn.now)
    sealed_talk.forget(turn, case)
    turn.say("added", case_code=case.code)
    return "known"


def ask_known(turn: Turn) -> Prompt:
    return turn.prompt("ask_alarm_known", (HIDDEN, KNOWN))


def take_known(turn: Turn, answer: Answer) -> str | Again:
    if answer.choice == KNOWN:
        return "contact"
    if answer.choice != HIDDEN:
        return Again(turn.text("pick_hint"))
    turn.say("alarm_hidden")
    return END


def ask_contact(turn: Turn) -> Prompt:
    return Prompt(turn.text("ask_contact"), ask=Ask.CONTACT)


def take_contact(turn: Turn, answer: Answer) -> str | Again:
    name, phone = name_and_phone(turn, answer)
    case = _own(turn, str(turn.data["case"]))
    if not name and not phone:
        return Again(turn.text("contact_hint"))
    known = case is not None and checkins.be_known(turn.unit, case, name, phone, turn.now)
    if case is not None:
        sealed_talk.forget(turn, case)
    turn.say("alarm_known" if known else "case_not_open")
    return END


def left(turn: Turn) -> None:
    """Nothing more need be said: the urgent case stands."""
    turn.say("alarm_hidden")


CHECK_IN = Dialogue(
    "check_in",
    first="tell",
    steps={
        "tell": Step(ask_tell, take_tell, skip="known"),
        "known": Step(ask_known, take_known, ways_out=False),
        "contact": Step(ask_contact, take_contact, skip="known"),
    },
    cancelled=left,
)
