"""Row 24: every declared route under generated requests, of strangers and officers: no 5xx, no hang, no open door."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from fastapi import Depends, FastAPI, HTTPException, Security
from fastapi.security import APIKeyHeader
from hypothesis import HealthCheck, Phase, given, settings
from requests.exceptions import ReadTimeout
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import ignored_auth

from tests.trust.figures import SOAK, TENTH, by_run
from tests.web.console.case_kit import report
from tests.web.console.desk import Console, console_at

pytestmark = pytest.mark.filterwarnings("ignore")
SECONDS = 10
EXAMPLES = by_run(3, 50, 500)
NEVER_ENDS = {("GET", "/chat/live")}  # a stream of events; its end is tested where it is told of
QUIET = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=not SOAK,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A served installation with a case in it."""
    with console_at(tmp_path_factory.mktemp("fuzzed")) as console:
        report(console)
        yield console


def operations(url: str) -> list[Any]:
    """Every operation of the document the installation serves."""
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
    found: list[Any] = [one.ok() for one in schema.get_all_operations()]  # type: ignore[union-attr]
    return [one for one in found if (one.method.upper(), one.path) not in NEVER_ENDS]


def tried(operation: Any, **more: Any) -> list[int]:
    """Generated requests to one operation; their statuses. Raises what a check finds, or a hang."""
    statuses: list[int] = []

    @QUIET
    @given(case=operation.as_strategy())
    def run(case: Any) -> None:
        answer = case.call(timeout=SECONDS, allow_redirects=False, **more)
        statuses.append(answer.status_code)
        case.validate_response(answer, checks=[not_a_server_error])

    run()
    return statuses


def faults(found: list[Any], **more: Any) -> tuple[list[str], int]:
    """What broke, by operation, and how many requests were made."""
    broken, made = [], 0
    for operation in found:
        try:
            statuses = tried(operation, **more)
        except (Failure, FailureGroup, ReadTimeout) as fault:
            broken.append(f"{operation.method} {operation.path}: {type(fault).__name__} {str(fault)[:300]}")
            continue
        made += len(statuses)
        broken += [f"{operation.method} {operation.path}: {one}" for one in statuses if one in (500, 501, 502, 504)]
    return broken, made


def test_no_request_of_a_stranger_breaks_anything(house: Console) -> None:
    """At least 500 to each route in soak; a few in every run."""
    broken, made = faults(operations(house.url))
    assert broken == []
    assert made >= len(operations(house.url)) * min(EXAMPLES, 2) // 2


@pytest.mark.parametrize("name", ["handler", "admin"])
def test_no_request_of_an_officer_breaks_anything(house: Console, name: str) -> None:
    """Signed in, with the word that forms carry, so that requests get past the door."""
    inside = [one for one in operations(house.url) if one.path.startswith("/console")]
    chosen = inside if SOAK or TENTH else inside[:: 3 if name == "handler" else 6]
    token = house.token(name)
    headers = {"cookie": f"hoiam-desk={token}", "x-csrf": house.csrf(token), "sec-fetch-site": "same-origin"}
    broken, made = faults(chosen, headers=headers)
    assert broken == []
    assert made > 0 or not inside


def test_a_login_that_is_asked_for_nowhere_is_found() -> None:
    """The check sees a route that declares a key and does not look at it; so the document must declare all of ours."""
    app = FastAPI()
    key = APIKeyHeader(name="x-key")

    def known(given: str = Security(key)) -> None:
        if given != "good":
            raise HTTPException(401)

    @app.get("/open", dependencies=[Security(APIKeyHeader(name="x-key", auto_error=False))])
    async def open_to_all() -> dict[str, int]:
        return {"a": 1}

    @app.get("/shut", dependencies=[Depends(known)])
    async def shut() -> dict[str, int]:
        return {"a": 1}

    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    listed: list[Any] = [one.ok() for one in schema.get_all_operations()]  # type: ignore[union-attr]
    found = {one.path: one for one in listed}
    assert misses_login(found["/open"])
    assert not misses_login(found["/shut"])


def misses_login(operation: Any) -> bool:
    """Whether a request with a made-up key is answered as if nothing were asked."""
    missed = []

    @settings(QUIET, max_examples=5)
    @given(case=operation.as_strategy())
    def run(case: Any) -> None:
        answer = case.call(headers={"x-key": "good"})
        if answer.status_code != 200:
            return
        try:
            case.validate_response(answer, checks=[ignored_auth])
        except (Failure, FailureGroup):
            missed.append(case)

    run()
    return bool(missed)


def test_every_route_with_a_login_asks_for_it(house: Console) -> None:
    """Where the document declares a login and no way without, a stranger is never answered 200."""
    asked = [one for one in operations(house.url) if one.definition.raw.get("security") not in ([], None)]
    asked = [one for one in asked if {} not in one.definition.raw["security"]]
    assert len(asked) > 20
    let_in = []
    for operation in asked[:: by_run(4, 1, 1)]:
        if 200 in tried(operation, headers={"authorization": "Bearer x", "cookie": "hoiam-desk=x; hoiam=x"}):
            let_in.append(operation.path)
    assert let_in == []
