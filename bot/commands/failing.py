"""Every mistake ends in one plain sentence on standard error, never in a traceback."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


class Failed(Exception):
    """A command cannot do what was asked; the sentence says why and what to do."""


@contextmanager
def plain_failures() -> Iterator[None]:
    """Turn what can go wrong into a sentence and exit code 1; Ctrl-C ends quietly."""
    try:
        yield
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)
    except Exception as error:  # noqa: BLE001 - the last place before a person would see a traceback
        print(f"hoiam: {sentence(error)}", file=sys.stderr)
        sys.exit(1)


def sentence(error: Exception) -> str:
    """What to tell the operator about this error."""
    from bot.data import DataError, texts
    from bot.settings import SettingsError
    from cases.directory import DirectoryError
    from cases.reasons import Reason, said
    from cases.wording import Wording
    from storage.database import AlreadyRunning, DatabaseFault
    from storage.keys import KeyFileError, SealBroken

    known = (Failed, DataError, SettingsError, DirectoryError, AlreadyRunning, KeyFileError)
    if isinstance(error, known):
        return str(error)
    if isinstance(error, DatabaseFault):
        return f"the database cannot be used ({error}); see HOIAM_DATABASE_URL and HOIAM_DATA_DIR"
    if isinstance(error, SealBroken):
        return f"a sealed value does not open ({error}): the key file does not belong to this database"
    if isinstance(error, OSError):
        return f"{error.strerror or error}" + (f": {error.filename}" if error.filename else "")
    if isinstance(error, Reason):
        return said(Wording(texts()), error, "en")  # the command line speaks English
    if isinstance(error, ValueError):
        return str(error)
    import os

    if os.environ.get("HOIAM_LOG_LEVEL", "").lower() == "debug":
        import traceback

        traceback.print_exc()
    return f"unexpected {type(error).__name__}; set HOIAM_LOG_LEVEL=debug to see where"
