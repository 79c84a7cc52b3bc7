"""The gate before every step about a case: a linked officer, an unlocked account, and a case this officer may see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from cases import officers
from cases.bodies import Directory
from cases.calendar import CalendarIncomplete, local_date
from cases.casework import Hidden, read_content, seen_case
from cases.deadlines import ClockError
from cases.lifecycle import NotAllowed
from cases.messages import Choice
from cases.model import Case, Officer
from cases.ports import Chat, UnitOfWork
from cases.reasons import Reason, said
from cases.visibility import Sight, sight
from handlers.conversation import END, Again, Dialogue, Step
from handlers.officer_view import notice_text
from handlers.turn import Answer, Prompt, Turn

SET_PIN = "set_pin"
YES = "yes"


@dataclass(frozen=True, slots=True)
class Desk:
    """One officer at one case, unlocked: what every step about a case works with."""

    turn: Turn
    officer: Officer
    case: Case
    directory: Directory

    @property
    def today(self) -> date:
        """Today in Vietnam."""
        return local_date(self.turn.now)

    @property
    def sight(self) -> Sight:
        """How much of the case may be shown."""
        return sight(self.officer, self.case, self.directory)

    def text(self, key: str, **values: object) -> str:
        """A text with the case number filled in."""
        return self.turn.text(key, **{"case_code": self.case.code, **values})

    def confirm(self, key: str, **values: object) -> Prompt:
        """A question answered by pressing its one label."""
        (label,) = self.turn.labels(key)
        return Prompt(self.text(key, **values), (Choice(YES, label),))

    def pick(self, key: str, names: Mapping[str, str], **values: object) -> Prompt:
        """A question whose answers are these values with their names."""
        return Prompt(self.text(key, **values), tuple(Choice(value, name) for value, name in names.items()))

    def hint(self, key: str = "officer_pick_hint", **values: object) -> Again:
        """The answer did not fit."""
        return Again(self.text(key, **values))

    def done(self, key: str, **values: object) -> str:
        """Say that it is done and show what may come next, if the case is still this officer's to see."""
        self.turn.tell(self.text(key, **values))
        found = self.turn.unit.cases.get(self.case.id)
        if found is not None and sight(self.officer, found, self.directory) >= Sight.NOTICE:
            self.turn.begin("officer_case", case=found.id, brief=True)
        return END


@dataclass(frozen=True, slots=True)
class CaseStep:
    """One question about a case. `skip` names the step after skipping; `longest` is how much is taken, in characters.

    Words past it are sent back to be shortened, never cut: they go into letters and histories. 0: as the commune limits
    a report.
    """

    ask: Callable[[Desk], Prompt]
    take: Callable[[Desk, Answer], str | Again]
    skip: str = END
    longest: int = 500


def case_dialogue(name: str, pins: officers.PinHasher, steps: Mapping[str, CaseStep]) -> Dialogue:
    """A dialogue about one case (`begin(name, case=id)`), every step behind the gate; the first step comes first."""
    guarded = {key: behind_gate(pins, step) for key, step in steps.items()}
    return Dialogue(name, first=next(iter(steps)), steps=guarded, cancelled=_back_to_case)


def behind_gate(pins: officers.PinHasher, step: CaseStep) -> Step:
    """The step, asking for the PIN in its place while the account is locked; refusals are explained and asked again."""

    def ask(turn: Turn) -> Prompt:
        if turn.officer is None:
            return Prompt(turn.text("officer_not_linked"))
        if not officers.is_open(turn.officer, turn.now):
            return pin_prompt(turn, turn.officer)
        desk = desk_of(turn, turn.officer)
        if desk is None:
            return Prompt(turn.text("officer_no_case"))
        if desk.sight >= Sight.CONTENT:  # whichever step somebody begins with, its question may quote the report
            read_content(turn.unit, desk.officer, desk.case, turn.now)
        return step.ask(desk)

    def take(turn: Turn, answer: Answer) -> str | Again:
        if turn.officer is None:
            return END
        if not officers.is_open(turn.officer, turn.now):
            return take_pin(turn, turn.officer, pins, answer)
        officers.keep_open(turn.unit, turn.rules, turn.officer, turn.now)
        desk = desk_of(turn, turn.officer)
        if desk is None:
            turn.say("officer_no_case")
            return END
        longest = step.longest or turn.rules.limits.text
        if (has := len(answer.text.strip())) > longest:
            return desk.hint("officer_too_long", has=turn.count(has), most=turn.count(longest))
        try:
            return step.take(desk, answer)
        except Hidden:
            return Again(turn.text("officer_no_case"))
        except (NotAllowed, ClockError, CalendarIncomplete) as error:
            return Again(explain(turn, error))

    return Step(ask, take, skip=step.skip)


