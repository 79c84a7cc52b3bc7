"""The one place where everything is wired: rooms meet here and nowhere else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge

from bot.alarms import Alarms
from bot.backups import SECONDS as BACKUP_SECONDS
from bot.backups import Backups
from bot.channels.base import Acknowledging, Channel, Unavailable
from bot.channels.factory import build_channels
from bot.clock import Clock, system_clock
from bot.housekeeping import Housekeeping
from bot.rulebook import Rulebook
from bot.settings import Settings
from bot.spine import Note, Spine
from cases import answers
from cases.automatic import close_silent
from cases.files import tell_file_failed
from cases.messages import Incoming
from cases.ports import CaseFile
from scheduler.audit_heads import AuditHeads, Mail
from scheduler.check_ins import SECONDS as CHECK_IN_SECONDS
from scheduler.check_ins import CheckIns
from scheduler.clean_queue import Cleaner
from scheduler.cleaning import Copier
from scheduler.delivery import Delivery
from scheduler.digests import Digests
from scheduler.fetching import FileFetcher
from scheduler.outgoing_hooks import SECONDS as HOOK_SECONDS
from scheduler.outgoing_hooks import OutgoingHooks
from scheduler.publicity_reminders import PublicityReminders
from scheduler.reading_watch import ReadingWatch
from scheduler.reminders import Reminders
from scheduler.report_drafts import ReportDrafts
from scheduler.ticker import Job, standard_jobs
from storage import copies
from storage.database import Database, DatabaseFault, open_database
from storage.keys import load_or_make
from storage.migrate import upgrade
from storage.search import catch_up
from storage.vault import FileVault
from storage.work import Office, StoredWork
from web.app import Site, WebServices, create_app
from web.chat_live import LiveLines
from web.history import CAN
from web.uploads import CAP as UPLOAD_CAP
from web.uploads import fetch_upload
from web.webhooks import Busy

FILE_CAP = UPLOAD_CAP  # what the page has taken must not be refused afterwards
MEGABYTE = 1_048_576
ROOM_SECONDS = 60.0
RULES_SECONDS = 3.0  # how soon an edit made by another process is in force here
HOUSE_SECONDS = 3600.0
REPORT_SECONDS = 900.0
AUDIT_SECONDS = 600.0
WATCH_SECONDS = 60.0
WORDS_SECONDS = 20.0  # how soon a new case is found by its words


class App:
    """One process of Hồi Âm. `open` first; parts are plain attributes, so that tests and commands use the same ones.

    `channels` replaces those of the settings (the demo's print instead of sending).
    """

    def __init__(
        self, settings: Settings, clock: Clock = system_clock, channels: Mapping[str, Channel] | None = None
    ) -> None:
        self.settings = settings
        self.clock = clock
        self._given = channels
        self.registry = CollectorRegistry()
        self.live = LiveLines()
        self._asides: set[asyncio.Task[None]] = set()

    async def open(self, *, exclusive: bool = False) -> None:
        """Open keys, database and rules, and put the parts together. Raises what `bot.cli` turns into sentences."""
        settings = self.settings
        settings.make_data_dir()
        self.keys = load_or_make(settings.key_file)
        self.database: Database = open_database(settings.database, exclusive=exclusive)
        await self.database.write(upgrade)
        self.office = Office(self.database, self.keys, self.clock)
        self.rulebook = Rulebook(self.office)
        await self.rulebook.refresh()
        self.vault = FileVault(settings.data_dir / "files", self.keys, settings.free_space_mb * MEGABYTE)
        self.alarms = Alarms(self.office, lambda: self.rulebook.rules)
        self.channels: Mapping[str, Channel] = (
            build_channels(settings, self.office, self.clock, self.alarms.raise_)
            if self._given is None
            else self._given
        )
        self.office.capabilities = {"web": CAN, **{name: one.capabilities for name, one in self.channels.items()}}
        self.spine = Spine(self.office, lambda: self.rulebook.rules, self._counters(), settings.locale)
        self._open_background(alone=exclusive and self.database.dialect == "sqlite")
        self.site: Site = create_app(self._services())

    def _open_background(self, *, alone: bool) -> None:
        # A command such as `tick` may deliver beside a running process: only the exclusive one takes claims back.
        self.delivery = Delivery(
            self.office,
            self.channels,
            alarm=self.alarms.raise_,
            on_undeliverable=self.alarms.note_undeliverable,
            alone=alone,
        )
        fetchers = {name: channel.fetch for name, channel in self.channels.items()}
        fetchers["web"] = lambda file, cap: fetch_upload(self.vault, file, cap)
        copier = Copier()
        self.cleaner = Cleaner(
            self.office, self.vault, copier, self.settings.clamd, alarm=self.alarms.raise_, alone=alone
        )
        self.fetcher = FileFetcher(
            self.office,
            self.vault,
            fetchers,
            cap=FILE_CAP,
            on_failed=self._file_failed,
            on_stored=answers.file_stored,
            alarm=self.alarms.raise_,
            alone=alone,
            copier=copier,
            after=self.cleaner.wake,
        )
        self.reminders = Reminders(self.office, lambda: self.rulebook.rules, act=self._act)
        self.digests = Digests(self.office, lambda: self.rulebook.rules)
        self.check_ins = CheckIns(self.office, lambda: self.rulebook.rules)
        self.report_drafts = ReportDrafts(self.office, lambda: self.rulebook.rules)
        self.publicity = PublicityReminders(self.office, lambda: self.rulebook.rules)
        settings = self.settings
        mail = Mail(settings.audit_mail_server, settings.audit_mail_from, settings.audit_mail_to)
        self.audit_heads = AuditHeads(self.office, lambda: self.rulebook.rules, settings.audit_heads_file, mail)
        self.reading_watch = ReadingWatch(self.office, lambda: self.rulebook.rules)
        self.hooks = OutgoingHooks(self.office, lambda: self.rulebook.rules, self.settings.hooks_fail_days)
        self.backups = Backups(self.settings, self.office, self.alarms, self.registry)
        self.housekeeping = Housekeeping(self.office, self.vault, lambda: self.rulebook.rules)
        self.office.on_woken, self.office.courier = self._wake, self.delivery
        self.office.on_lines = self.live.tell

    def jobs(self) -> list[Job]:
        """What the ticker calls: reminders, digests, renewed rules, housekeeping."""
        return standard_jobs(
            self.reminders,
            self.digests,
            Job("hooks", HOOK_SECONDS, self.hooks.tick),
            Job("check-ins", CHECK_IN_SECONDS, self.check_ins.tick),
            Job("reports", REPORT_SECONDS, self.report_drafts.tick),
            Job("publicity", REPORT_SECONDS, self.publicity.tick),
            Job("audit heads", AUDIT_SECONDS, self.audit_heads.tick),
            Job("reading", WATCH_SECONDS, self.reading_watch.tick),
            Job("search words", WORDS_SECONDS, lambda now: catch_up(self.office)),
            Job("rules", RULES_SECONDS, lambda now: self.rulebook.refresh()),
            Job("room", ROOM_SECONDS, self.watch_room),
            Job("backups", BACKUP_SECONDS, self.backups.tick),
            Job("housekeeping", HOUSE_SECONDS, lambda now: self.housekeeping.tidy()),
        )

    async def round(self, now: datetime) -> list[str]:
        """Everything the scheduler would do at `now`, then everything that can be delivered; lines for the operator."""
        report = await self.reminders.tick(now)
        digests = await self.digests.tick(now)
        await self.hooks.tick(now)
        await self.check_ins.tick(now)
        await self.report_drafts.tick(now)
        await self.publicity.tick(now)
        await self.reading_watch.tick(now)
        await self.audit_heads.tick(now)
        await self.housekeeping.tidy()
        await catch_up(self.office)
        await self.fetcher.drain()
        await self.cleaner.drain()
        await self.delivery.drain()
        sent = {name: dict(counts) for name, counts in self.delivery.counts.items()}
        return [
            *(str(said) for said in report.said),
            f"cases looked at {report.looked}, notices {report.notices}, letters {report.letters}, "
            f"unreachable {report.unreachable}, automatic steps {len(report.actions)}, digests {digests}",
            *(f"{name}: {counts}" for name, counts in sent.items()),
        ]

    def _wake(self, woken: set[str]) -> None:
        self.delivery.wake(woken)
        self.fetcher.wake(woken)
        self.live.wake(woken)

    def _act(self, unit: StoredWork, case_id: str, what: str, now: datetime) -> None:
        close_silent(unit, self.rulebook.rules, case_id, what, now)

    def _file_failed(self, unit: StoredWork, file: CaseFile) -> None:
        if file.purpose == "reply":
            answers.file_failed(unit, self.rulebook.rules, file, unit.now)
        else:
            tell_file_failed(unit, self.rulebook.rules, file, unit.now)

    async def accept(self, incoming: Incoming, note: Note | None = None) -> None:
        """Take one update in; a database that cannot store raises what the web room understands."""
        try:
            await (self.spine.accept_noted(incoming, note) if note else self.spine.accept(incoming))
        except Unavailable as fault:
            raise Busy(str(fault)) from fault
        channel = self.channels.get(incoming.address.channel)
        if incoming.choice and isinstance(channel, Acknowledging):
            task = asyncio.create_task(channel.acknowledge(incoming))
            self._asides.add(task)
            task.add_done_callback(self._asides.discard)

    async def ready(self) -> Mapping[str, object]:
        """Whether the database answers and messages flow."""
        try:
            waiting, held = await self.office.read(lambda unit: (unit.outbox.counts(), copies.held(unit)))
        except DatabaseFault:
            return {"ok": False, "database": False}
        self._waiting.set(waiting.get("queued", 0))
        return {
            "ok": True,
            "database": True,
            "channels_down": sorted(self.delivery.down),
            "waiting": waiting.get("queued", 0),
            "files_taken": self.vault.takes_files,
            "files_held_for_scanner": held,
            "free_mb": self.vault.free // MEGABYTE,
            **await self.backups.state(self.clock()),
        }

    async def watch_room(self, now: datetime) -> None:
        """Tell the operator that files are refused for want of room, while it is so."""
        if not self.vault.takes_files:
            await self.alarms.raise_(
                f"Đĩa còn dưới {self.settings.free_space_mb} MB: tạm không nhận tệp, chỉ nhận chữ. Cần dọn đĩa."
            )

    async def close(self) -> None:
        """Close channels and database."""
        self.live.close()
        await asyncio.gather(*self._asides, return_exceptions=True)
        for channel in self.channels.values():
            await channel.close()
        await self.database.close()

    def _counters(self) -> Mapping[str, Callable[[], None]]:
        updates = Counter("hoiam_updates", "Updates by what became of them", ["outcome"], registry=self.registry)
        self._waiting = Gauge("hoiam_outbox_waiting", "Messages waiting to be sent", registry=self.registry)
        outcomes = ("taken", "repeated", "failed", "unavailable", "slowed")
        return {name: updates.labels(name).inc for name in outcomes}

    def _services(self) -> WebServices:
        def places() -> list[tuple[str, str]]:
            return [(place.code, place.name) for place in self.rulebook.rules.book.communes]

        def hamlets(code: str) -> list[tuple[str, str]]:
            place = self.rulebook.rules.book.localities.get(code)
            return [(hamlet.code, hamlet.name) for hamlet in place.hamlets] if place else []

        settings = self.settings
        return WebServices(
            office=self.office,
            vault=self.vault,
            wording=self.rulebook.wording,
            clock=self.clock,
            accept=self.accept,
            accept_noted=self.accept,
            ready=self.ready,
            localities=places,
            hamlets=hamlets,
            registry=self.registry,
            rules=lambda: self.rulebook.rules,
            channels=self.channels,
            live=self.live,
            live_look_seconds=20.0 if self.database.dialect == "sqlite" else 2.0,
            public_url=settings.public_url,
            channel_links=settings.links,
            trusted_proxy=settings.trusted_proxy,
            secure_cookies=settings.public_url.startswith("https://"),
            metrics_public=settings.metrics_public,
        )
