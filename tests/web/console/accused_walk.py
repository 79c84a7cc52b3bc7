"""Walking through one house, and saying where two walks differ."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from tests.web.console.accused_house import House


def parted(full: str, empty: str) -> str:
    """The first lines that differ."""
    pairs = zip(full.splitlines(), empty.splitlines(), strict=False)
    first = next(((one, other) for one, other in pairs if one != other), (full[-200:], empty[-200:]))
    return f"{first[0].strip()[:220]!r} != {first[1].strip()[:220]!r}"


async def walk(one: House, name: str, most: int = 160, first: Sequence[str] = ()) -> dict[str, str]:
    """Every page that can be reached by links, each kind of address a few times."""
    waiting, found, kinds = ["/console", *first], dict[str, str](), dict[str, int]()
    async with one.desk.clerk(name) as who:
        while waiting and len(found) < most:
            path = waiting.pop(0)
            kind = re.sub(r"=[^&]*|\d+", "", path)
            kinds[kind] = kinds.get(kind, 0) + 1
            if path in found or kinds[kind] > 4:
                continue
            answer = await who.get(path)
            found[path] = one.plain(answer)
            links = re.findall(r'(?:href|hx-get)="(/console[^"#]*)', answer.body.decode("utf-8", "replace"))
            waiting += [link for link in map(html.unescape, links) if link not in found]
    anonymous = {officer.id: f"<{name}>" for name, officer in one.desk.officers.items()}
    return {re.sub(r"[0-9a-f]{32}", lambda id: anonymous.get(id[0], id[0]), path): text for path, text in found.items()}
