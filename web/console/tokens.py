"""`/console/tokens`: an officer's own tokens for other systems; each is shown once, and can be revoked at any time."""

from __future__ import annotations

from starlette.responses import Response

from cases.casework import Refused
from cases.reasons import said
from storage.api_tokens import ApiScope, make, revoke, tokens_of
from web.console.roles import ANY
from web.console.shell import Console
from web.console.visit import Visit

PATH = "/console/tokens"
USUAL_DAYS = 90
_FIELD = {"token_name": "name", "token_scopes": "scopes", "token_days": "days", "token_many": "name"}


def add_tokens(console: Console) -> None:
    """Hang in the page and its forms."""
    console.get(PATH, roles=ANY, menu="tokens")(show_tokens)
    console.post(PATH, roles=ANY)(_make)
    console.post(f"{PATH}/revoke", roles=ANY)(_revoke)


async def show_tokens(
    visit: Visit, token: str = "", faults: dict[str, str] | None = None, status: int = 200
) -> Response:
    """The page; `token` is the one just made."""
    tokens = await visit.read(lambda unit: tokens_of(unit, visit.officer.id))
    form = {"name": "", "days": str(USUAL_DAYS)} if token or not faults else _typed(visit)
    chosen = visit.form.all("scopes") if faults else [ApiScope.CASES.value]
    response = visit.page(
        "tokens.html",
        status=status,
        tokens=tokens,
        token=token,
        faults=faults or {},
        form=form,
        chosen=chosen,
        scopes=[(scope.value, scope.value.replace(":", "_")) for scope in ApiScope],
        now=visit.now,
    )
    response.headers["cache-control"] = "no-store"
    return response


async def _make(visit: Visit) -> Response:
    typed = _typed(visit)
    scopes = [ApiScope(one) for one in visit.form.all("scopes") if one in list(ApiScope)]
    days = int(typed["days"]) if typed["days"].isascii() and typed["days"].isdecimal() else 0
    try:
        token = await visit.write(lambda unit: make(unit, visit.officer, typed["name"], scopes, days))
    except Refused as why:
        faults = {_FIELD[why.code]: said(visit.rules.wording, why, visit.lang)}
        return await show_tokens(visit, faults=faults, status=422)
    return await show_tokens(visit, token)


async def _revoke(visit: Visit) -> Response:
    if not await visit.write(lambda unit: revoke(unit, visit.officer.id, visit.form.get("token"))):
        raise visit.missing()
    return visit.go(PATH, "tokens_revoked_said")


def _typed(visit: Visit) -> dict[str, str]:
    return {"name": visit.form.get("name").strip()[:100], "days": visit.form.get("days").strip()[:5]}
