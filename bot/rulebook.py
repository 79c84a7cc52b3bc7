"""The rules in force: shipped data with the edits made on this system, renewed when somebody edits."""

from __future__ import annotations

from collections.abc import Callable

from bot.data import basis
from cases.calendar import local_date
from cases.rule_compose import EditedRules, compose
from cases.wording import Wording
from storage import rule_edits
from storage.work import Office, StoredWork


class Rulebook:
    """Holds one consistent set of rules; `refresh` replaces it when the stored edits changed or one came due."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._mark: rule_edits.Mark | None = None
        self._rules: EditedRules | None = None
        self.wording = LatestWording(lambda: self.rules.wording)

    @property
    def rules(self) -> EditedRules:
        """The set in force; `refresh` must have run once."""
        if self._rules is None:
            raise LookupError("the rules were not loaded")
        return self._rules

    async def refresh(self) -> bool:
        """Load again if something was edited (here or by another process) or came due; says whether it was."""
        mark = await self._office.read(rule_edits.mark)
        if mark == self._mark:
            return False
        self._rules = await self._office.read(rules_in_force)
        self._mark = mark
        return True


def rules_in_force(unit: StoredWork) -> EditedRules:
    """Shipped data with every agreed edit that is valid today."""
    return compose(basis(), rule_edits.all_edits(unit), local_date(unit.now))


class LatestWording(Wording):
    """The texts in force, for whoever holds one wording for as long as the process runs."""

    def __init__(self, latest: Callable[[], Wording]) -> None:
        self._latest = latest

    @property
    def languages(self) -> tuple[str, ...]:
        return self._latest().languages

    def say(self, key: str, lang: str = "vi", /, **values: object) -> str:
        return self._latest().say(key, lang, **values)

    def labels(self, key: str, lang: str = "vi") -> tuple[str, ...]:
        return self._latest().labels(key, lang)

    def has(self, key: str) -> bool:
        return self._latest().has(key)
