"""The four things `/api/v1` tells: cases, one case, figures, published results. Each says what it asks and answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from cases.calendar import local_date
from cases.casework import localities_of
from cases.exporting import FIELDS, as_json
from cases.figures import tally
from cases.figures_light import Window
from cases.model import Officer, State
from cases.periods import UnknownPeriod, period
from cases.receipts import read_case_code
from cases.rules import Rules
from cases.visibility import visible_scope
from storage.api_cases import Page, Place, Wanted, cases_told
from storage.api_tokens import ApiScope
from storage.board import Asked, BoardStore, Result
from storage.figures import counted
from storage.work import StoredWork

MOST, USUAL = 200, 50
FARTHEST = 10_000  # results of the board that may be paged through
Query = Mapping[str, str]
Json = dict[str, Any]


class Bad(ValueError):
    """A parameter cannot be read."""


class Missing(LookupError):
    """Not there, or not for this officer: nobody can tell which."""


class Content(dict[str, Any]):
    """An answer about cases; `case_ids` are those whose words it tells."""

    def __init__(self, told: Json, case_ids: Sequence[str]) -> None:
        super().__init__(told)
        self.case_ids = case_ids


@dataclass(frozen=True, slots=True)
class Read:
    """One endpoint: `asked` reads its parameters (raises `Bad`), `look` answers (raises `Bad`, `Missing`)."""

    path: str
    scope: ApiScope
    summary: str
    answer: str
    asked: Callable[[Query, datetime], Any]
    look: Callable[[StoredWork, Rules, Officer, Any], Json]
    schema: Json
    parameters: Sequence[Json] = field(default=())


# -- cases ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CasesAsked:
    """A page of cases."""

    wanted: Wanted
    after: str
    size: int


def _cases_asked(query: Query, now: datetime) -> CasesAsked:
    try:
        states = frozenset(State(one) for one in query.get("state", "").split(",") if one)
    except ValueError as error:
        raise Bad("state") from error
    wanted = Wanted(
        _day(query, "since"),
        _day(query, "until"),
        states,
        query.get("topic", "")[:60],
        query.get("body", "")[:40],
        query.get("locality", "")[:60],
    )
    return CasesAsked(wanted, query.get("after", "")[:300], _number(query, "limit", USUAL, MOST))


def _cases(unit: StoredWork, rules: Rules, officer: Officer, asked: CasesAsked) -> Json:
    try:
        after = Place.opened(unit, asked.after) if asked.after else None
    except ValueError as error:
        raise Bad("after") from error
    page = cases_told(unit, rules, officer, asked.wanted, after, asked.size)
    cases = [as_json(told.row) for told in page.told]
    return Content({"cases": cases, "next": page.after.sealed(unit) if page.after else None}, _read_of(page))


def _case_asked(query: Query, now: datetime) -> Wanted:
    code = read_case_code(query["code"])
    if not code:
        raise Missing
    return Wanted(code=code, locality=query.get("locality", "")[:60])


def _case(unit: StoredWork, rules: Rules, officer: Officer, asked: Wanted) -> Json:
    page = cases_told(unit, rules, officer, asked, None, 1)
    if not page.told:
        raise Missing
    return Content(as_json(page.told[0].row), _read_of(page))


def _read_of(page: Page) -> tuple[str, ...]:
    return tuple(told.case_id for told in page.told if told.row["text"] is not None)


def enter_reading(unit: StoredWork, officer: Officer, told: Content) -> None:
    """One entry for each case whose words were told, once an hour; one for a call that told none."""
    keys = {f"api:{one}:{officer.id}:{unit.now:%Y%m%d%H}": one for one in told.case_ids}
    known = unit.ledger.seen(keys)
    for key, case_id in keys.items():
        if key not in known and unit.ledger.once(key, unit.now):
            unit.audit.enter("api_read", actor=officer.id, case_id=case_id)
    hourly = f"api::{officer.id}:{unit.now:%Y%m%d%H}"
    if not keys and not unit.ledger.seen([hourly]) and unit.ledger.once(hourly, unit.now):
        unit.audit.enter("api_read", actor=officer.id)


# -- figures --------------------------------------------------------------------------------------------------------


def _figures_asked(query: Query, now: datetime) -> Window:
    today = local_date(now)
    since = _day(query, "since") or date(today.year, 1, 1)
    until = _day(query, "until") or max(since, today)
    try:
        return Window.of(period(f"{since.isoformat()}..{until.isoformat()}"), today)
    except UnknownPeriod as error:
        raise Bad("since") from error


def _figures(unit: StoredWork, rules: Rules, officer: Officer, asked: Window) -> Json:
    today = local_date(unit.now)
    scopes = {
        place: visible_scope(officer, rules.directory(place, unit.now)) for place in _places(unit, rules, officer)
    }
    seen = {place: scope for place, scope in scopes.items() if place in scope.localities and scope.clauses}
    found = counted(unit, seen, asked.period, today)
    told = tally(found.rows, found.happenings, asked, rules.calendar)
    return {
        "since": asked.period.start.isoformat(),
        "until": asked.period.end.isoformat(),
        "as_of": asked.day.isoformat(),
        "counts": dict(sorted(told.counts.items())),
        "working_days": {key: asdict(spread) for key, spread in sorted(told.spreads.items())},
    }


def _places(unit: StoredWork, rules: Rules, officer: Officer) -> Sequence[str]:
    return localities_of(rules, officer, unit.now) if officer.locality in rules.book.localities else ()


# -- what is public -------------------------------------------------------------------------------------------------


def _board_asked(query: Query, now: datetime) -> Asked:
    topic = query.get("topic", "")[:60]
    page = _number(query, "page", 0, FARTHEST // MOST, least=0)
    size = _number(query, "limit", USUAL, MOST)
    return Asked(locality=query.get("locality", "")[:60], topics=(topic,) if topic else (), page=page, size=size)


def _board(unit: StoredWork, rules: Rules, officer: Officer, asked: Asked) -> Json:
    results, more = BoardStore(unit).results(asked)
    return {"publications": [_result(one) for one in results], "next": asked.page + 1 if more else None}


def _result(result: Result) -> Json:
    told = {name: getattr(result, name) for name in Result.__slots__ if name != "published_at"}
    told["published_on"] = local_date(result.published_at)
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in told.items()}


# -- parameters -----------------------------------------------------------------------------------------------------


def _day(query: Query, name: str) -> date | None:
    text = query.get(name, "")
    try:
        found = date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Bad(name) from error
    if found is not None and not 2000 <= found.year <= 2100:  # nobody means another century, and dates have an end
        raise Bad(name)
    return found


def _number(query: Query, name: str, usual: int, most: int, *, least: int = 1) -> int:
    text = query.get(name, "")
    if not text:
        return usual
    if not (text.isascii() and text.isdecimal() and len(text) < 8 and least <= int(text) <= most):
        raise Bad(name)
    return int(text)


def _parameter(name: str, said: str, **schema: Any) -> Json:
    return {"name": name, "in": "query", "required": False, "description": said, "schema": {"type": "string", **schema}}


_TEXT: Json = {"type": ["string", "null"]}
_CASE: Json = {
    "type": "object",
    "properties": {**dict.fromkeys(FIELDS, _TEXT), "reminders": {"type": "array", "items": {"type": "object"}}},
    "required": ["code", "state", "submitted_at"],
}
_DAY = {"format": "date"}
_SPAN = (_parameter("since", "first day", **_DAY), _parameter("until", "last day", **_DAY))
_LOCALITY = _parameter("locality", "code of a commune")
_LIMIT = _parameter("limit", f"1 to {MOST}, usually {USUAL}", type="integer", minimum=1, maximum=MOST)


def _listed(name: str, items: Json, following: Json) -> Json:
    return {
        "type": "object",
        "properties": {name: {"type": "array", "items": items}, "next": following},
        "required": [name, "next"],
    }


READS = (
    Read(
        "/api/v1/cases",
        ApiScope.CASES,
        "Cases this officer may see, in order of submission",
        "a page; ask again with `after` set to `next` until it is null",
        _cases_asked,
        _cases,
        _listed("cases", _CASE, _TEXT),
        (
            *_SPAN,
            _parameter("state", "states, separated by commas"),
            _parameter("topic", "code of a topic"),
            _parameter("body", "code of the receiving body"),
            _LOCALITY,
            _parameter("after", "`next` of the page before"),
            _LIMIT,
        ),
    ),
    Read(
        "/api/v1/cases/{code}",
        ApiScope.CASES,
        "One case",
        "the case; `text` only where this officer may read it",
        _case_asked,
        _case,
        _CASE,
        ({"name": "code", "in": "path", "required": True, "schema": {"type": "string"}}, _LOCALITY),
    ),
    Read(
        "/api/v1/figures",
        ApiScope.FIGURES,
        "Figures of a span of days, this year unless told otherwise",
        "counts by key, and working days of each stage",
        _figures_asked,
        _figures,
        {"type": "object", "properties": {"counts": {"type": "object", "additionalProperties": {"type": "integer"}}}},
        _SPAN,
    ),
    Read(
        "/api/v1/publications",
        ApiScope.PUBLICATIONS,
        "Results on the public board, the newest first",
        "a page; ask again with `page` set to `next` until it is null",
        _board_asked,
        _board,
        _listed("publications", {"type": "object"}, {"type": ["integer", "null"]}),
        (
            _parameter("topic", "code of a topic"),
            _LOCALITY,
            _parameter("page", "counts from 0", type="integer", minimum=0),
            _LIMIT,
        ),
    ),
)
