"""Plays the lines of `data/demo.yaml` and prints what happens as a readable story with dates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from bot.app import App
from bot.clock import SteppedClock
from bot.demo.stage import Phone
from cases import answers, authority, forwarding, handling
from cases.calendar import ZONE, local_date
from cases.messages import Address, FileKind, FileRef, Incoming, Outgoing
from cases.model import Case, Officer, OfficerRole, Outcome, WrittenReply
from cases.ports import CaseFile, CaseQuery
from cases.rules import show_date
from storage.work import StoredWork

Say = Callable[[str], None]
WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")
ROUND_AT = 8  # o'clock: the scheduler's round of every day passed


class Teller:
    """One performance."""

    def __init__(self, app: App, clock: SteppedClock, script: Mapping[str, Any], say: Say) -> None:
        self._app, self._clock, self._say = app, clock, say
        self._lines: list[dict[str, Any]] = script["lines"]
        self._phones = {code: Phone(one["name"], one["channel"]) for code, one in script["people"].items()}
        self._officers: dict[str, Officer] = {}
        self._script = script
        self._cases: dict[str, str] = {}
        self._web_seen: dict[str, int] = {}
        self._desks: dict[str, str] = {}
        self._headed = True  # whether this day's heading was printed

    async def play(self) -> None:
        """From the first line to the last."""
        await self._enrol()
        self._day(self._clock().astimezone(ZONE))
        for line in self._lines:
            if "at" in line:
                await self._wait(datetime.fromisoformat(line["at"]).replace(tzinfo=ZONE))
            else:
                self._clock.move(seconds=25)
            await self._line(line)
        self._end()

    # -- time ---------------------------------------------------------------------------------------------------

    async def _wait(self, until: datetime) -> None:
        here = self._clock().astimezone(ZONE)
        while here.date() < until.date():
            here = datetime.combine(here.date() + timedelta(days=1), datetime.min.time(), ZONE)
            here += timedelta(hours=ROUND_AT)
            if here > until:
                break
            self._clock.set(here)
            self._headed = False
            await self._app.round(self._clock())
            await self._pages()
        self._clock.set(until)
        if not self._headed:
            self._day(until)

    def _day(self, moment: datetime) -> None:
        self._headed = True
        self._say(f"\n── {WEEKDAYS[moment.weekday()]}, {show_date(moment.date())} " + "─" * 30)

    def _told(self, who: str, text: str) -> None:
        moment = self._clock().astimezone(ZONE)
        if not self._headed:
            self._day(moment)
        first, *rest = text.split("\n")
        self._say(f"  {moment:%H:%M}  {who}: {first}")
        for more in rest:
            self._say(" " * (9 + len(who)) + "  " + more)

    # -- lines --------------------------------------------------------------------------------------------------

    async def _line(self, line: dict[str, Any]) -> None:
        if "note" in line:
            self._say(f"  ({line['note']})")
        if "who" in line:
            await self._person(line)
        if "officer" in line:
            await self._officer(line)
        await self._app.fetcher.drain()
        await self._app.delivery.drain()
        await self._pages()
        if "names" in line:
            found = await self._app.office.read(lambda unit: unit.cases.find(CaseQuery()))
            self._cases[line["names"]] = found[-1].id

    async def _person(self, line: dict[str, Any]) -> None:
        phone = self._phones[line["who"]]
        phone.sent += 1
        content: dict[str, Any] = {}
        if "says" in line:
            content["text"] = line["says"]
        elif "taps" in line:
            content.update(phone.answer(line["taps"]))
        else:
            content["files"] = (FileRef(FileKind.PHOTO, f"demo{phone.sent}", size=2000),)
        self._told(phone.name, line.get("says") or (line.get("taps") and f"[{line['taps']}]") or "[ảnh]")
        address = Address(phone.channel, line["who"])
        await self._app.accept(Incoming(address, f"{line['who']}-{phone.sent}", self._clock(), **content))

    async def _officer(self, line: dict[str, Any]) -> None:
        officer = self._officers[line["officer"]]
        step = getattr(self, f"_{line['does']}")

        def act(unit: StoredWork) -> str:
            case = unit.cases.get(self._cases[line["case"]])
            if case is None:
                raise LookupError(line["case"])
            words: str = step(unit, officer, case, line)
            return words

        self._told(officer.name, await self._app.office.write(act))

    def _triage(self, unit: StoredWork, officer: Officer, case: Case, line: dict[str, Any]) -> str:
        handling.triage(unit, self._app.rulebook.rules, officer, case, self._clock())
        return f"phân loại {case.code}, nơi phải trả lời: {self._name(case)}"

    def _forward(self, unit: StoredWork, officer: Officer, case: Case, line: dict[str, Any]) -> str:
        now = self._clock()
        forwarding.forward(unit, self._app.rulebook.rules, officer, case, line["doc_no"], local_date(now), now)
        return f"chuyển {case.code} bằng công văn {line['doc_no']} đến {self._name(case)}"

    def _acknowledge(self, unit: StoredWork, officer: Officer, case: Case, line: dict[str, Any]) -> str:
        now = self._clock()
        authority.acknowledge(unit, self._app.rulebook.rules, officer, case, local_date(now), now)
        return f"xác nhận đã nhận {case.code}; hạn trả lời {show_date(case.due_on)}"

    def _receipt(self, unit: StoredWork, officer: Officer, case: Case, line: dict[str, Any]) -> str:
        day = date.fromisoformat(line["received_on"])
        forwarding.record_receipt(unit, self._app.rulebook.rules, officer, case, day, line["proof"], self._clock())
        return f"ghi ngày nhận của {case.code}: {show_date(day)} ({line['proof']}); hạn {show_date(case.due_on)}"

    def _extend(self, unit: StoredWork, officer: Officer, case: Case, line: dict[str, Any]) -> str:
        now = self._clock()
        rules = self._app.rulebook.rules
        found = authority.extend(
            unit, rules, officer, case, line["days"], line["reason"], line["doc_no"], local_date(now), officer.name, now
        )
        return f"gia hạn {case.code} đến {show_date(found.due_on)} (văn bản {line['doc_no']}: {line['reason']})"

    def _reply(self, unit: StoredWork, officer: Officer, case: Case, line: dict[str, Any]) -> str:
        now = self._clock()
        source = FileRef(FileKind.DOCUMENT, "demo-reply", "tra-loi.jpg", 2000)
        file = CaseFile(unit.new_id(), case.id, "", "reply", source, "telegram", now)
        unit.files.add(file)
        reply = WrittenReply(
            line["doc_no"], local_date(now), officer.name, ("mttq",), file.id, answers.HASH_PENDING,
            Outcome(line["outcome"]), line["summary"], local_date(now),
        )  # fmt: skip
        answers.record_reply(unit, self._app.rulebook.rules, officer, case, reply, now)
        return f"trả lời {case.code} bằng văn bản số {line['doc_no']}"

    def _relay(self, unit: StoredWork, officer: Officer, case: Case, line: dict[str, Any]) -> str:
        answers.relay(unit, self._app.rulebook.rules, officer, case, self._clock())
        return f"báo kết quả {case.code} cho người gửi"

    def _name(self, case: Case) -> str:
        return self._app.rulebook.rules.directory_of(case, self._clock()).name(case.competent_authority)

    # -- who hears ----------------------------------------------------------------------------------------------

    def hear(self, to: Address, message: Outgoing) -> None:
        """A messenger brought something to a phone."""
        phone = self._phones.get(to.id)
        if phone is not None:
            phone.hear(message)
        self._told(f"→ {phone.name if phone else self._desks.get(to.id, to.id)}", _shown(message))

    async def _pages(self) -> None:
        """Web chats are fetched by their page."""
        for code, phone in self._phones.items():
            if phone.channel != "web":
                continue

            def read(unit: StoredWork, code: str = code) -> list[tuple[int, bool, datetime, Outgoing]]:
                key = unit.chats.key_of(Address("web", code))
                return unit.outbox.lines(key, self._web_seen.get(code, 0))

            for number, mine, _at, message in await self._app.office.read(read):
                self._web_seen[code] = number
                if not mine:
                    phone.hear(message)
                    self._told(f"→ {phone.name}", _shown(message))

    async def _enrol(self) -> None:
        commune = self._app.rulebook.rules.book.communes[0]

        def write(unit: StoredWork) -> None:
            for code, one in self._script["officers"].items():
                place = commune.parent if one.get("province") else commune.code
                roles = tuple(OfficerRole(role) for role in one["roles"])
                officer = Officer(unit.new_id(), place, one["name"], one["body"], roles)
                chat = unit.chats.load(Address("telegram", f"officer-{code}"))
                chat.officer_id, officer.chat, chat.locality = officer.id, chat.key, place
                unit.chats.save(chat)
                unit.people.save_officer(officer)
                self._officers[code] = officer
                self._desks[f"officer-{code}"] = one["name"]

        await self._app.office.write(write)

    def _end(self) -> None:
        self._say("\n" + "─" * 60)


def _shown(message: Outgoing) -> str:
    buttons = " ".join(f"[{choice.label}]" for choice in message.choices)
    return f"{message.text}\n{buttons}" if buttons else message.text
