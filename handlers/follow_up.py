"""After the report: where it stands, adding to it, withdrawing it, and the resident's word on the answer."""

from __future__ import annotations

from cases import checkins, resident
from cases.messages import Choice, FileKind, FileRef
from cases.model import Case, State, Verdict
from cases.receipts import looks_like_receipt, read_case_code, read_receipt_code
from cases.telling import told_days
from handlers import check_in, sealed_talk
from handlers.appeal import begin_appeal
from handlers.conversation import END, Again, Dialogue, Step
from handlers.draft import add_files, attach, story
from handlers.enter import hold_more
from handlers.status import status_text
from handlers.turn import Answer, Prompt, Turn

ADD, WITHDRAW, WHY_DATE, REJOIN, DIALOGUE, LIST, NO, YES, APPEAL = (
    "add",
    "withdraw",
    "why_date",
    "rejoin",
    "dialogue",
    "list",
    "no",
    "yes",
    "appeal",
)
SHOWN = 10
WORDS_TO_ADD = 3


def owned(turn: Turn) -> Case | None:
    """The case this dialogue is about, if it is this person's."""
    wanted = turn.data.get("case", "")
    return next((case for case in resident.own_cases(turn.unit, turn.chat) if case.id == wanted), None)


# -- tracking -----------------------------------------------------------------------------------------------------


def ask_which(turn: Turn) -> Prompt:
    cases = resident.own_cases(turn.unit, turn.chat)[-SHOWN:]
    label = turn.rules.taxonomy.topics
    choices = tuple(Choice(case.id, f"{case.code} · {turn.named(label[case.topic].label)}") for case in reversed(cases))
    return Prompt(turn.text("ask_which" if cases else "ask_which_none"), choices)


def take_which(turn: Turn, answer: Answer) -> str | Again:
    if answer.choice:
        turn.data["case"] = answer.choice
        return _found(turn) if owned(turn) else Again(turn.text("no_such_case"))
    found = find_case(turn, answer.text)
    if found is None:
        still_open = [case for case in resident.own_cases(turn.unit, turn.chat) if case.is_open]
        told = bool(answer.files) or len(answer.text.split()) >= WORDS_TO_ADD
        if turn.data.get("then") == "add" and told and still_open:
            hold_more(turn, answer)  # of one open case it is clear what is meant, of several it is asked
            return add_held(turn, still_open[0].id) if len(still_open) == 1 else Again(turn.text("which_to_add"))
        return Again(turn.text("code_mistyped" if looks_like_receipt(answer.text) else "no_such_case"))
    turn.data["case"] = found.id
    turn.data["by_receipt"] = bool(read_receipt_code(answer.text))
    if owned(turn) is None:
        turn.data["guest"] = True
        return "guest"
    return _found(turn)


def _found(turn: Turn) -> str | Again:
    if turn.data.get("then") == "add" and (turn.data.get("parts") or turn.data.get("files")):
        case = owned(turn)
        return add_held(turn, case.id) if case and case.is_open else Again(turn.text("case_not_open"))
    return str(turn.data.get("then") or "show")


def find_case(turn: Turn, text: str) -> Case | None:
    """By receipt code from anybody; by case number only among one's own, because numbers can be guessed."""
    receipt = read_receipt_code(text)
    if receipt:
        return turn.unit.cases.by_receipt(receipt)
    code = read_case_code(text)
    return (
        next((case for case in resident.own_cases(turn.unit, turn.chat) if case.code == code), None) if code else None
    )


def ask_show(turn: Turn) -> Prompt:
    case = owned(turn)
    if case is None:
        return Prompt(turn.text("no_such_case"))
    choices = [Choice(WHY_DATE, turn.text("choice_why_date"))] if case.due_on else []
    if case.is_open:
        choices += [Choice(ADD, turn.text("choice_add")), Choice(WITHDRAW, turn.text("choice_withdraw"))]
    if case.state is State.REJECTED:
        choices.append(Choice(APPEAL, turn.text("choice_appeal")))
    if case.reply is not None and case.state in (State.RELAYED, State.CLOSED):
        choices.append(Choice(DIALOGUE, turn.text("choice_dialogue")))
    question, answers = check_in.offered(turn, case)
    text = "\n\n".join(part for part in (sealed_talk.status(turn, case), question) if part)
    return Prompt(text, (*answers, *choices, Choice(LIST, turn.text("choice_list"))))


def take_show(turn: Turn, answer: Answer) -> str | Again:
    case = owned(turn)
    if case is None:
        return END
    if answer.choice == WHY_DATE:
        return Again(explain(turn, case))
    if answer.choice == DIALOGUE:
        resident.ask_dialogue(turn.unit, turn.rules, case, turn.now)
        turn.say("dialogue_asked", case_code=case.code)
        return END
    if answer.choice == APPEAL:
        begin_appeal(turn, case.id)
        return END
    if answer.choice in checkins.ANSWERS:
        check_in.answered(turn, case.id, answer.choice)
        return END
    following = {ADD: "add", WITHDRAW: "withdraw", LIST: "which"}.get(answer.choice)
    return following or Again(turn.text("pick_hint"))


