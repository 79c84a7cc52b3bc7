"""What cannot wait for the dialogue: danger now, despair, and reprisal against somebody who reported."""

from __future__ import annotations

from cases import resident
from cases.checkins import alarm_draft
from cases.intake import Draft, submit
from cases.model import Case, Secrecy
from cases.receipts import show_receipt_code
from cases.suggest import Suggestion
from cases.text import strip_marks
from handlers import sealed_talk
from handlers.draft import attach
from handlers.enter import consented
from handlers.turn import ENGLISH, Turn

PHRASE = "bi tru dap"
SERVICES = {"113": "police", "114": "fire", "115": "ambulance", "112": "disaster", "111": "child"}


def answer_danger(turn: Turn, found: Suggestion) -> bool:
    """Say the number first, whatever was being talked about; the report goes on afterwards. True when it was said.

    Who cries in English is answered in English too, whatever this chat's language.
    """
    langs = dict.fromkeys((ENGLISH, turn.chat.lang) if found.english else (turn.chat.lang,))
    if found.distress:
        turn.say_in(langs, "distress")
        return True
    if not found.emergency:
        if found.maybe_danger:
            turn.say_in(langs, "maybe_danger")
        return False
    for lang in langs:
        service = turn.text_in(lang, f"service_{SERVICES[found.emergency]}")
        turn.say_in((lang,), "emergency", number=found.emergency, service=service)
    turn.say_in(langs, "emergency_go_on")
    return True


def open_retaliation(turn: Turn, found: Suggestion) -> bool:
    """Open an urgent case linked to the last report, in this one turn (SV-9, COI-7). False when there is none."""
    text = turn.incoming.text
    said_so = PHRASE in " ".join(strip_marks(text).lower().split())
    if not (found.retaliation or said_so) or not consented(turn):
        return False
    earlier = resident.own_cases(turn.unit, turn.chat)
    if not earlier:
        return False
    draft = _draft(turn, earlier[-1])
    done = submit(turn.unit, turn.rules, turn.chat, draft, turn.now, with_files=False)
    attach(turn, done.case)
    sealed_talk.forget(turn, done.case)
    turn.say(
        "urgent_opened",
        case_code=done.case.code,
        linked=earlier[-1].code,
        body=turn.rules.directory(turn.chat.locality, turn.now).name(done.case.receiving_body),
        receipt_code=show_receipt_code(done.receipt_code),
    )
    turn.begin("add", case=done.case.id, question=turn.text("ask_retaliation_more"))
    return True


def _draft(turn: Turn, earlier: Case) -> Draft:
    secrecy = Secrecy.ANONYMOUS if earlier.secrecy is Secrecy.ANONYMOUS else Secrecy.CONFIDENTIAL
    return alarm_draft(earlier, turn.fitting(turn.incoming.text, turn.rules.limits.text), secrecy)
