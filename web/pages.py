"""Server-rendered pages: templates, static files under a version, the reader's language, and plain error pages."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, JSONResponse, Response

from cases.wording import SOURCE, Wording

HERE = Path(__file__).parent
LOCAL = timezone(timedelta(hours=7), "ICT")  # Vietnam has one zone and no summer time
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")


class Refusal(Exception):
    """A request that is answered with a polite sentence: HTTP status, wording key, and seconds to wait if any."""

    def __init__(self, status: int, key: str, wait: float = 0.0, **values: object) -> None:
        super().__init__(key)
        self.status = status
        self.key = key
        self.wait = wait
        self.values = values


class Pages:
    """Renders templates in the reader's language."""

    def __init__(self, wording: Wording) -> None:
        self.wording = wording
        self.files = {
            path.name: path.read_bytes() for path in sorted((HERE / "static").iterdir()) if path.suffix in KINDS
        }
        self.version = hashlib.sha256(b"".join(self.files.values())).hexdigest()[:12]
        self._environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters |= {"clock": _clock, "day": _day, "iso": datetime.isoformat, "linked": linked}

    def language(self, connection: HTTPConnection, known: str = "") -> str:
        """`?lang=`, else what is known of this person, else what the browser asks for, else Vietnamese."""
        asked = connection.query_params.get("lang", "")
        offered = [known, *_accepted(connection.headers.get("accept-language", ""))]
        return next((name for name in [asked, *offered] if name in self.wording.languages), SOURCE)

    def page(
        self,
        request: HTTPConnection,
        template: str,
        lang: str,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **values: object,
    ) -> HTMLResponse:
        """A whole page. `q` keeps a chosen language in the links of the page."""
        text = self._environment.get_template(template).render(
            t=partial(_say, self.wording, lang),
            lang=lang,
            languages=self.wording.languages,
            static=f"/static/{self.version}",
            path=request.url.path,
            q=f"?lang={lang}" if "lang" in request.query_params else "",
            **values,
        )
        return HTMLResponse(text, status, headers=dict(headers or {}))

    def texts(self, lang: str, keys: Sequence[str], **values: object) -> dict[str, str]:
        """The sentences the page's script says; `{name}` stays for the script to fill."""
        return {key: self.wording.say(f"web_js_{key}", lang, name="{name}", **values) for key in keys}

    def refuse(self, connection: HTTPConnection, refusal: Refusal) -> Response:
        """The sentence as JSON for scripts, as a page for people."""
        lang = self.language(connection)
        sentence = self.wording.say(refusal.key, lang, **refusal.values)
        headers = {"retry-after": str(max(1, round(refusal.wait)))} if refusal.wait else {}
        if wants_page(connection):
            return self.page(
                connection, "message.html", lang, status=refusal.status, headers=headers, title=sentence, text=""
            )
        name = refusal.key.removeprefix("web_error_")
        return JSONResponse({"error": name, "say": sentence}, refusal.status, headers)

    def static(self, version: str, name: str) -> Response:
        """One static file; the version in its address lets browsers keep it for ever."""
        content = self.files.get(name)
        if content is None:
            raise Refusal(404, "web_error_not_found")
        cache = "public, max-age=31536000, immutable" if version == self.version else "no-cache"
        return Response(content, media_type=KINDS[Path(name).suffix], headers={"cache-control": cache})


def wants_page(connection: HTTPConnection) -> bool:
    """Whether a person's browser asks, not a script."""
    return "text/html" in connection.headers.get("accept", "")


def linked(text: str) -> Markup:
    """Escaped text whose web addresses can be followed."""
    parts: list[str] = []
    end = 0
    for match in _LINK.finditer(text):
        parts.append(escape(text[end : match.start()]))
        parts.append(Markup('<a href="{0}" target="_blank" rel="noopener noreferrer">{0}</a>').format(match[0]))
        end = match.end()
    return Markup("").join([*parts, escape(text[end:])])


def _say(wording: Wording, lang: str, key: str, **values: object) -> str:
    return wording.say(f"web_{key}", lang, **values)


def _clock(at: datetime) -> str:
    return at.astimezone(LOCAL).strftime("%H:%M")


def _day(at: datetime) -> str:
    return at.astimezone(LOCAL).strftime("%d/%m/%Y")


def _accepted(header: str) -> list[str]:
    """Languages of an `Accept-Language` header, the most wanted first."""
    wishes: list[tuple[float, str]] = []
    for part in header[:200].split(","):
        name, _, quality = part.strip().partition(";q=")
        try:
            wishes.append((-float(quality or 1), name.split("-")[0].lower()))
        except ValueError:
            continue
    return [name for _, name in sorted(wishes, key=lambda wish: wish[0])]
