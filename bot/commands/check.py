"""`check`: settings and data files, every mistake named."""

from __future__ import annotations

import argparse

from bot.checking import all_mistakes
from bot.settings import SettingsError, read_settings


def check(_arguments: argparse.Namespace) -> int:
    """Print every mistake; 1 if there is any."""
    found: list[str] = []
    try:
        read_settings()
    except SettingsError as error:
        found += error.sentences
    found += all_mistakes()
    for line in found:
        print(line)
    print(f"{len(found)} mistake(s)" if found else "settings, directory, taxonomy, calendar and wording are sound")
    return 1 if found else 0
