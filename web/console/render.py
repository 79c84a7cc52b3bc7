"""The console's templates: the officer's language, dates as they are written here, and the field that guards forms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import partial

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from cases.wording import Wording
from web.pages import HERE, LOCAL, linked

FOLDER = "console/"
BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "coc_coc": "Cốc Cốc",
    "Firefox": "Firefox",
    "Chrom": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "Mac",
    "Linux": "Linux",
}
"""Signs in what a browser says of itself, the telling ones first."""


def environment() -> Environment:
    """Autoescaping templates with the console's filters."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= {"day": day, "clock": clock, "moment": moment, "iso": iso, "linked": linked, "browser": browser}
    return made


def sayer(wording: Wording, lang: str) -> Callable[..., str]:
    """`t("key", **values)` of the templates: the text `console_key`."""
    return partial(_say, wording, lang)


def _say(wording: Wording, lang: str, key: str, /, **values: object) -> str:
    return wording.say(f"console_{key}", lang, **values)


def guard_field(token: str, at: str) -> Markup:
    """The hidden fields of every form: the session's token, and the page to come back to if the session is over."""
    return Markup('<input type="hidden" name="csrf" value="{}"><input type="hidden" name="at" value="{}">').format(
        token, at
    )


def day(at: date | datetime | None) -> str:
    """`05/03/2026` in Vietnam; empty for none."""
    if at is None:
        return ""
    return (at.astimezone(LOCAL) if isinstance(at, datetime) else at).strftime("%d/%m/%Y")


def clock(at: datetime | None) -> str:
    """`14:05` in Vietnam; empty for none."""
    return at.astimezone(LOCAL).strftime("%H:%M") if at else ""


def moment(at: datetime | None) -> str:
    """`14:05 05/03/2026` in Vietnam; empty for none."""
    return f"{clock(at)} {day(at)}" if at else ""


def iso(at: date | datetime | None) -> str:
    """For `datetime` attributes and date fields."""
    return at.isoformat() if at else ""


def browser(agent: str) -> str:
    """`Firefox, Windows` from what a browser says of itself; empty when it says nothing known."""
    named = [next((name for sign, name in known.items() if sign in agent), "") for known in (BROWSERS, SYSTEMS)]
    return ", ".join(name for name in named if name)
