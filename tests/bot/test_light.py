"""What the serving process never loads: decoders of strangers' files live in children only."""

from __future__ import annotations

import subprocess
import sys

OURS = {"scheduler.pictures", "scheduler.recordings", "scheduler.pages"}
HEAVY = OURS | {"PIL", "av", "pypdfium2", "pillow_heif", "numpy"}


def test_serving_loads_no_decoder() -> None:
    """Neither at the start nor for a picture stored: a hostile file finds nothing here to break."""
    code = (
        "import sys, bot.app, bot.commands.serve, scheduler.cleaning as c; import base64;"
        "c.Copier().copy(base64.b64decode('R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAUwAOw=='), 'image/gif');"
        f"print(sorted(one for one in sys.modules if one in {HEAVY!r}))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout.strip() == "[]"
