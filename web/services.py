"""What the web room is given by whoever wires the installation together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from prometheus_client import CollectorRegistry

from cases.messages import Incoming
from cases.rules import Rules
from cases.wording import Wording
from storage.vault import FileVault
from storage.work import Office, StoredWork
from web.chat_live import HEARTBEAT, LiveLines
from web.webhooks import Accept, WebhookChannel

Named = Sequence[tuple[str, str]]
"""Pairs of code and name."""

Note = Callable[[StoredWork], None]


@dataclass(frozen=True, slots=True)
class WebServices:
    """Everything the pages and endpoints use.

    `rules` answers the set in force, to be asked for once in each request.
    `accept` takes one update to its commit and raises `web.webhooks.Busy` when nothing could be stored.
    `accept_noted` (optional) does the same with a note in the same transaction, before the dialogue speaks: the
    person's own words then appear if and only if the update was taken. `ready` answers a mapping with `ok`.
    `live_look_seconds` bounds how late a line comes that another process wrote. `channel_links` are (name, address)
    of the other ways to write. `terms` are working days: `reply`, `longest`.
    """

    office: Office
    vault: FileVault
    wording: Wording
    clock: Callable[[], datetime]
    accept: Accept
    ready: Callable[[], Awaitable[Mapping[str, object]]]
    localities: Callable[[], Named]
    hamlets: Callable[[str], Named]
    registry: CollectorRegistry
    rules: Callable[[], Rules]
    channels: Mapping[str, WebhookChannel] = field(default_factory=dict)
    live: LiveLines = field(default_factory=LiveLines)
    accept_noted: Callable[[Incoming, Note], Awaitable[None]] | None = None
    public_url: str = ""
    trusted_proxy: str = ""
    secure_cookies: bool = False
    metrics_public: bool = False
    live_look_seconds: float = 20.0
    live_heartbeat_seconds: float = HEARTBEAT
    channel_links: Named = ()
    terms: Mapping[str, int] = field(default_factory=lambda: {"reply": 20, "longest": 30})
