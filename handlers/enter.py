"""The way in: which commune, and consent before anything is kept (domain 7.5)."""

from __future__ import annotations

from cases.messages import Choice, FileKind, FileRef
from handlers.conversation import END, Again, Dialogue, Step
from handlers.draft import add_files, add_story
from handlers.turn import Answer, Prompt, Turn

AGREE, AGREE_HIDDEN, READ, REFUSE = "agree", "agree_hidden", "read", "refuse"


def consented(turn: Turn) -> bool:
    """Whether this person agreed to the present wording."""
    return turn.chat.consent_version == turn.rules.consent_version


def hold(turn: Turn) -> dict[str, object]:
    """What the person already sent, to be kept only if they agree."""
    incoming = turn.incoming
    held: dict[str, object] = {}
    if incoming.text.strip():
        held["parts"] = [
            [
                incoming.sent_at.timestamp(),
                incoming.ref or incoming.message_id,
                turn.fitting(incoming.text, turn.rules.limits.text),
            ]
        ]
    if incoming.files:
        held["files"] = [[file.kind.value, file.ref, file.name, file.size, file.mime] for file in incoming.files]
    return held


def ask_locality(turn: Turn) -> Prompt:
    return Prompt(
        turn.rules.wording.say("ask_locality", turn.chat.lang),
        tuple(Choice(place.code, place.name) for place in turn.rules.book.communes),
    )


def take_locality(turn: Turn, answer: Answer) -> str | Again:
    if answer.choice not in {place.code for place in turn.rules.book.communes}:
        return Again(turn.text("pick_hint"))
    turn.chat.locality = answer.choice
    return "consent"


def ask_consent(turn: Turn) -> Prompt:
    return turn.prompt("consent_short", (AGREE, AGREE_HIDDEN, READ, REFUSE))


def ask_consent_full(turn: Turn) -> Prompt:
    limits = turn.rules.limits
    return turn.prompt(
        "consent_full",
        (AGREE, AGREE_HIDDEN, REFUSE),
        identity_months=limits.identity_months,
        case_years=limits.case_years,
    )


def take_consent(turn: Turn, answer: Answer) -> str | Again:
    if answer.choice == READ:
        return "consent_full"
    if answer.choice == REFUSE:
        turn.unit.outbox.forget_words(turn.chat)
        turn.say("consent_refused")
        return END
    if answer.choice not in (AGREE, AGREE_HIDDEN) and not turn.means("yes", answer.text):
        hold_more(turn, answer)
        return Again(turn.text("consent_hint"))
    turn.chat.consent_version = turn.rules.consent_version
    turn.chat.consent_at = turn.now
    go_on(turn, hide_name=answer.choice == AGREE_HIDDEN)
    return END


def hold_more(turn: Turn, answer: Answer) -> None:
    """Keep what came besides, for the same purpose."""
    if answer.text.strip():
        add_story(turn, answer.text)
    if answer.files:
        turn.data.setdefault("files", []).extend(hold(turn).get("files", []))


def go_on(turn: Turn, *, hide_name: bool = False) -> None:
    """Begin the report with what was said before, or do what the person had asked for."""
    held = dict(turn.data)
    files = held.pop("files", [])
    if files:
        refs = tuple(FileRef(FileKind(kind), ref, name, size, mime) for kind, ref, name, size, mime in files)
        add_files(turn, refs)
    turn.begin("report", **held, **({"hide_name": True} if hide_name else {}))
    if held.get("parts"):
        turn.said.pop()  # "what happened" was answered before consent was asked
        turn.resume()


ENTER = Dialogue(
    "enter",
    first="locality",
    steps={
        "locality": Step(ask_locality, take_locality),
        "consent": Step(ask_consent, take_consent, ways_out=False),
        "consent_full": Step(ask_consent_full, take_consent, ways_out=False),
    },
)
