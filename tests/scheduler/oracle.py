"""A slow second opinion on reminders: walks the calendar day by day and knows nothing of the code it judges.

For every stretch of time in which a case, the calendar and the people stay as they are, each audience of each running
clock has points; a point is due from its hour until the next point of the same audience. What must have been sent is
every point that met a running scheduler on a working day between 07:00 and 20:00, once per (case, run, offset, person).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HERE = ZoneInfo("Asia/Ho_Chi_Minh")
MORNING, EIGHT, EVENING, CUT_OFF = time(7), time(8), time(20), time(16, 30)
ONE = timedelta(days=1)
FAR = 400  # points looked for after the last day of a term

Sent = tuple[str, str, str, str]  # case, run, offset, recipient


@dataclass(frozen=True)
class Days:
    """Which days are worked, by walking."""

    off: frozenset[date]
    made_up: frozenset[date]
    known: dict[tuple[date, int], date] = field(default_factory=dict, compare=False)

    def works(self, day: date) -> bool:
        return day in self.made_up or (day.weekday() < 5 and day not in self.off)

    def walk(self, day: date, steps: int) -> date:
        """The working day `steps` after (before) `day`."""
        if steps == 0:
            return day
        found = self.known.get((day, steps))
        if found is None:
            way = ONE if steps > 0 else -ONE
            found = self.walk(day, steps - way.days) + way
            while not self.works(found):
                found += way
            self.known[day, steps] = found
        return found


@dataclass(frozen=True)
class Stretch:
    """A case as it stood from `start` until `end`; dates are local."""

    case: str
    start: datetime
    end: datetime
    state: str
    version: int
    came: datetime
    submitted: datetime
    due: date | None = None
    received: date | None = None
    forwarded: datetime | None = None
    answered: datetime | None = None
    asked: datetime | None = None
    relayed: datetime | None = None
    judged: bool = False


@dataclass(frozen=True)
class Judgement:
    """What must have happened."""

    sent: frozenset[Sent]
    letters: Mapping[str, int]
    closings: frozenset[tuple[str, str, datetime]]


People = Mapping[str, Mapping[str, Sequence[str]]]  # case -> audience -> recipients
Lost = Mapping[str, datetime]  # recipient -> from when unreachable; residents as "case/resident"


def judge(
    stretches: Sequence[Stretch],
    calendars: Sequence[tuple[datetime, Days]],
    ticks: Sequence[datetime],
    people: People,
    lost: Lost,
) -> Judgement:
    """Everything that must have been sent, written and closed. `calendars` are in order, each from its instant."""
    sent: set[Sent] = set()
    letters: set[tuple[str, date | None, str]] = set()
    closings: set[tuple[str, str, datetime]] = set()
    for stretch in sorted(stretches, key=lambda one: (one.case, one.start)):
        for days, start, end in _periods(stretch, calendars):
            open_ticks = [tick for tick in _between(ticks, start, end) if _open(tick, days)]
            for step, run, due, audiences in _clocks(stretch, days):
                for audience, indexes in audiences.items():
                    for index, tick in _met(days, due, indexes, open_ticks):
                        if audience.startswith("close_"):
                            closings.add((stretch.case, audience, tick))
                            break
                        offset = _name(step, index)
                        fresh = audience == "handlers" and step == "reply"
                        fresh = fresh and (stretch.case, stretch.received, offset) not in letters
                        for person in people[stretch.case].get(audience, ()):
                            _send(sent, (stretch.case, run, offset, person), tick, lost)
                        if fresh:
                            letters.add((stretch.case, stretch.received, offset))
                            _send(sent, (stretch.case, run, offset, "resident"), tick, lost)
    counts: dict[str, int] = {}
    for case, _, _ in letters:
        counts[case] = counts.get(case, 0) + 1
    return Judgement(frozenset(sent), counts, frozenset(closings))


def _send(sent: set[Sent], key: Sent, tick: datetime, lost: Lost) -> None:
    person = f"{key[0]}/resident" if key[3] == "resident" else key[3]
    if person not in lost or tick < lost[person]:
        sent.add(key)


def _periods(stretch: Stretch, calendars: Sequence[tuple[datetime, Days]]) -> Iterator[tuple[Days, datetime, datetime]]:
    for number, (since, days) in enumerate(calendars):
        until = calendars[number + 1][0] if number + 1 < len(calendars) else datetime.max.replace(tzinfo=HERE)
        start, end = max(since, stretch.start), min(until, stretch.end)
        if start < end:
            yield days, start, end


def _between(ticks: Sequence[datetime], start: datetime, end: datetime) -> Sequence[datetime]:
    """Ticks after `start` up to and with `end`: what changes at a tick changes after it."""
    low, high = bisect_left(ticks, start), bisect_left(ticks, end)
    return ticks[low : high + (high < len(ticks) and ticks[high] == end)]


def _open(tick: datetime, days: Days) -> bool:
    local = tick.astimezone(HERE)
    return days.works(local.date()) and MORNING <= local.time() < EVENING


def _met(days: Days, due: date, indexes: Sequence[int], ticks: Sequence[datetime]) -> Iterator[tuple[int, datetime]]:
    """Each point that met a tick while it was the latest of its audience, and the first such tick."""
    last = due
    while not days.works(last):
        last -= ONE
    for number, index in enumerate(indexes):
        begins = _hour_of(days, last, index)
        place = bisect_left(ticks, begins)
        if place == len(ticks):
            return
        if number + 1 == len(indexes) or ticks[place] < _hour_of(days, last, indexes[number + 1]):
            yield index, ticks[place]


def _hour_of(days: Days, last: date, index: int) -> datetime:
    return datetime.combine(days.walk(last, index), EIGHT if index == 0 else MORNING, HERE)


def _clocks(stretch: Stretch, days: Days) -> Iterator[tuple[str, str, date, dict[str, Sequence[int]]]]:
    """(step, run, last day, points by audience) of every clock that runs."""
    desk: dict[str, Sequence[int]] = {"handlers": (0, 1), "coordinator": (1,)}
    if stretch.state in ("submitted", "triaged", "returned"):
        came, sent_in = _local(stretch.came), _local(stretch.submitted)
        if stretch.state == "submitted":
            begun = came.date()
            if not days.works(begun) or came.time() > CUT_OFF:
                begun = days.walk(begun, 1)
            yield "triage", str(came.date()), days.walk(begun, 2), desk
            yield "tell_resident", str(sent_in.date()), days.walk(sent_in.date(), 10), desk
        yield "forward", str(came.date()), days.walk(came.date(), 5), desk
    elif stretch.state == "forwarded" and stretch.forwarded:
        day = _local(stretch.forwarded).date()
        yield "receipt_alert", str(day), days.walk(day, 2), {"handlers": (0,), "authority": (0,)}
    elif stretch.state in ("received", "in_progress", "extended") and stretch.due:
        late = (1, 3, *range(5, FAR, 5))
        yield (
            "reply",
            str(stretch.version),
            stretch.due,
            {
                "authority": (-10, -5, -3, -1, 0, *late),
                "handlers": late,
                "head": (1,),
                "follow_up": (1,),
                "commune": (5,),
                "province": (10,),
            },
        )
    elif stretch.state == "answered" and stretch.answered:
        day = _local(stretch.answered).date()
        yield "relay", str(day), days.walk(day, 3), desk
    elif stretch.state == "needs_info" and stretch.asked:
        day = _local(stretch.asked).date()
        yield "autoclose_info", str(day), days.walk(day, 15), {"resident": (-3,), "close_needs_info": (1,)}
    elif stretch.state == "relayed" and stretch.relayed and not stretch.judged:
        day = _local(stretch.relayed).date()
        yield "autoclose_silent", str(day), days.walk(day, 10), {"close_silent": (1,)}


def _name(step: str, index: int) -> str:
    if step == "reply":
        return "T" if index == 0 else f"T{index}" if index < 0 else f"+{index}"
    return step if index <= 0 else f"{step}+{index}"


def _local(instant: datetime) -> datetime:
    return instant.astimezone(HERE)
