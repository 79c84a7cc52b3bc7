"""Has victims do their orders, kills them on the way, and gives what was not confirmed to the next one."""

from __future__ import annotations

import contextlib
import json
import os
import random
import select
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

HOUSE = Path(__file__).parents[2]
Order = dict[str, Any]
PATIENCE = 60.0  # seconds after which a victim that says nothing is a failure
AWHILE = 2.0  # seconds given to a victim to reach the point where it is to die
ANY_MOMENT = 0.3  # of all deaths
REPEATED = 40  # the latest stories, of which messages may be repeated
LEASES_OVER = timedelta(minutes=11)  # between two lives: what the dead one had claimed is free again


@dataclass
class Story:
    """Orders that must be done one after the other, each once the one before is confirmed.

    An order's id has no space in it. What an answer hands out (`gift`) goes with the next order.
    """

    orders: Sequence[Order]
    done: int = 0
    gift: Any = None

    def __post_init__(self) -> None:
        assert not any(" " in order["id"] for order in self.orders)

    @property
    def next(self) -> Order:
        """The order to give now."""
        order = self.orders[self.done]
        return order if self.gift is None else {**order, "gift": self.gift}

    def confirmed(self, gift: str) -> None:
        """The next one's turn."""
        self.done += 1
        self.gift = json.loads(gift) if gift else None

    @property
    def ended(self) -> bool:
        """Whether all is confirmed."""
        return self.done == len(self.orders)


@dataclass
class Life:
    """One victim's."""

    pid: int
    door: socket.socket
    control: socket.socket
    unread: bytes = b""

    def tell(self, order: Order) -> None:
        """Give an order; whether it is heard shows in the answer."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # dead: its last answers may still be read
            self.door.sendall(json.dumps(order).encode() + b"\n")

    def answers(self, until: float) -> list[str] | None:
        """Ids confirmed since last asked, empty when the time is up; None when the victim is no more."""
        ready, _, _ = select.select([self.door], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            return []
        try:
            got = self.door.recv(65_536)
        except ConnectionResetError:
            got = b""
        if not got:
            return None
        *lines, self.unread = (self.unread + got).split(b"\n")
        return [line.decode().removeprefix("ok ") for line in lines]

    def kill(self) -> None:
        """Without warning."""
        os.kill(self.pid, signal.SIGKILL)

    def end(self) -> int:
        """Wait until the process is gone; its exit code, negative for a signal."""
        code = int(self.control.recv(100))
        self.door.close()
        return code


@dataclass
class Toll:
    """What it took."""

    kills: int = 0
    lives: int = 0
    points: Counter[str] = field(default_factory=Counter)


@contextmanager
def nursery(under: Sequence[str] = ()) -> Iterator[socket.socket]:
    """Where victims come from. `under` is a command that watches them."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.settimeout(PATIENCE)
    command = [*under, sys.executable, "-m", "tests.faults.victim", str(theirs.fileno())]
    with ours, subprocess.Popen(command, pass_fds=[theirs.fileno()], cwd=HOUSE) as process:
        theirs.close()
        try:
            yield ours
        finally:
            ours.shutdown(socket.SHUT_RDWR)
            process.wait(PATIENCE)


@dataclass
class Driver:
    """Drives stories to their end through `kills` deaths, or as many as their length allows.

    `points` are where victims die, having been there up to `nth` times, each point as often as the others; three in ten
    die at any moment of the first `seconds`. When `calm` nobody dies, and messengers repeat nothing.
    """

    control: socket.socket
    url: str
    folder: Path
    points: Sequence[str]
    kills: int
    start: datetime
    at_once: int = 8
    alone: bool = False
    nth: int = 6
    seconds: float = 0.15
    seed: int = 1
    calm: bool = False
    toll: Toll = field(default_factory=Toll)
    _told_all: bool = False
    _open: list[Story] = field(default_factory=list)

    def run(self, stories: Iterator[Story]) -> list[Story]:
        """New stories are begun while there is dying to do; all that were begun are ended."""
        chance, begun = random.Random(self.seed), list[Story]()
        while True:
            last = self.calm or self.toll.kills >= self.kills or (self._told_all and not self._unfinished())
            point = "" if last else self._where(chance)
            life = self._bear("never" if last else point or "never", chance.randint(1, self.nth), paced=not last)
            until = time.monotonic() + (PATIENCE * 10 if last else AWHILE if point else chance.uniform(0, self.seconds))
            died = self._feed(life, begun, stories, until, chance, more=self.calm or not last)
            if last and not died:
                stuck = [story.next["id"] for story in self._open if not story.ended]
                assert not stuck, f"nobody dies, and yet never confirmed: {stuck}"
                return self._leave(life, begun)
            if not died:
                life.kill()
            assert life.end() == -signal.SIGKILL, "a victim failed by itself: see its traceback"
            self.toll.kills += 1
            self.toll.points[point if died else "any moment"] += 1

    def _unfinished(self) -> bool:
        return any(not story.ended for story in self._open)

    def _where(self, chance: random.Random) -> str:
        if chance.random() < ANY_MOMENT:
            return ""
        fewest = min(self.toll.points[point] for point in self.points)
        return chance.choice([point for point in self.points if self.toll.points[point] == fewest])

    def _bear(self, point: str, nth: int, *, paced: bool) -> Life:
        now = self.start + LEASES_OVER * self.toll.lives
        self.toll.lives += 1
        birth = {"url": self.url, "folder": str(self.folder), "now": now.isoformat(), "alone": self.alone}
        birth |= {"point": point, "nth": nth, "paced": paced}
        ours, theirs = socket.socketpair()
        ours.settimeout(PATIENCE)
        socket.send_fds(self.control, [json.dumps(birth).encode()], [theirs.fileno()])
        theirs.close()
        return Life(int(self.control.recv(100)), ours, self.control)

    def _feed(
        self, life: Life, begun: list[Story], stories: Iterator[Story], until: float, chance: random.Random, more: bool
    ) -> bool:
        """Give orders until the victim dies (True), the time is up, or nothing is left to do."""
        waiting: dict[str, Story] = {}
        for story in begun[-REPEATED:]:  # messengers repeat what they delivered already, too
            if story.done and not self.calm and "who" in story.orders[0] and chance.random() < 0.05:
                life.tell(story.orders[chance.randrange(story.done)])
        while True:
            self._begin(begun, stories, more)
            for story in self._open:
                if (order := story.next)["id"] not in waiting:
                    waiting[order["id"]] = story
                    life.tell(order)
            if not waiting or time.monotonic() >= until:
                return False
            answers = life.answers(until)
            if answers is None:
                return True
            for answer in answers:
                name, _, gift = answer.partition(" ")
                if name in waiting:
                    waiting.pop(name).confirmed(gift)

    def _begin(self, begun: list[Story], stories: Iterator[Story], more: bool) -> None:
        self._open = [story for story in self._open if not story.ended]
        missing = self.at_once - len(self._open)
        if (more or not begun) and not self._told_all:
            begun += (new := list(islice(stories, missing)))
            self._open += new
            self._told_all = len(new) < missing

    def _leave(self, life: Life, begun: list[Story]) -> list[Story]:
        """Nothing more will come: the victim finishes in order."""
        life.door.shutdown(socket.SHUT_WR)
        assert life.answers(time.monotonic() + PATIENCE) is None
        assert life.end() == 0, "a victim failed at its end: see its traceback"
        return begun
