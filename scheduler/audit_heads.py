"""Each day's head of the audit chain sent out of the house: a file the operator chose, the oversight body, a mail.

Whoever can change the database can change everything in it; a head that lies with somebody else is what he cannot
take back. The day is noted in the database first, so that each day has one head however many processes run.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import BinaryIO

import structlog
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from cases.calendar import ZONE, local_date
from cases.notices import tell_officer
from cases.oversight import overseers
from cases.rules import Rules, show_date
from storage.audit_check import Anchor, published_table
from storage.hot import Hot
from storage.work import Office, StoredWork

log = structlog.get_logger(__name__)
AWAKE = (time(7), time(20))  # no notice at night (domain 5.3)
MAIL_SECONDS = 20.0
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_NOTE = Hot(
    {
        "sqlite": sqlite.insert(published_table).on_conflict_do_nothing(),
        "postgresql": postgresql.insert(published_table).on_conflict_do_nothing(),
    },
    published_table.columns.keys(),
)


@dataclass(frozen=True, slots=True)
class Mail:
    """A relay that takes mail without a password, and the addresses. An empty `server` sends none."""

    server: str = ""
    sender: str = ""
    to: str = ""

    def send(self, subject: str, text: str) -> None:
        """Blocking; encrypted on the way unless the relay is on this machine. Raises OSError."""
        import smtplib  # nobody who sends no mail loads them
        from email.message import EmailMessage

        message = EmailMessage()
        message["Subject"], message["From"], message["To"] = subject, self.sender, self.to
        message.set_content(text)
        host, _, port = self.server.rpartition(":")
        with smtplib.SMTP(host.strip("[]"), int(port), timeout=MAIL_SECONDS) as relay:
            if host.strip("[]") not in LOCAL:
                relay.starttls()
            relay.send_message(message)


class AuditHeads:
    """Publishes once a day; a tick may come as often as one likes, and what failed is tried again by the next."""

    def __init__(self, office: Office, rules: Callable[[], Rules], file: Path, mail: Mail | None = None) -> None:
        self._office = office
        self._rules = rules
        self._file = file
        self._mail = mail or Mail()

    async def tick(self, now: datetime) -> None:
        """One round, by day: note and tell today's head, then bring file and mail up to date."""
        if not AWAKE[0] <= now.astimezone(ZONE).time() < AWAKE[1]:
            return
        today, rules = local_date(now), self._rules()
        noted = await self._office.read(lambda unit: unit.ledger.seen([f"audit-head:{today}"]))
        if not noted:
            await self._office.write(lambda unit: self._publish(unit, rules, today))
        heads = await self._office.read(_heads)
        try:
            await asyncio.to_thread(bring_up_to_date, self._file, heads)
        except (OSError, ValueError) as error:
            log.error("audit head not written", error=type(error).__name__)
        if heads and self._mail.server and self._mail.to:
            await self._post(heads[-1])

    def _publish(self, unit: StoredWork, rules: Rules, today: date) -> None:
        """One head for the day, and one message to every officer of an oversight body.

        The message holds no position: counting entries, an officer could tell how many are hidden from him.
        """
        now = unit.audit.head()
        if not now.position or not unit.ledger.once(f"audit-head:{today}", unit.now):
            return
        row = {"day": today, "position": now.position, "head": now.head, "at": unit.now}
        _NOTE.change(unit.connection, row)
        for officer in overseers(unit, rules, rules.book.localities, unit.now):
            told = {"day": show_date(today), "head": now.head}
            tell_officer(unit, rules, officer, "officer_audit_head", f"audit-head:{today}", "", **told)

    async def _post(self, anchor: Anchor) -> None:
        """The latest head by mail, once."""
        key = f"audit-mail:{anchor.day}"
        if await self._office.read(lambda unit: unit.ledger.seen([key])):
            return
        try:
            text = f"{show_date(anchor.day)}\n{anchor.position}:{anchor.head}\n"
            await asyncio.to_thread(self._mail.send, f"Hoi Am audit head {anchor.day}", text)
        except (OSError, ValueError) as error:  # SMTPException is an OSError
            log.error("audit head not mailed", error=type(error).__name__)
            return
        await self._office.write(lambda unit: unit.ledger.once(key, unit.now))


def read_heads(file: Path) -> list[Anchor]:
    """What the file holds, one `DAY POSITION:HEAD` a line; raises ValueError with the number of a wrong line.

    A last line that was broken off, by a full disk or a power cut, is left out.
    """
    if not file.exists():
        return []
    found = []
    lines = file.read_text(encoding="ascii", errors="replace").splitlines(keepends=True)
    for number, line in enumerate(lines, 1):
        try:
            found.append(_anchor(line))
        except ValueError as error:
            if number == len(lines) and not line.endswith("\n"):
                break
            raise ValueError(str(number)) from error
    return found


def _anchor(line: str) -> Anchor:
    day, said = line.split()
    anchor = Anchor.read(said)
    return Anchor(anchor.head, anchor.position, date.fromisoformat(day))


def bring_up_to_date(file: Path, heads: list[Anchor]) -> int:
    """Append, durably, the heads of the days the file does not have yet; no whole line is ever changed."""
    known = {one.day for one in read_heads(file)}
    fresh = [one for one in heads if one.day not in known]
    if fresh:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a+b") as out:
            _end_last_line(out)
            out.write("".join(f"{one.day} {one.position}:{one.head}\n" for one in fresh).encode("ascii"))
            out.flush()
            os.fsync(out.fileno())
    return len(fresh)


def _end_last_line(out: BinaryIO) -> None:
    """Take back what was broken off; a line that lacks nothing but its end gets it."""
    out.seek(0)
    content = out.read()
    last = content.rpartition(b"\n")[2]
    if not last:
        return
    try:
        _anchor(last.decode("ascii"))
        out.write(b"\n")
    except ValueError:
        out.truncate(len(content) - len(last))


def _heads(unit: StoredWork) -> list[Anchor]:
    rows = unit.connection.execute(select(published_table).order_by(published_table.c.day.desc()).limit(400))
    return [Anchor(row.head, row.position, row.day) for row in rows][::-1]
