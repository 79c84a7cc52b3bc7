"""What the residents of the fault tests tell, message by message, in chat and on the web page."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from tests.faults.driver import Order, Story
from tests.faults.victim import WEB

WORDS = ("Đường bê tông Thôn 2 mới làm đã nứt toác, lún cả đoạn", "1", "1", "1", "2", "<file>", "1", "1")


def residents() -> Iterator[Story]:
    """One after the other, each reports the same road with a document: every second one through the web page."""
    for number in count(1):
        who = f"resident{number}"
        if number % 2:
            yield Story([_said(who, place, words) for place, words in enumerate(WORDS)])
        else:
            yield Story([order for place, words in enumerate(WORDS) for order in _on_the_page(who, place, words)])


def _said(who: str, place: int, words: str) -> Order:
    content = {"file": f"giấy-{who}"} if words == "<file>" else {"text": words}
    return {"id": f"{who}.{place}", "who": who, **content}


def _on_the_page(who: str, place: int, words: str) -> Iterator[Order]:
    """A file is uploaded first and then sent by the handle that the upload was answered with."""
    about = {"who": who, "channel": WEB}
    if words == "<file>":
        yield {"id": f"{who}.{place}.upload", "upload": f"giấy-{who}", **about}
    yield {"id": f"{who}.{place}", "text": "" if words == "<file>" else words, **about}
