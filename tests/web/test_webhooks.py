"""What each webhook request gets: proof first, then commit, then 200; never another 5xx than 503."""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import replace

import orjson
import pytest

from bot.clock import system_clock
from cases.messages import Address, Incoming
from storage.database import DatabaseFault
from storage.work import failed_update
from tests.web.stage import Desk, Stage, staged
from tests.web.visitor import Answer, Visitor, visiting
from web.app import WebServices
from web.webhooks import Busy

SECRET = "s3cret-of-the-webhook"
PATH = "/webhook/telegram"


class Forged(Exception):
    """As channels raise it."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


class FakeHearing:
    """A messenger whose updates are `{"texts": [...]}`, proved by a secret header."""

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Constant-time comparison of bytes."""
        given = headers.get("x-telegram-bot-api-secret-token")
        if given is None:
            raise Forged(401)
        if not hmac.compare_digest(given.encode(), SECRET.encode()):
            raise Forged(403)

    def parse(self, body: bytes) -> Sequence[Incoming]:
        """One update per text; ValueError for what is not understood."""
        texts = orjson.loads(body)["texts"]
        if not isinstance(texts, list):
            raise ValueError
        if "bug" in texts:
            raise AttributeError("a mistake of ours")
        return [Incoming(Address("telegram", "77"), f"{text}-{len(body)}", system_clock(), text=text) for text in texts]


def _with_telegram(desk: Desk, services: WebServices) -> WebServices:
    async def accept(incoming: Incoming) -> None:
        if incoming.text == "no room":
            raise Busy
        if incoming.text == "locked":
            raise DatabaseFault("locked")
        if incoming.text == "boom":
            raise RuntimeError("a mistake of ours")
        await desk.accept(incoming)

    return replace(services, channels={"telegram": FakeHearing()}, accept=accept)


@pytest.fixture(scope="module")
def hooked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """An installation with one messenger set up."""
    with staged(tmp_path_factory.mktemp("hooks"), _with_telegram) as present:
        yield present


@pytest.fixture
async def vendor(hooked: Stage) -> AsyncIterator[Visitor]:
    """The messenger's server."""
    async with visiting(hooked.url) as present:
        yield present


async def send(vendor: Visitor, body: bytes, path: str = PATH, secret: str = SECRET) -> Answer:
    """One update."""
    return await vendor.ask("POST", path, data=body, headers={"x-telegram-bot-api-secret-token": secret})


async def test_several_updates_are_taken_in_order(vendor: Visitor, hooked: Stage) -> None:
    """200 comes after every update of the body is committed, in the order of the body."""
    assert (await send(vendor, b'{"texts": ["mot", "hai", "ba"]}')).status == 200
    assert [incoming.text for incoming in hooked.desk.heard[-3:]] == ["mot", "hai", "ba"]


async def test_without_proof_401(vendor: Visitor, hooked: Stage) -> None:
    """No header at all."""
    heard = len(hooked.desk.heard)
    assert (await vendor.ask("POST", PATH, data=b'{"texts": ["x"]}')).status == 401
    assert len(hooked.desk.heard) == heard


@pytest.mark.parametrize("secret", ["", "wrong", SECRET[:-1], SECRET + "x", SECRET.upper(), "\xff\xfe", f" {SECRET}x"])
async def test_wrong_proof_403(vendor: Visitor, hooked: Stage, secret: str) -> None:
    """Wrong, empty, shortened, lengthened and non-ASCII secrets."""
    heard = len(hooked.desk.heard)
    assert (await send(vendor, b'{"texts": ["x"]}', secret=secret)).status == 403
    assert len(hooked.desk.heard) == heard


@pytest.mark.parametrize("order", [(SECRET, "wrong"), ("wrong", SECRET), (SECRET, SECRET)])
async def test_a_doubled_proof_proves_nothing(vendor: Visitor, order: tuple[str, str]) -> None:
    """Two headers of the same name are refused, whichever comes first."""
    headers = [("x-telegram-bot-api-secret-token", value) for value in order]
    assert (await vendor.ask("POST", PATH, data=b'{"texts": []}', headers=headers)).status == 403


@pytest.mark.parametrize("body", [b"", b"{", b"null", b'{"texts": 7}', b"\xff\xfe", b"[" * 100_000])
async def test_genuine_but_unreadable_is_200_and_counted(vendor: Visitor, hooked: Stage, body: bytes) -> None:
    """The messenger must not repeat it for ever."""
    assert (await send(vendor, body)).status == 200


async def test_counters_tell_outcomes(vendor: Visitor) -> None:
    """Malformed updates leave nothing but a number."""
    await send(vendor, b"{")
    metrics = (await vendor.get("/metrics")).text
    assert 'hoiam_webhook_requests_total{channel="telegram",outcome="malformed"}' in metrics


@pytest.mark.parametrize("chunked", [False, True], ids=["declared", "chunked"])
async def test_over_a_megabyte_413(vendor: Visitor, chunked: bool) -> None:
    """Refused by its declared length, and without one while it arrives."""

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 32_768

    data = pieces() if chunked else b"x" * 1_048_577
    headers = {"x-telegram-bot-api-secret-token": SECRET}
    assert (await vendor.ask("POST", PATH, data=data, headers=headers)).status == 413


@pytest.mark.parametrize("text", [b"no room", b"locked"])
async def test_nothing_stored_503(vendor: Visitor, text: bytes) -> None:
    """The messenger is told to try again."""
    answer = await send(vendor, b'{"texts": ["%s"]}' % text)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")


@pytest.mark.parametrize("text", [b"bug", b"boom"])
async def test_a_mistake_of_ours_keeps_the_update(vendor: Visitor, hooked: Stage, text: bytes) -> None:
    """An error nobody foresaw answers 200 once the raw update is kept for an operator."""
    assert (await send(vendor, b'{"texts": ["%s"]}' % text)).status == 200
    rows = await hooked.services.office.read(lambda unit: unit.connection.execute(failed_update.select()).all())
    assert rows[-1].channel == "telegram"


@pytest.mark.parametrize("path", ["/webhook/zalo-bot", "/webhook/zalo-oa", "/webhook/other", "/webhook/telegram/"])
async def test_a_messenger_not_set_up_404(vendor: Visitor, path: str) -> None:
    """Nothing tells which messengers there could be."""
    assert (await send(vendor, b'{"texts": []}', path)).status == 404


async def test_only_post(vendor: Visitor) -> None:
    """A browser that opens the address sees nothing."""
    assert (await vendor.get(PATH)).status == 405
