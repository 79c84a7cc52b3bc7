"""The names of all figures: which of them follow from each thing known of a case, for one case or for many alike."""

from __future__ import annotations

from cases.figures_light import ANSWERED, OPEN, Standing
from cases.taxonomy import RETALIATION

_ANSWERED, _OPEN = frozenset(ANSWERED), frozenset(OPEN)
_AT_AUTHORITY = _ANSWERED | {Standing.RUNNING, Standing.OVERDUE}
_TAIL = {one: f"standing.{one}" for one in Standing}


def _of_standing(now: Standing, new: bool) -> tuple[str, ...]:
    found = ["base", _TAIL[now], f"{'new' if new else 'carried'}.{_TAIL[now]}", "intake" if new else "carried"]
    found += ["answered"] if now in _ANSWERED else []
    found += ["received"] if now in _AT_AUTHORITY else []
    return (*found, *(["open"] if now in _OPEN else []))


STANDING_KEYS = {(one, new): _of_standing(one, new) for one in Standing for new in (True, False)}
"""What follows from where a case stands and whether it came in during the period."""


def intake_keys(name: str, value: str) -> tuple[str, ...]:
    """Of one dimension of a case that came in during the period; a case of no work counts under none."""
    if name == "topic":
        return (f"group.{value.partition('.')[0] or '-'}", f"topic.{value or '-'}")
    return () if name == "work" and not value else (f"{name}.{value or '-'}",)


def course_keys(
    now: Standing, topic: str, outcome: str, verdict: str, *, forwarded: bool, relayed: bool
) -> tuple[str, ...]:
    """Of what became of a case; `forwarded` and `relayed` mean by the last day counted."""
    found: tuple[str, ...] = ()
    if now in _ANSWERED:
        found += (f"outcome.{outcome or '-'}",)
        if relayed:
            found += ("relayed", f"verdict.{verdict or '-'}")
    if forwarded and now is not Standing.AT_DESK:
        found += ("forwarded",)
    return (*found, "retaliation", f"retaliation.{_TAIL[now]}") if topic == RETALIATION else found


def place_keys(now: Standing, authority: str, hamlet: str) -> tuple[str, ...]:
    """Of who has to answer, and of where open cases are."""
    found: tuple[str, ...] = ()
    if now in _AT_AUTHORITY:
        found += (f"authority.{authority or '-'}", f"authority.{authority or '-'}.{_TAIL[now]}")
    if now in _OPEN:
        found += (f"hamlet.{hamlet or '-'}.open",)
        if now is Standing.OVERDUE:
            found += (f"hamlet.{hamlet or '-'}.overdue",)
    return found


def stage_keys(stage: str, authority: str) -> tuple[str, ...]:
    """Of a step that is done; how long a reply took is also told of each authority."""
    if stage == "reply":
        return ("stage.reply", f"authority.{authority or '-'}.stage.reply")
    return (f"stage.{stage}",)


def event_keys(what: str, number: int) -> tuple[str, ...]:
    """Of something that happened: the `number`-th of its kind in its case."""
    return (what, f"urging.{min(number, 3)}") if what == "urging" else (what,)
