"""What a pressed button or a typed answer selects among the answers that were offered."""

from __future__ import annotations

from typing import Any

from cases.messages import Incoming
from cases.text import same_answer, strip_marks
from handlers.turn import Turn

GO_ON = "✅"
"""Labels begin with it that do what was just shown."""


def pressed(turn: Turn) -> tuple[str, str, str] | None:
    """What a pressed button or typed answer selects among the open offers: (action, case id, value).

    `action` is empty for the present question. None when nothing offered is meant; a button that is no longer
    offered raises `Outdated`.
    """
    incoming = turn.incoming
    offers = _offers(turn)
    if incoming.choice:
        handle, _, number = incoming.choice.partition(".")
        for known, action, case_id, options in offers:
            if known == handle and number.isdecimal() and int(number) < len(options):
                return action, case_id, options[int(number)][0]
        raise Outdated
    has_question = bool(turn.chat.talk.get("offer"))
    return _typed(incoming, offers, has_question=has_question) or (_agreed(turn, offers[0]) if has_question else None)


def _agreed(turn: Turn, offer: _Offer) -> tuple[str, str, str] | None:
    """ "Ok" and the like, where one of the answers offered is the one that goes on."""
    _, action, case_id, options = offer
    going_on = [value for value, label in options if label.startswith(GO_ON)]
    return (action, case_id, going_on[0]) if len(going_on) == 1 and turn.means("yes", turn.incoming.text) else None


class Outdated(Exception):
    """The button belongs to a question that is no longer open."""


_Offer = tuple[str, str, str, list[list[str]]]


def _offers(turn: Turn) -> list[_Offer]:
    talk: dict[str, Any] = turn.chat.talk
    present = [(talk["offer"][0], "", "", talk["offer"][1])] if talk.get("offer") else []
    standing = [(handle, action, case_id, options) for handle, action, case_id, options in talk.get("standing", [])]
    return [*present, *reversed(standing)]


def _typed(incoming: Incoming, offers: list[_Offer], *, has_question: bool) -> tuple[str, str, str] | None:
    text = incoming.text.strip()
    if not text or len(text) > 120 or not offers:
        return None
    # A bare number answers the newest question only; a label may answer an older notice too.
    if text.rstrip(".)").isdecimal():
        _, action, case_id, options = offers[0]
        number = int(text.rstrip(".)"))
        return (action, case_id, options[number - 1][0]) if 1 <= number <= len(options) else None
    for _, action, case_id, options in offers:
        for value, label in options:
            if same_answer(text, label):
                return action, case_id, value
    return _beginning(text, offers[0]) if has_question else None


def _beginning(text: str, offer: _Offer) -> tuple[str, str, str] | None:
    """A typed beginning that fits one label only: "truong thon" for "Trưởng thôn/ấp, tổ trưởng dân phố"."""
    _, action, case_id, options = offer
    typed = " ".join(strip_marks(text).lower().split())
    if len(typed) < 4:
        return None
    fitting = [value for value, label in options if " ".join(strip_marks(label).lower().split()).startswith(typed)]
    return (action, case_id, fitting[0]) if len(fitting) == 1 else None
