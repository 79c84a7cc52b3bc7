"""The two forms of every Open311 answer: XML without namespaces, and JSON that follows from it (GeoReport v2)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as Tree

from starlette.responses import Response

from web.board_feeds import xml_text

FORMS = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}
SINGULAR = {
    "services": "service", "service_requests": "request", "attributes": "attribute", "values": "value",
    "errors": "error", "endpoints": "endpoint", "formats": "format",
}  # fmt: skip
Content = Sequence[Mapping[str, Any]] | Mapping[str, Any]


def answer(form: str, root: str, content: Content, status: int = 200) -> Response:
    """`content` under this root: a list becomes its items in XML, and stays a list in JSON."""
    headers = {"access-control-allow-origin": "*"}  # public data, read without cookies
    return Response(body(form, root, content), status, headers, FORMS[form])


def body(form: str, root: str, content: Content) -> bytes:
    """The bytes of an answer."""
    if form == "json":
        return json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")
    return bytes(Tree.tostring(_element(root, content), "utf-8", xml_declaration=True))


def errors(form: str, status: int, description: str) -> Response:
    """What went wrong, as the specification has it."""
    return answer(form, "errors", [{"code": status, "description": description}], status)


def _element(name: str, value: Any) -> Tree.Element:
    found = Tree.Element(name)
    if isinstance(value, Mapping):
        found.extend([_element(key, inner) for key, inner in value.items()])
    elif isinstance(value, list | tuple):
        found.extend([_element(SINGULAR[name], inner) for inner in value])
    elif value is not None:
        found.text = xml_text(str(value).lower() if isinstance(value, bool) else value)
    return found
