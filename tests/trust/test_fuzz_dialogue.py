"""Row 24: random taps, words, pictures and commands never break the dialogue, and never lose what was told."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from bot.clock import SteppedClock
from bot.data import load_rules
from cases.messages import Event
from handlers.parking import KEPT
from storage.database import open_database
from storage.keys import KeyRing
from storage.migrate import upgrade
from storage.work import Office, StoredWork, failed_update
from tests.conftest import MONDAY_MORNING
from tests.handlers.cast import Person, cases_of, open_spine
from tests.trust.figures import SOAK, figure

WORDS = (
    "Đường bê tông Thôn 2 mới làm ba tháng đã nứt toác, lún cả đoạn dài",
    "Chủ tịch xã nhận phong bì làm sổ đỏ cho người quen",
    "rác đổ bừa bãi đầu xóm bốc mùi cả tuần nay",
    "cháy nhà rồi cứu với",
    "Họ dọa đánh tôi vì tôi phản ánh",
    "lừa đảo trúng thưởng nhấn vào http://evil.example",
    "đồ ngu",
    "1",
    "2",
    "99",
    "không",
    "có",
    "0912345678",
    "PA-2026-000001",
    "ABCD-EFGH-JKMN-PQRS-T",
    "hôm qua",
    "Thôn 2",
    "",
    "\u202e\x00",
    "x" * 5000,
)
COMMANDS = (
    "/start",
    "/phananh",
    "/tracuu",
    "/bosung",
    "/huy",
    "/dulieu",
    "/thuvien",
    "/trogiup",
    "/ngonngu",
    "/lienket X",
    "/hopthu",
    "hủy",
)
VI = ("Đã dừng.", "không lưu gì cả", "không gửi đi đâu cả", "Khi cần bà con cứ nhắn lại", "rút lại đồng ý")
EN = ("Stopped.", "the bot keeps nothing", "nothing was sent anywhere", "Write again whenever", "withdrawal of consent")
ENDINGS = (*VI, *EN)
"""Said when something told is not kept."""


class Ground:
    """One installation on disk for all machines; every machine is somebody new."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = SteppedClock(MONDAY_MORNING)
        self.database = open_database(f"sqlite:///{Path(self.folder.name) / 'x.db'}")
        self.run(self.database.write(upgrade))
        self.office = Office(self.database, KeyRing([bytes(32)]), self.clock)
        self.spine = open_spine(self.office, load_rules())
        self.people = 0

    def run(self, work: Any) -> Any:
        """To its end."""
        return self.loop.run_until_complete(work)

    def close(self) -> None:
        """Put everything away."""
        self.run(self.database.close())
        self.loop.close()
        self.folder.cleanup()


class Afternoon(RuleBasedStateMachine):
    """One person's random afternoon; `ground` is set by the test."""

    ground: Ground

    @initialize(channel=st.sampled_from(["telegram", "zalo-oa", "zalo-bot"]))
    def arrive(self, channel: str) -> None:
        """Somebody new writes for the first time."""
        self.ground.people += 1
        self.person = Person(
            self.ground.spine, self.ground.office, self.ground.clock, channel, f"p{self.ground.people}"
        )

    @rule(words=st.sampled_from(WORDS))
    def say(self, words: str) -> None:
        """Words."""
        self._do(self.person.says(words))

    @rule(command=st.sampled_from(COMMANDS))
    def command(self, command: str) -> None:
        """A command."""
        self._do(self.person.says(command))

    @rule(place=st.integers(0, 12), old=st.booleans())
    def tap(self, place: int, old: bool) -> None:
        """A button of the newest message, or of any before."""
        messages = [message for message in self.person.heard if message.choices]
        if not messages:
            return
        message = messages[place % len(messages)] if old else messages[-1]
        choice = message.choices[place % len(message.choices)]
        self._do(self.person._send(choice=choice.value))

    @rule()
    def picture(self) -> None:
        """A photo."""
        self._do(self.person.sends_photo("p", "ảnh chụp chỗ đường hỏng"))

    @rule()
    def place(self) -> None:
        """A point on the map."""
        self._do(self.person.sends_place())

    @rule(event=st.sampled_from([Event.FOLLOW, Event.UNFOLLOW, Event.EDITED]))
    def event(self, event: Event) -> None:
        """Something that is no message."""
        self._do(self.person.does(event))

    def _do(self, what: Any) -> None:
        """What was told is still there, or is a case now, or the bot said that it is not kept."""
        before, cases = self._draft(), len(self.ground.run(cases_of(self.ground.office)))
        said = self.ground.run(what)
        lost = [one for one in before if one not in self._draft()]
        sent = len(self.ground.run(cases_of(self.ground.office))) > cases
        assert not lost or sent or any(ended in said for ended in ENDINGS), said

    def _draft(self) -> list[str]:
        address = self.person.update().address

        def read(unit: StoredWork) -> list[str]:
            talk: dict[str, Any] = unit.chats.load(address).talk
            kept = [one for one in (talk, talk.get("parked") or {}) if one.get("dialogue") in KEPT]
            return [part[2] for one in kept for part in one.get("data", {}).get("parts", ())]

        found: list[str] = self.ground.run(self.ground.office.read(read))
        return found

    @invariant()
    def nothing_failed(self) -> None:
        """No update had to be kept for an operator."""

        def read(unit: StoredWork) -> list[str]:
            return list(unit.connection.execute(select(failed_update.c.error)).scalars())

        assert self.ground.run(self.ground.office.read(read)) == []


def test_random_afternoons_break_nothing_and_lose_nothing() -> None:
    """2,000 machines in soak, 100 in every run."""
    ground = Afternoon.ground = Ground()
    try:
        run_state_machine_as_test(
            Afternoon,
            settings=settings(
                max_examples=figure(2_000, 20),
                stateful_step_count=15,
                deadline=None,
                database=None,
                derandomize=not SOAK,
                suppress_health_check=list(HealthCheck),
            ),
        )
        assert ground.people >= figure(2_000, 20)
        chats = ground.run(
            ground.office.read(lambda unit: unit.connection.scalar(select(func.count()).select_from(failed_update)))
        )
        assert chats == 0
    finally:
        ground.close()
