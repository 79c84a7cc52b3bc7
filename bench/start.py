"""From the command to the first answer, and memory when nothing happens, as `hoiam run` itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from statistics import median
from time import monotonic

from bench.figures import Figure, Sizes, at_most, rounded
from bench.servers import Served, telegram_settings
from bench.sink import Sink
from bench.wire import Wires, get

IDLE = 3.0  # seconds of quiet before memory is read


async def figures(sizes: Sizes) -> AsyncIterator[Figure]:
    """Without any messenger, then with Telegram."""
    for name, seconds, megabytes in (("", 3.0, 120.0), ("_with_telegram", 8.0, 230.0)):
        await once(bool(name))  # compiles what was never run here; an installation has that behind it
        found = [await once(bool(name)) for _ in range(sizes.rounds)]
        starts = [serving for serving, _, _ in found]
        greeted = rounded(median(ready for _, ready, _ in found))
        yield at_most(
            f"start_to_serving{name}", median(starts), "s", seconds, **({"channel ready": greeted} if name else {})
        )
        yield at_most(f"memory_idle{name}", median(memory for _, _, memory in found), "MB", megabytes)


async def once(telegram: bool) -> tuple[float, float, float]:
    """Seconds to the first answer, seconds until Telegram's webhook is set, resident megabytes."""
    sink = await Sink().open()
    settings: Mapping[str, str] = telegram_settings(sink.url) if telegram else {}
    began = monotonic()
    try:
        with Served(["-m", "bot", "run"], settings, "hoiam run") as served:
            await served.ready()
            wires = Wires(served.port)
            status, _ = await wires.ask(get("/healthz", {}))
            serving = monotonic() - began
            if status != 200:
                raise RuntimeError(f"/healthz answered {status}")
            if telegram:
                await sink.until(lambda: bool(sink.greeted), 30)
            ready = monotonic() - began
            await asyncio.sleep(IDLE)
            memory = served.memory()
            wires.close()
        return serving, ready, memory
    finally:
        await sink.close()
