"""Every page of the rules, hung in together."""

from __future__ import annotations

from web.console.settings import add_settings
from web.console.settings_calendar import add_calendar
from web.console.settings_deadlines import add_deadlines
from web.console.settings_directory import add_directory
from web.console.settings_import import add_import
from web.console.settings_officers import add_officers
from web.console.settings_replies import add_replies
from web.console.settings_restore import add_restore
from web.console.settings_taxonomy import add_taxonomy
from web.console.settings_wording import add_wording
from web.console.shell import Console


def add_rules(console: Console) -> None:
    """Hang in all of them."""
    for add in (
        add_settings,
        add_restore,
        add_calendar,
        add_wording,
        add_taxonomy,
        add_deadlines,
        add_import,
        add_directory,
        add_officers,
        add_replies,
    ):
        add(console)