def desk_of(turn: Turn, officer: Officer) -> Desk | None:
    """The desk for the case this dialogue is about; None alike for a missing case and for somebody else's."""
    try:
        found = turn.unit.cases.get(str(turn.data.get("case", "")))
        case = seen_case(turn.unit, turn.rules, officer, found, turn.now)
    except Hidden:
        return None
    return Desk(turn, officer, case, turn.rules.directory_of(case, turn.now))


def explain(turn: Turn, error: Reason) -> str:
    """Why a step was refused, in the officer's language."""
    return said(turn.rules.wording, error, turn.chat.lang)


# -- the PIN --------------------------------------------------------------------------------------------------------


def pin_prompt(turn: Turn, officer: Officer) -> Prompt:
    """Ask for the PIN; of a case this officer may see, only number, topic, state and dates are told before it."""
    if not officer.pin_hash:
        return turn.prompt("officer_pin_missing", (SET_PIN,))
    desk = desk_of(turn, officer)
    notice = notice_text(turn, desk.case, desk.directory) if desk else ""
    return Prompt("\n\n".join(part for part in (notice, turn.text("officer_ask_pin")) if part))


def take_pin(turn: Turn, officer: Officer, pins: officers.PinHasher, answer: Answer) -> str | Again:
    """Open the account, and go on with the question that was waiting."""
    if not officer.pin_hash:
        if answer.choice != SET_PIN:
            return Again(turn.text("officer_pick_hint"))
        turn.begin("officer_pin", then=turn.data.get("case", ""))
        return END
    pin = _digits(answer.text)
    if officers.pin_fault(pin) == "digits":  # a button pressed or words written after the sitting ran out: not a try
        return Again("" if not pin else turn.text("officer_pin_digits"))
    tried = officers.try_pin(turn.unit, turn.rules, officer, pin, pins, turn.now)
    if tried is officers.Tried.RIGHT:
        return Again("")
    if tried is officers.Tried.LOCKED:
        return Again(turn.text("officer_pin_shut", minutes=turn.rules.limits.pin_minutes))
    left = turn.rules.limits.pin_tries - officer.pin_failures
    return Again(turn.text("officer_pin_wrong", left=left))


def awaits_pin(unit: UnitOfWork, chat: Chat, now: datetime) -> bool:
    """Whether the next words in this chat may be a PIN, so that no copy of them may be kept."""
    talk = str(chat.talk.get("dialogue", ""))
    officer = unit.people.officer(chat.officer_id) if chat.officer_id else None
    if officer is None or not talk.startswith(("officer_", "authority_")):
        return False
    return talk == "officer_pin" or (talk != "officer_inbox" and not officers.is_open(officer, now))


def _digits(text: str) -> str:
    return "".join(text.split())[:32]


def _back_to_case(turn: Turn) -> None:
    turn.say("officer_stopped")


# -- choosing a PIN -------------------------------------------------------------------------------------------------


def pin_dialogue(pins: officers.PinHasher) -> Dialogue:
    """Six digits, twice; only hashes are kept between the two."""

    def take_first(turn: Turn, answer: Answer) -> str | Again:
        pin = _digits(answer.text)
        fault = officers.pin_fault(pin)
        if turn.officer is None or turn.officer.pin_hash:
            return END
        if fault:
            return Again(turn.text(f"officer_pin_{fault}"))
        turn.data["first"] = pins.hash(pin)
        return "again"

    def take_again(turn: Turn, answer: Answer) -> str | Again:
        first = str(turn.data["first"])
        if turn.officer is None or not pins.verify(first, _digits(answer.text)):
            turn.say("officer_pin_differs")
            return "choose"
        officers.choose_pin(turn.unit, turn.rules, turn.officer, first, turn.now)
        turn.say("officer_pin_set", minutes=turn.rules.limits.pin_minutes)
        if turn.data.get("then"):
            turn.begin("officer_case", case=turn.data["then"])
        return END

    return Dialogue(
        "officer_pin",
        first="choose",
        steps={
            "choose": Step(lambda turn: Prompt(turn.text("officer_pin_choose")), take_first),
            "again": Step(lambda turn: Prompt(turn.text("officer_pin_again")), take_again),
        },
        cancelled=_back_to_case,
    )
