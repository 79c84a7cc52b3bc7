"""A file fetcher with a messenger that hands out files, a vault, and what was reported."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from cases.messages import FileKind, FileRef
from cases.ports import CaseFile, FileState
from scheduler.fetching import FileFetcher, OnEnded
from storage.vault import FileVault
from storage.work import StoredWork
from tests.scheduler.stage import Stage
from tests.scheduler.test_pictures import exif, picture, saved

HOUR = 3600.0
PHOTO = saved(picture(), "JPEG", exif=exif())
WORDS = "Đường hỏng từ tháng trước".encode()

Answer = bytes | Exception


class Messenger:
    """Hands out files by reference; a list is answered one by one."""

    def __init__(self, **files: Answer | list[Answer]) -> None:
        self.files: dict[str, Answer | list[Answer]] = dict(files)
        self.asked: list[str] = []
        self.before: Callable[[], Awaitable[object]] = lambda: asyncio.sleep(0)

    async def fetch(self, file: FileRef, cap: int) -> bytes:
        """The file, or the fault."""
        self.asked.append(file.ref)
        await self.before()
        answer = self.files[file.ref]
        answer = answer.pop(0) if isinstance(answer, list) else answer
        if isinstance(answer, Exception):
            raise answer
        return answer


class Desk:
    """The fetcher with its vault and what it reported."""

    def __init__(self, stage: Stage, folder: Path, messenger: Messenger) -> None:
        self.stage, self.messenger = stage, messenger
        self.vault = FileVault(folder / "files", stage.office.keys)
        self.failed: list[tuple[str, str]] = []
        self.told: list[str] = []
        self.fetcher = self.new_fetcher()

    def new_fetcher(
        self, poll: float = 5.0, on_stored: OnEnded | None = None, alone: bool | None = None
    ) -> FileFetcher:
        """As after a restart."""

        async def alarm(sentence: str) -> None:
            self.told.append(sentence)

        return FileFetcher(
            self.stage.office,
            self.vault,
            {"fake": self.messenger.fetch},
            100_000,
            on_failed=lambda unit, file: self.failed.append((file.id, file.fault)),
            on_stored=on_stored,
            alarm=alarm,
            monotonic=self.stage.time.monotonic,
            sleep=self.stage.time.sleep,
            poll=poll,
            blocking=self.stage.blocking,
            alone=alone,
        )

    async def add(self, *refs: str, size: int = 0, channel: str = "fake", case_id: str = "c1") -> None:
        """Files to be fetched; the reference is the id too."""

        def step(unit: StoredWork) -> None:
            for ref in refs:
                source = FileRef(FileKind.PHOTO, ref, size=size)
                unit.files.add(CaseFile(ref, case_id, "chat", "evidence", source, channel, unit.now))

        await self.stage.office.write(step)

    async def file(self, ref: str) -> CaseFile | None:
        """As stored."""
        return await self.stage.office.read(lambda unit: unit.files.get(ref))

    async def content(self, ref: str, part: str = "original") -> bytes:
        """What the vault holds, opened with the key of the file's entry."""
        file = await self.file(ref)
        assert file is not None
        return self.vault.get(ref, part, file.key)

    async def state(self, ref: str) -> tuple[FileState, str]:
        """Where the file stands and why."""
        file = await self.file(ref)
        assert file is not None
        return file.state, file.fault

    async def run_for(self, seconds: float) -> None:
        """Run as a service for so long, then stop."""
        running = asyncio.ensure_future(self.fetcher.run())
        await self.stage.play_for(running, seconds)
        await self.stage.stop(running)
