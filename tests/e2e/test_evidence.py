"""A photo with its place in it, from a resident's web chat to an officer's screen, over real HTTP."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import aiohttp
from yarl import URL

from bot.clock import SteppedClock
from cases.model import OfficerRole
from cases.ports import CaseQuery
from storage import console_sessions
from storage.work import StoredWork
from tests.e2e.house import House, WebPhone, open_house, phone_on
from tests.e2e.test_all_channels import report
from tests.trust.marked import BOTH, marked_picture

PHOTO = marked_picture("JPEG", 5)
ROLES = (OfficerRole.HANDLER, OfficerRole.TRIAGE)


async def test_the_officer_sees_the_road_and_not_where_the_phone_was(tmp_path: Path, clock: SteppedClock) -> None:
    """The copy has no word of the camera; the original lies in the vault, byte for byte, its digest on record."""
    async with open_house(tmp_path, "", clock) as house, phone_on(house, "web") as resident:
        assert isinstance(resident, WebPhone)
        resident.file = ("IMG_0042.jpg", PHOTO, "image/jpeg")
        await report(resident)
        async with asyncio.timeout(30):
            while not await house.app.cleaner.drain():  # the fetcher runs beside, as in the product
                await house.until_settled()
        (case,) = await house.app.office.read(lambda unit: unit.cases.find(CaseQuery()))
        (file,) = await house.app.office.read(lambda unit: unit.files.of_case(case.id))
        assert file.sha256 == hashlib.sha256(PHOTO).hexdigest()
        assert house.app.vault.get(file.id, key=file.key) == PHOTO
        status, mime, content = await seen(house, f"/console/cases/{case.code}/files/{file.id}")
        assert (status, mime) == (200, "image/jpeg")
        assert all(mark.encode() in PHOTO and mark.encode() not in content for mark in BOTH)
        ready = await house.app.ready()
        assert ready["files_held_for_scanner"] == 0


async def seen(house: House, path: str) -> tuple[int, str, bytes]:
    """What an officer of the body that received it gets."""
    case = (await house.app.office.read(lambda unit: unit.cases.find(CaseQuery())))[0]
    await house.enrol("Chị Lan", case.receiving_body, *ROLES)

    def signed_in(unit: StoredWork) -> str:
        officer = next(one for one in unit.people.officers("xa-mau") if one.name == "Chị Lan")
        return console_sessions.begin(unit, officer, lang="vi", agent="Firefox", address="10.0.0.7")

    token = await house.app.office.write(signed_in)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        http.cookie_jar.update_cookies({"hoiam-desk": token}, URL(house.address))
        async with http.get(house.address + path) as answer:
            return answer.status, answer.content_type, await answer.read()
