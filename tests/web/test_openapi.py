"""The OpenAPI document declares every route and its security: a route nobody declared fails here."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from prometheus_client import CollectorRegistry
from starlette.routing import Route

from tests.web.stage import Stage
from tests.web.visitor import Visitor
from web.app import Site, create_app
from web.console.shell import SCHEME

PUBLIC: list[Any] = []
OWN: list[Any] = [{"chatSession": []}]
EITHER: list[Any] = [{"chatSession": []}, {}]
DECLARED = {
    ("GET", "/"): PUBLIC,
    ("GET", "/board.csv"): PUBLIC,
    ("GET", "/board.atom"): PUBLIC,
    ("GET", "/board.rss"): PUBLIC,
    ("GET", "/embed"): PUBLIC,
    ("GET", "/figures"): PUBLIC,
    ("GET", "/how"): PUBLIC,
    ("GET", "/how/sheet"): PUBLIC,
    ("GET", "/open311/v2/discovery.{form}"): PUBLIC,
    ("GET", "/open311/v2/services.{form}"): PUBLIC,
    ("GET", "/open311/v2/services/{code}.{form}"): PUBLIC,
    ("GET", "/open311/v2/requests.{form}"): PUBLIC,
    ("POST", "/open311/v2/requests.{form}"): [{"open311Key": []}],
    ("GET", "/open311/v2/requests/{request_id}.{form}"): PUBLIC,
    ("GET", "/open311/v2/tokens/{token}.{form}"): PUBLIC,
    ("GET", "/cases/{public_id}"): PUBLIC,
    ("GET", "/static/{version}/{name}"): PUBLIC,
    ("GET", "/healthz"): PUBLIC,
    ("GET", "/readyz"): PUBLIC,
    ("GET", "/metrics"): PUBLIC,
    ("GET", "/openapi.json"): PUBLIC,
    ("GET", "/chat"): EITHER,
    ("GET", "/chat/lines"): EITHER,
    ("GET", "/chat/live"): OWN,
    ("GET", "/chat/hamlets"): EITHER,
    ("POST", "/chat/messages"): EITHER,
    ("POST", "/chat/files"): EITHER,
    ("POST", "/chat/say"): EITHER,
    ("POST", "/chat/leave"): PUBLIC,
    ("GET", "/api/v1/cases"): [{"apiToken": []}],
    ("GET", "/api/v1/cases/{code}"): [{"apiToken": []}],
    ("GET", "/api/v1/figures"): [{"apiToken": []}],
    ("GET", "/api/v1/publications"): [{"apiToken": []}],
    ("POST", "/webhook/telegram"): [{"telegramSecret": []}],
    ("POST", "/webhook/zalo-bot"): [{"zaloBotSecret": []}],
    ("POST", "/webhook/zalo-oa"): [{"zaloOaSignature": []}],
}
"""What each route of the web room demands; a new route is added here with a decision.

Routes of the console are in its registry: those with roles demand its session (`tests/web/console/test_routes.py`).
"""


def application(stage: Stage) -> Site:
    """A further application over the stage's services."""
    return create_app(replace(stage.services, registry=CollectorRegistry()))


def declared(site: Site) -> dict[tuple[str, str], list[Any]]:
    """All routes, those of the console included."""
    console: dict[tuple[str, str], list[Any]] = {
        (route.method, route.path): [{SCHEME: []}] if route.roles else PUBLIC for route in site.console.routes
    }
    return DECLARED | console


async def _document(visitor: Visitor) -> Any:
    return (await visitor.get("/openapi.json")).json


async def test_the_document_says_what_each_route_demands(visitor: Visitor, stage: Stage) -> None:
    """Method, path and security of every operation."""
    paths = (await _document(visitor))["paths"]
    found = {(method.upper(), path): said["security"] for path, ways in paths.items() for method, said in ways.items()}
    assert found == declared(application(stage))


async def test_every_served_route_is_in_the_document(stage: Stage) -> None:
    """Routes of the application and the document are the same set."""
    app = application(stage)
    routes = [route for route in app.routes if isinstance(route, Route)]
    assert len(routes) == len(app.routes)
    served = {(method, route.path) for route in routes for method in (route.methods or {"POST"}) - {"HEAD"}}
    assert served == set(declared(app))


async def test_named_schemes_exist(visitor: Visitor, stage: Stage) -> None:
    """Every scheme an operation names is defined."""
    document = await _document(visitor)
    schemes = set(document["components"]["securitySchemes"])
    used = {name for way in declared(application(stage)).values() for scheme in way for name in scheme}
    assert used <= schemes
    assert document["components"]["securitySchemes"]["chatSession"]["name"] == "hoiam"


async def test_schemas_can_be_resolved(visitor: Visitor) -> None:
    """No reference points nowhere."""
    document = await _document(visitor)
    text = str(document)
    for name in {part.split("'")[0] for part in text.split("#/components/schemas/")[1:]}:
        assert name in document["components"]["schemas"]
