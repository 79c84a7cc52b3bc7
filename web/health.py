"""Alive, ready, measured: what watchers and load balancers ask."""

from __future__ import annotations

from fastapi import FastAPI
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from web.limits import is_local
from web.openapi import PUBLIC
from web.pages import Refusal
from web.services import WebServices


def add_health(app: FastAPI, services: WebServices) -> None:
    """Serve `/healthz`, `/readyz` and `/metrics`."""

    @app.get("/healthz", summary="The process is alive", openapi_extra=PUBLIC)
    async def healthz() -> PlainTextResponse:
        return PlainTextResponse("ok")

    @app.get("/readyz", summary="Database and delivery are fine", openapi_extra=PUBLIC)
    async def readyz() -> JSONResponse:
        try:
            state = dict(await services.ready())
        except Exception as error:  # noqa: BLE001 - a probe that breaks is the answer "not ready"
            state = {"ok": False, "error": type(error).__name__}
        return JSONResponse(state, 200 if state.get("ok") else 503)

    @app.get("/metrics", summary="Prometheus figures, for this machine unless opened", openapi_extra=PUBLIC)
    async def metrics(request: Request) -> Response:
        if not (services.metrics_public or is_local(request)):
            raise Refusal(404, "web_error_not_found")
        return Response(generate_latest(services.registry), media_type=CONTENT_TYPE_LATEST)
