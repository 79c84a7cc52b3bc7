"""What the tests of injection share: what goes in, and how pages and cells are read again."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from storage.database import storable
from tests.trust.payloads import payloads

NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
GOING_IN = [(name, storable(text)) for name, text in payloads()]
"""What is stored of each payload: the way in has one documented change."""


def flat(text: str) -> str:
    """Without what XML cannot hold and with blanks alike: pages wrap lines, XML folds them."""
    return " ".join(NO_XML.sub("", text.replace("\ufffd", "")).split())


class Page(HTMLParser):
    """The words of a page, and its tags with the names of their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.tags: set[tuple[str, ...]] = set()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag."""
        self.tags.add((tag, *sorted(name for name, _ in attrs)))
        self.words += [value for name, value in attrs if value and name in ("value", "title", "aria-label")]

    def handle_data(self, data: str) -> None:
        """Words."""
        self.words.append(data)

    @property
    def text(self) -> str:
        """All words."""
        return flat(" ".join(self.words))


EVIL = frozenset({"script", "img", "iframe", "object", "base", "style", "math", "x", "template", "meta", "body"})


def strange(tags: set[tuple[str, ...]]) -> set[tuple[str, ...]]:
    """Tags that only a payload would bring, or that would run something."""
    return {tag for tag in tags if tag[0] in EVIL or any(name.startswith(("on", "hx-on")) for name in tag[1:])}


def same_cell(value: Any, text: str) -> bool:
    return flat(re.sub(r"_x([0-9A-Fa-f]{4})_", lambda hit: chr(int(hit[1], 16)), str(value))) == flat(text)
