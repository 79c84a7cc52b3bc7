"""`check`: settings, data files and edits stored on this system; with `--deployment` also what the Internet meets."""

from __future__ import annotations

import argparse

from bot.checking import all_mistakes, edit_mistakes
from bot.settings import Settings, SettingsError, read_settings


def check(arguments: argparse.Namespace) -> int:
    """Print every mistake; 1 if there is any. `--deployment` adds what is unsafe on the open Internet."""
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
    unsafe = settings is not None and getattr(arguments, "deployment", False) and _deployment(settings)
    return 1 if found or unsafe else 0


def _deployment(settings: Settings) -> bool:
    """Print what was found, and whether anything of it is unsafe; notes alone are not."""
    from bot.deployment import UNSAFE, look

    found = look(settings)
    unsafe = sum(one.level == UNSAFE for one in found)
    for one in found:
        print(one)
    print(f"deployment: {unsafe} unsafe, {len(found) - unsafe} to know")
    return unsafe > 0