def explain(turn: Turn, case: Case) -> str:
    """Every day counted and every day skipped, with its reason."""
    if case.received_on is None or case.effective_due_on is None:
        return turn.text("no_clock_yet")
    profile = turn.rules.profile(case)
    days = profile.reply_wd
    if case.extension is not None:
        days = turn.rules.calendar.working_days_between(case.received_on, case.extension.due_on)
    found = turn.rules.calendar.explain(case.received_on, days)
    return "\n".join(told_days(turn.rules.wording, found, turn.chat.lang))


def ask_guest(turn: Turn) -> Prompt:
    case = turn.unit.cases.get(str(turn.data["case"]))
    if case is None:
        return Prompt(turn.text("no_such_case"))
    return Prompt(status_text(turn, case, brief=True), (Choice(REJOIN, turn.text("choice_rejoin")),))


def take_guest(turn: Turn, answer: Answer) -> str | Again:
    case = turn.unit.cases.get(str(turn.data["case"]))
    if case is not None and answer.choice == REJOIN:
        if resident.rejoin(turn.unit, turn.rules, case, turn.chat, turn.now):
            turn.say("rejoined", case_code=case.code)
            return "show"
        turn.say("rejoin_refused")
        return END
    return Again(turn.text("pick_hint"))


# -- adding -------------------------------------------------------------------------------------------------------


def ask_add(turn: Turn) -> Prompt:
    question = turn.data.get("question", "")
    return Prompt(question or turn.text("ask_add"))


def add_held(turn: Turn, case_id: str) -> str | Again:
    """Add what the person said before it was known to which case it belongs."""
    turn.data["case"] = case_id
    files = tuple(FileRef(FileKind(kind), *rest) for kind, *rest in turn.data.get("files", ()))
    return take_add(turn, Answer(text=story(turn), files=files))


def take_add(turn: Turn, answer: Answer) -> str | Again:
    case = owned(turn)
    if case is None or not case.is_open:
        if case is not None:
            sealed_talk.forget(turn, case)
        turn.say("case_not_open")
        return END
    if answer.files:
        over = add_files(turn, answer.files, case_id=case.id)
        if over:
            turn.say("files_over", most=turn.rules.limits.files)
    if not answer.text.strip() and not answer.files:
        return Again(turn.text("add_hint"))
    text = turn.fitting(answer.text, turn.rules.limits.text)
    resident.add_information(turn.unit, turn.rules, case, text, len(answer.files), turn.now)
    sealed_talk.forget(turn, case)
    turn.say("added", case_code=case.code)
    return END


# -- withdrawing ----------------------------------------------------------------------------------------------------


def ask_withdraw(turn: Turn) -> Prompt:
    return turn.prompt("ask_withdraw", (YES, NO))


def take_withdraw(turn: Turn, answer: Answer) -> str | Again:
    case = owned(turn)
    if answer.choice == NO or case is None:
        return "show" if case else END
    if answer.choice != YES:
        return Again(turn.text("pick_hint"))
    effect = resident.withdraw(turn.unit, turn.rules, case, turn.now)
    turn.say(effect, case_code=case.code)
    return END


# -- the verdict ------------------------------------------------------------------------------------------------------


def verdict(turn: Turn, case_id: str, value: str) -> None:
    """A tap under the answer."""
    turn_case = next((case for case in resident.own_cases(turn.unit, turn.chat) if case.id == case_id), None)
    if turn_case is None or turn_case.reply is None:
        turn.say("no_such_case")
        return
    given = Verdict(value)
    resident.give_verdict(turn.unit, turn.rules, turn_case, given, turn.now)
    if given is Verdict.SOLVED:
        turn.say("verdict_thanks", case_code=turn_case.code)
        return
    if given is Verdict.NOT_SOLVED and resident.ask_dialogue(turn.unit, turn.rules, turn_case, turn.now):
        turn.say("dialogue_asked", case_code=turn_case.code)
    turn.begin("verdict", case=case_id)


def ask_reason(turn: Turn) -> Prompt:
    return Prompt(turn.text("ask_reason"))


def take_reason(turn: Turn, answer: Answer) -> str | Again:
    """Free words, and files beside them or alone."""
    case = owned(turn)
    if case is None:
        return END
    if not answer.text.strip() and not answer.files:
        return Again(turn.text("reason_hint"))
    if answer.text.strip():
        resident.give_reason(turn.unit, case, turn.fitting(answer.text.strip(), 2000), turn.now)
    attach(turn, case)
    sealed_talk.forget(turn, case)
    turn.say("reason_kept")
    return END


def thanks(turn: Turn) -> None:
    """Leaving without a reason is fine."""
    turn.say("kept_as_is")


TRACK = Dialogue(
    "track",
    first="which",
    steps={
        "which": Step(ask_which, take_which),
        "show": Step(ask_show, take_show),
        "guest": Step(ask_guest, take_guest),
        "add": Step(ask_add, take_add),
        "withdraw": Step(ask_withdraw, take_withdraw),
    },
    cancelled=thanks,
)
ADD_TO = Dialogue("add", first="add", steps={"add": Step(ask_add, take_add)}, cancelled=thanks)
VERDICT = Dialogue(
    "verdict", first="reason", steps={"reason": Step(ask_reason, take_reason, skip=END)}, cancelled=thanks
)
