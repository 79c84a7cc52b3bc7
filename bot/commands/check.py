"""`check`: settings, data files and the edits stored on this system, every mistake named."""

from __future__ import annotations

import argparse

from bot.checking import all_mistakes, edit_mistakes
from bot.settings import Settings, SettingsError, read_settings


def check(_arguments: argparse.Namespace) -> int:
    """Print every mistake; 1 if there is any."""
    found: list[str] = []
    settings: Settings | None = None
    try:
        settings = read_settings()
    except SettingsError as error:
        found += error.sentences
    found += all_mistakes()
    if settings is not None and not found:  # edits are laid over sound data only
        found += edit_mistakes(settings)
    for line in found:
        print(line)
    print(f"{len(found)} mistake(s)" if found else "settings, directory, taxonomy, calendar and wording are sound")
    return 1 if found else 0
