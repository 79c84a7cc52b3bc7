"""The rules in force: shipped data with the edits made on this system, renewed when somebody edits."""

from __future__ import annotations

from collections.abc import Sequence

from bot.data import load_rules, parse_yaml, read_yaml
from cases.calendar import WorkCalendar
from cases.calendar_days import DayOff, MakeUpDay
from cases.rules import Rules
from storage import edits
from storage.edits import DayEdit
from storage.work import Office, StoredWork


class Rulebook:
    """Holds one consistent set of rules; `refresh` replaces it when the stored edits changed."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._mark: tuple[int, int] | None = None
        self._rules: Rules | None = None

    @property
    def rules(self) -> Rules:
        """The set in force; `refresh` must have run once."""
        if self._rules is None:
            raise LookupError("the rules were not loaded")
        return self._rules

    async def refresh(self) -> bool:
        """Load again if something was edited (here or by another process); says whether it was."""
        mark = await self._office.read(edits.mark)
        if mark == self._mark:
            return False
        self._rules = await self._office.read(rules_in_force)
        self._mark = mark
        return True


def rules_in_force(unit: StoredWork) -> Rules:
    """Shipped data, the imported directory if there is one, and every calendar edit in order."""
    imported = edits.directory(unit)
    directory = parse_yaml(imported[0], "directory (imported)") if imported else None
    return load_rules(directory, edited_calendar(edits.days(unit)))


def edited_calendar(changes: Sequence[DayEdit]) -> WorkCalendar:
    """The shipped calendar with these edits; each makes a new version."""
    calendar = WorkCalendar.from_mapping(read_yaml("holidays_vn.yaml"))
    for change in changes:
        calendar = apply_edit(calendar, change)
    return calendar


def apply_edit(calendar: WorkCalendar, change: DayEdit) -> WorkCalendar:
    """One edit; a day the shipped calendar has meanwhile learnt itself changes nothing. Raises `CalendarError`."""
    if change.working:
        if calendar.is_working_day(change.day):
            return calendar
        if change.day.weekday() < 5:  # a weekday that was off (an estimated holiday) is worked after all
            return calendar.without(change.day)
        return calendar.with_make_up_day(MakeUpDay(change.day, change.for_day, "official", change.document))
    if not calendar.is_working_day(change.day) and change.day.weekday() < 5:
        return calendar
    return calendar.with_day_off(DayOff(change.day, change.reason, "official", None, change.document))
