"""Deep links: what the code behind a QR or a link stands for (commune, hamlet, work, or an officer's invitation).

`xa-mau`, `xa-mau__thon-2`, `xa-mau__duong-thon-2`, `lk-<code>`:
letters, digits, `-` and `_` only, as every channel allows.
"""

from __future__ import annotations

from handlers import officer
from handlers.commands import menu
from handlers.turn import Turn

LINK = "lk-"
APART = "__"


def read_start(turn: Turn) -> bool:
    """Use the parameter; True when the turn is answered by it."""
    start = turn.incoming.start
    if start.startswith(LINK):
        return officer.link(turn, start.removeprefix(LINK))
    commune, _, inside = start.partition(APART)
    places = {place.code: place for place in turn.rules.book.communes}
    if commune in places:
        turn.chat.locality = commune
    elif not inside:
        inside = start
    place = places.get(turn.chat.locality)
    if place is None:
        return False
    work, hamlet = place.work(inside), place.hamlet(inside)
    if work is None and hamlet is None:
        return False
    from handlers.enter import consented

    known: dict[str, object] = {"hamlet": work.hamlet if work else hamlet.code if hamlet else ""}
    if work is not None:
        known["work"] = work.code
        turn.say("start_work", work=work.name)
    elif hamlet is not None:
        turn.say("start_hamlet", hamlet=hamlet.name)
    if consented(turn):
        turn.begin("report", **known)
    else:
        turn.ask(menu(turn, "welcome"))
        turn.chat.talk["known"] = known
    return True
