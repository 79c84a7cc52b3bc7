"""`/dulieu`: what is kept about a person, to see, correct, erase, and to withdraw consent (domain 7.4)."""

from __future__ import annotations

from cases import identity, resident
from cases.identity import Opening
from cases.messages import Ask
from cases.model import Case
from cases.rules import show_date
from handlers import sealed_talk
from handlers.conversation import END, Again, Dialogue, Step
from handlers.draft import name_and_phone
from handlers.turn import Answer, Prompt, Turn

SEE, CORRECT, ERASE, YES, NO = "see", "correct", "erase", "yes", "no"


def ask_what(turn: Turn) -> Prompt:
    return turn.prompt("ask_data", (SEE, CORRECT, ERASE))


def take_what(turn: Turn, answer: Answer) -> str | Again:
    if answer.choice == SEE:
        return Again(everything(turn))
    following = {CORRECT: "correct", ERASE: "erase"}.get(answer.choice)
    return following or Again(turn.text("pick_hint"))


def everything(turn: Turn) -> str:
    """Each case of this chat with what the vault holds, and every opening of the name: when, by whom, and why."""
    lines = [turn.text("data_chat", channel=turn.text(f"channel_{turn.chat.address.channel}"))]
    for reporter in turn.unit.people.reporters_of_chat(turn.chat.key):
        case = turn.unit.cases.get(reporter.case_id)
        if case is None:
            continue
        lines.append(
            turn.text(
                "data_case",
                case_code=case.code,
                date=show_date(case.submitted_at.astimezone(turn.rules.zone).date()),
                name=reporter.name,
                phone=reporter.phone,
                secrecy=turn.text(f"secrecy_{reporter.secrecy}"),
            )
        )
        lines += [_opened(turn, case, opening) for opening in identity.openings(turn.unit, case)]
    if len(lines) == 1:
        lines.append(turn.text("data_nothing"))
    return "\n".join(lines)


def _opened(turn: Turn, case: Case, opening: Opening) -> str:
    at = opening.at.astimezone(turn.rules.zone)
    return turn.text(
        "data_opened",
        date=show_date(at.date()),
        time=f"{at:%H:%M}",
        body=turn.rules.directory_of(case, turn.now).name(opening.body) if opening.body else "",
        reason=opening.reason,
    )


def ask_correct(turn: Turn) -> Prompt:
    return Prompt(turn.text("ask_contact"), ask=Ask.CONTACT)


def take_correct(turn: Turn, answer: Answer) -> str | Again:
    name, phone = name_and_phone(turn, answer)
    if not name and not phone:
        return Again(turn.text("contact_hint"))
    count = resident.correct_identity(turn.unit, turn.chat, name, phone, turn.now)
    sealed_talk.forget_own(turn)
    turn.say("data_corrected", n=count)
    return END


def ask_erase(turn: Turn) -> Prompt:
    return turn.prompt("ask_erase", (YES, NO))


def take_erase(turn: Turn, answer: Answer) -> str | Again:
    if answer.choice == NO:
        return "what"
    if answer.choice != YES:
        return Again(turn.text("pick_hint"))
    count = resident.erase_identity(turn.unit, turn.chat, turn.now)
    turn.unit.files.drop_draft(turn.chat.key)
    turn.unit.sealed.forget_talk(turn.chat)  # both ways: the bot repeated the name where it was to be checked
    turn.chat.talk.pop("standing", None)
    turn.say("data_erased", n=count)
    return END


def closed(turn: Turn) -> None:
    """Looking changes nothing."""
    turn.say("kept_as_is")


MY_DATA = Dialogue(
    "my_data",
    first="what",
    steps={
        "what": Step(ask_what, take_what),
        "correct": Step(ask_correct, take_correct, skip="what"),
        "erase": Step(ask_erase, take_erase),
    },
    cancelled=closed,
)
