"""Published results for other programs: a table (CSV), Atom and RSS. What they hold is text and nothing that runs."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, time
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from xml.etree import ElementTree as Tree

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from storage.board import Asked, Result
from web.board_labels import Labels
from web.openapi import PUBLIC

if TYPE_CHECKING:
    from web.board import Board

COLUMNS = (
    "public_id", "topic", "summary", "authority", "received_on", "answered_on", "outcome", "answer",
    "commune", "hamlet", "work", "dates_to",
)  # fmt: skip
TABLE_ROWS = 5_000  # a page of the table; the next one is named in the Link header
FEED_ROWS = 30
ATOM = "http://www.w3.org/2005/Atom"
# XML 1.0 has no place for these, not even escaped.
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# A leading = + - @ tab or return makes spreadsheets run the text (OWASP: CSV injection), also in full width or after
# blanks, which some of them drop.
_FORMULA = re.compile(r"[\s\u200b\ufeff]*[=+\-@\t\r\n＝＋－＠]")


def add_feeds(app: FastAPI, board: Board) -> None:
    """Serve the table and the feeds; all take the filters of the board."""

    @app.get("/board.csv", summary="Published results as a table", openapi_extra=PUBLIC)
    async def board_csv(request: Request) -> Response:
        labels, asked, kept = _asked(board, request, TABLE_ROWS)

        headers = {"content-disposition": 'attachment; filename="board.csv"'}

        async def draw() -> bytes:
            results, more = await board.read(lambda store: store.results(asked))
            if more:
                following = urlencode({**kept, "page": asked.page + 1})
                headers["link"] = f'</board.csv?{following}>; rel="next"'
            return as_csv(labels, results)

        return await board.cache.answer(request, _key("csv", asked, labels), draw, "text/csv; charset=utf-8", headers)

    @app.get("/board.atom", summary="Published results as an Atom feed", openapi_extra=PUBLIC)
    async def board_atom(request: Request) -> Response:
        return await _feed(board, request, "atom", "application/atom+xml; charset=utf-8")

    @app.get("/board.rss", summary="Published results as an RSS feed", openapi_extra=PUBLIC)
    async def board_rss(request: Request) -> Response:
        return await _feed(board, request, "rss", "application/rss+xml; charset=utf-8")


async def _feed(board: Board, request: Request, kind: str, media: str) -> Response:
    labels, asked, kept = _asked(board, request, FEED_ROWS)
    base = board.base(request)

    async def draw() -> bytes:
        results, _ = await board.read(lambda store: store.results(asked))
        tree = as_atom(labels, results, base, kept) if kind == "atom" else as_rss(labels, results, base)
        return bytes(Tree.tostring(tree, "utf-8", xml_declaration=True))

    return await board.cache.answer(request, (*_key(kind, asked, labels), base), draw, media)


def _asked(board: Board, request: Request, size: int) -> tuple[Labels, Asked, dict[str, str]]:
    from web.board import asked_of

    labels = board.labels(request)
    asked, kept = asked_of(request, labels)
    wanted = replace(asked, size=size)
    return labels, wanted, kept


def _key(kind: str, asked: Asked, labels: Labels) -> tuple[object, ...]:
    return (kind, asked, labels.lang)


def as_csv(labels: Labels, results: Iterable[Result]) -> bytes:
    """A header row and one row per result; opens with its accents, and without formulas, in spreadsheets."""
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(COLUMNS)
    for result in results:
        row = _row(labels, result)
        writer.writerow([cell(row[name]) for name in COLUMNS])
    return b"\xef\xbb\xbf" + table.getvalue().encode("utf-8", "replace")


def _row(labels: Labels, result: Result) -> Mapping[str, Any]:
    return {
        "public_id": result.public_id,
        "topic": labels.topic(result.topic),
        "summary": result.summary,
        "authority": labels.authority(result.locality, result.authority),
        "received_on": result.received_on,
        "answered_on": result.answered_on,
        "outcome": labels.outcome(result.outcome),
        "answer": result.answer,
        "commune": labels.commune(result.locality),
        "hamlet": labels.hamlet(result.locality, result.hamlet),
        "work": labels.work(result.locality, result.work),
        "dates_to": "month" if result.by_month else "week",
    }


def cell(value: object) -> str:
    """A value as a spreadsheet shows it and never runs it."""
    text = "" if value is None else str(value)
    return f"'{text}" if _FORMULA.match(text) else text


def xml_text(text: object) -> str:
    """Text that every XML reader takes; markup in it is escaped by whoever writes the tree."""
    return _NO_XML.sub("", str(text))


def day_of(at: datetime) -> datetime:
    """Midnight of the day: when in the day an officer worked is nobody's matter."""
    return datetime.combine(at.astimezone(UTC).date(), time(), UTC)


def as_atom(labels: Labels, results: list[Result], base: str, kept: Mapping[str, str]) -> Tree.Element:
    """An Atom feed (RFC 4287)."""
    feed = Tree.Element("feed", {"xmlns": ATOM, "xml:lang": labels.lang})
    own = f"{base}/board.atom" + (f"?{urlencode(kept)}" if kept else "")
    newest = max((result.published_at for result in results), default=datetime(2026, 1, 1, tzinfo=UTC))
    _put(feed, "id", own)
    _put(feed, "title", labels.say("feed_title"))
    _put(feed, "updated", day_of(newest).isoformat())
    Tree.SubElement(feed, "link", {"rel": "self", "href": own, "type": "application/atom+xml"})
    Tree.SubElement(feed, "link", {"rel": "alternate", "href": f"{base}/", "type": "text/html"})
    _put(Tree.SubElement(feed, "author"), "name", labels.say("feed_author"))
    for result in results:
        entry = Tree.SubElement(feed, "entry")
        _put(entry, "id", f"urn:hoiam:result:{result.public_id}")
        _put(entry, "title", _title(labels, result))
        _put(entry, "updated", day_of(result.published_at).isoformat())
        Tree.SubElement(entry, "link", {"rel": "alternate", "href": f"{base}/cases/{result.public_id}"})
        Tree.SubElement(entry, "category", {"term": result.topic, "label": xml_text(labels.topic(result.topic))})
        _put(entry, "summary", result.summary)
        _put(entry, "content", f"{result.summary}\n\n{result.answer}")
    return feed


def as_rss(labels: Labels, results: list[Result], base: str) -> Tree.Element:
    """An RSS 2.0 feed."""
    rss = Tree.Element("rss", {"version": "2.0"})
    channel = Tree.SubElement(rss, "channel")
    _put(channel, "title", labels.say("feed_title"))
    _put(channel, "link", f"{base}/")
    _put(channel, "description", labels.say("feed_about"))
    _put(channel, "language", labels.lang)
    for result in results:
        item = Tree.SubElement(channel, "item")
        _put(item, "title", _title(labels, result))
        _put(item, "link", f"{base}/cases/{result.public_id}")
        Tree.SubElement(item, "guid", {"isPermaLink": "false"}).text = f"urn:hoiam:result:{result.public_id}"
        _put(item, "pubDate", format_datetime(day_of(result.published_at)))
        _put(item, "category", labels.topic(result.topic))
        # Readers show this as HTML: what is text here must still be text there.
        _put(item, "description", _escaped(result.summary))
    return rss


def _title(labels: Labels, result: Result) -> str:
    place = labels.hamlet(result.locality, result.hamlet) or labels.commune(result.locality)
    return f"{labels.topic(result.topic)} – {place}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _put(parent: Tree.Element, name: str, text: str) -> None:
    Tree.SubElement(parent, name).text = xml_text(text)
