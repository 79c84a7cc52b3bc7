"""One person's reminders as one text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from cases.calendar import vn_date as _vn_date
from cases.wording import Wording

MOST_LINES = 30
vn_date = lru_cache(maxsize=2048)(_vn_date)  # the lines of one tick share few dates


def merged(wording: Wording, lines: Sequence[str], lang: str, today: date) -> str:
    """All notices of one person as one text, in the order given; a long list is cut."""
    if len(lines) == 1:
        return lines[0]
    return listed(wording, wording.say("nudge_head", lang, date=vn_date(today), n=len(lines)), lines, lang)


def listed(wording: Wording, head: str, lines: Sequence[str], lang: str) -> str:
    """A head line and at most 30 entries, then how many more there are."""
    shown = [f"- {one}" for one in lines[:MOST_LINES]]
    if len(lines) > MOST_LINES:
        shown.append(wording.say("nudge_more", lang, n=len(lines) - MOST_LINES))
    return "\n".join([head, *shown])
