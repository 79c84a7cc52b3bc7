"""The OpenAPI document: FastAPI's own part, and the bare routes that the hot paths use, declared by hand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web.webhooks import PROOF

PUBLIC: dict[str, Any] = {"security": []}
SESSION_SCHEME = "chatSession"
WITH_SESSION: dict[str, Any] = {"security": [{SESSION_SCHEME: []}]}
MAY_HAVE_SESSION: dict[str, Any] = {"security": [{SESSION_SCHEME: []}, {}]}
"""Works without the cookie: the answer begins a session, or shows an empty conversation."""
SENTENCE = {
    "type": "object",
    "properties": {"error": {"type": "string"}, "say": {"type": "string", "description": "A sentence for the person"}},
    "required": ["error", "say"],
}
REFUSALS = {
    403: "not sent by our own page",
    413: "too large",
    415: "not a kind of file that is taken",
    422: "not understood",
    429: "too often; see Retry-After",
    503: "could not be stored now; send again with the same message_id",
    507: "no room for files now",
}


@dataclass(frozen=True, slots=True)
class Declared:
    """What the document says of one bare route. `body` and `answers` are OpenAPI fragments."""

    summary: str
    security: Sequence[Mapping[str, Sequence[str]]]
    body: Mapping[str, Any] | None = None
    parameters: Sequence[Mapping[str, Any]] = ()
    answers: Mapping[int | str, Mapping[str, Any]] = field(default_factory=dict)

    def operation(self) -> dict[str, Any]:
        """The OpenAPI operation."""
        said: dict[str, Any] = {"summary": self.summary, "security": [dict(scheme) for scheme in self.security]}
        if self.body is not None:
            said["requestBody"] = {"required": True, "content": dict(self.body)}
        if self.parameters:
            said["parameters"] = list(self.parameters)
        said["responses"] = {str(status): dict(answer) for status, answer in self.answers.items()}
        return said


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The polite refusals an endpoint may answer."""
    return {
        status: {"description": REFUSALS[status], "content": {"application/json": {"schema": SENTENCE}}}
        for status in statuses
    }


def query(name: str, description: str) -> dict[str, Any]:
    """An optional whole number in the query."""
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": {"type": "integer", "minimum": 0},
    }


class Document:
    """Collects bare routes and builds the document once."""

    def __init__(self, app: FastAPI, cookie: str) -> None:
        self._app = app
        self._schemes: dict[str, dict[str, str]] = {}
        self.scheme(SESSION_SCHEME, {"type": "apiKey", "in": "cookie", "name": cookie})
        for name, header in PROOF.values():
            self.scheme(name, {"type": "apiKey", "in": "header", "name": header})
        self._paths: dict[str, dict[str, Any]] = {}
        self._schemas: dict[str, Any] = {}

    def scheme(self, name: str, said: dict[str, str]) -> None:
        """A way to prove who asks, as an OpenAPI security scheme."""
        self._schemes[name] = said

    def model(self, model: type[BaseModel]) -> dict[str, str]:
        """A reference to this model, whose schema (and its parts) the document then holds."""
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        self._schemas |= {**schema.pop("$defs", {}), model.__name__: schema}
        return {"$ref": f"#/components/schemas/{model.__name__}"}

    def bare(
        self, method: str, path: str, endpoint: Callable[[Request], Awaitable[Response]] | Any, said: Declared
    ) -> None:
        """Serve `endpoint` as a bare Starlette route (or ASGI application) and declare it."""
        self._app.router.routes.append(Route(path, endpoint, methods=[method]))
        self._paths.setdefault(path, {})[method.lower()] = said.operation()

    def build(self) -> dict[str, Any]:
        """The whole document."""
        if self._app.openapi_schema is None:
            document = get_openapi(title=self._app.title, version=self._app.version, routes=self._app.routes)
            document["paths"] = {**_told_once(document.get("paths", {})), **self._paths}
            components = document.setdefault("components", {})
            components["securitySchemes"] = {**components.get("securitySchemes", {}), **self._schemes}
            components["schemas"] = {**components.get("schemas", {}), **self._schemas}
            self._app.openapi_schema = document
        return self._app.openapi_schema


def _told_once(paths: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """FastAPI adds the scheme of a dependency to the one the route itself declares: one of the two is enough."""
    for operation in (said for ways in paths.values() for said in ways.values() if "security" in said):
        ways = operation["security"]
        operation["security"] = [way for at, way in enumerate(ways) if way not in ways[:at]]
    return paths
