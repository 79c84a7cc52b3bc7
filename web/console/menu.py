"""The navigation: pages in groups, each officer seeing those her roles open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from cases.model import OfficerRole
from web.console.roles import Roles

GROUPS = {
    "work": ("inbox", "appeals", "calendar", "map", "dashboard", "identity", "papers", "reports", "exports"),
    "public": ("publications", "board", "registers", "disclosure"),
    "rules": (
        "approvals",
        "settings",
        "officers",
        "directory",
        "holidays",
        "deadlines",
        "taxonomy",
        "wording",
        "replies",
        "sealed",
    ),
}
"""The order of the navigation; what is not named here comes last."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One page of the navigation; its words are `console_menu_<menu>`."""

    menu: str
    path: str
    roles: Roles
    here: bool = False


class Menu:
    """All entries."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []

    def add(self, entry: Entry) -> None:
        """Hang in one page."""
        self._entries.append(entry)

    def first(self, roles: Iterable[OfficerRole], wanted: Iterable[str]) -> str:
        """The address of the first of these entries the roles open; empty if none."""
        open_to = {entry.menu: entry.path for entry in self._entries if entry.roles.intersection(roles)}
        return next((open_to[name] for name in wanted if name in open_to), "")

    def seen_by(self, roles: Iterable[OfficerRole], at: str) -> list[list[Entry]]:
        """Groups of entries for these roles; the one of the page `at` is marked."""
        mine = [entry for entry in self._entries if entry.roles.intersection(roles)]
        path = urlsplit(at).path
        under = [entry.path for entry in mine if path == entry.path or path.startswith(entry.path + "/")]
        here = max(under, key=len, default="")
        marked = [Entry(entry.menu, entry.path, entry.roles, entry.path == here) for entry in mine]
        named = [[entry for name in names for entry in marked if entry.menu == name] for names in GROUPS.values()]
        known = {name for names in GROUPS.values() for name in names}
        rest = [entry for entry in marked if entry.menu not in known]
        return [group for group in (*named, rest) if group]
