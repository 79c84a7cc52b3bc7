"""Single doors to a hidden case, each tried by somebody who may not pass: files, papers, reports, merging, tokens."""

from __future__ import annotations

import html
import io
import re
import zipfile
from pathlib import Path
from urllib.parse import urlencode

import pytest

from cases.model import OfficerRole, State
from storage.work import StoredWork
from tests.web.console.accused_house import (
    OPEN_STORY,
    PROVINCE,
    RELATIVE,
    House,
    addresses,
    house,
    open_houses,  # noqa: F401 - a fixture
    tells,
    token_of,
)
from tests.web.console.accused_walk import parted, walk
from tests.web.console.papers_kit import send
from web.console.case_open import STEPS


async def test_the_register_of_numbers_tells_only_the_number(tmp_path: Path) -> None:
    """A number given to a hidden paper stands in the body's register without who, when and for what."""
    with house(tmp_path / "numbers", with_hidden=True) as full:
        case = full.hidden[1]
        case.state, case.competent_authority = State.TRIAGED, "ubnd_tinh"

        def step(unit: StoredWork) -> None:
            found = unit.cases.get(case.id)
            assert found is not None
            found.state, found.forwarded_at, found.received_on = State.TRIAGED, None, None
            unit.cases.save(found)

        full.desk.run(step)
        async with full.desk.clerk("colleague") as who:
            made = await send(who, case, "forwarding", number="31", signer="Ngô Văn Kín")
        assert made.status == 303, made.text[-1500:]
        async with full.desk.clerk("handler") as accused:
            page = (await accused.get("/console/papers")).text
            form = (await accused.get("/console/cases/PA-2026-000001/papers/new/info_request")).text
    line = next(row for row in re.findall(r"<tr.*?</tr>", page, re.DOTALL) if ">31<" in row.replace("\n", ""))
    assert full.desk.officers["colleague"].name not in line
    assert "23/11/2026" not in line
    assert tells(page, full.hidden) == []
    assert "Ngô Văn Kín" not in form


async def test_the_files_of_a_hidden_case_are_nowhere_to_be_had(houses: tuple[House, House]) -> None:
    """Its files under the number of a case that may be read, among disclosures, as a paper, in another form."""
    full, _ = houses
    case = full.hidden[1]
    file = f"f{case.id[1:]}"
    for name in ("handler", "contact", "union"):
        async with full.desk.clerk(name) as who:
            for path in ("/console/cases/PA-2026-000001/files/{}", "/console/cases/PA-2026-000001/papers/{}",
                         "/console/cases/PA-2026-000001/papers/{}/word", "/console/disclosure/files/{}",
                         "/console/reports/{}", "/console/registers/plan/{}"):  # fmt: skip
                there, nowhere = await who.get(path.format(file)), await who.get(path.format("0" * 32))
                assert there.status == 404, path
                assert full.plain(there) == full.plain(nowhere), path


@pytest.mark.parametrize("name", ["handler", RELATIVE])
async def test_a_report_opens_no_hidden_case(houses: tuple[House, House], name: str) -> None:
    """A body's report counts every case of the body; its lists and files name none that the reader may not see."""
    full, _ = houses
    async with full.desk.clerk(name) as who:
        made = await who.post("/console/reports", {"kind": "RGS_H", "author": "mttq", "period": "2026-H2"})
        place = made.headers["location"]
        page = (await who.get(place)).text
        lists = [html.unescape(one) for one in re.findall(r'href="(/console/figures/list[^"]*)"', page)]
        told = page + "".join([(await who.get(one)).text for one in lists])
        files = [await who.get(f"{place}/file/{style}") for style in ("docx", "xlsx")]
    assert [one.status for one in files] == [200, 200]
    for one in files:
        with zipfile.ZipFile(io.BytesIO(one.body)) as parts:
            told += "".join(parts.read(part).decode("utf-8", "replace") for part in parts.namelist() if "xml" in part)
    assert tells(told, full.hidden) == []


@pytest.mark.parametrize("name", ["handler", RELATIVE, "union", "follow_up"])
async def test_the_draft_of_a_report_is_the_same(houses: tuple[House, House], name: str) -> None:
    """A draft can be opened every day: its totals must not tell the day on which a case about the reader came in."""
    kind, author = {"union": ("RGS_H", "hlhpn"), "follow_up": ("RDV_H", "ban_xdd")}.get(name, ("RGS_H", "mttq"))
    told = []
    for one in houses:
        async with one.desk.clerk(name) as who:
            made = await who.post("/console/reports", {"kind": kind, "author": author, "period": "2026-H2"})
            await who.get(made.headers["location"])  # says once that it was made
            page = await who.get(made.headers["location"])
        assert page.status == 200
        told.append(re.sub(r"(version|value)=\S+", "", one.plain(page)))
    assert told[0] == told[1], parted(*told)


async def test_a_hidden_case_cannot_be_merged_with(houses: tuple[House, House]) -> None:
    """The form that names another case says the same of a hidden one as of none."""
    told = []
    for code in ("PA-2026-000701", "PA-2026-000999"):
        for one in houses:
            async with one.desk.clerk("handler") as who:
                page = (await who.get("/console/cases/PA-2026-000002")).text
                fields = dict(re.findall(r'name="(version|seen)" value="([^"]*)"', page))
                answer = await who.post("/console/cases/PA-2026-000002/do/merge", {**fields, "other": code})
                told.append(one.plain(answer).replace(code, ""))
    assert set(told) == {told[0]}


async def test_nobody_outside_reads_a_word(houses: tuple[House, House]) -> None:
    """Board, feeds, figures, Open311, interface: nothing of the hidden cases' own words or numbers."""
    full, _ = houses
    pages = ("/", "/?q=b%E1%BB%93ng", "/board.csv", "/board.atom", "/board.rss", "/figures", "/how", "/embed",
             "/open311/v2/services.json", "/open311/v2/requests.json", "/open311/v2/requests.xml",
             "/open311/v2/requests/PA-2026-000701.json", "/openapi.json", "/cases/PA-2026-000701", "/metrics",
             "/readyz", "/healthz")  # fmt: skip
    async with full.desk.stranger() as who:
        for path in pages:
            answer = await who.get(path, accept="*/*")
            assert answer.status < 500, path
            assert [word for word in tells(answer.text, full.hidden) if word not in path] == [], path


async def test_late_naming_shuts_a_session_out_at_once(tmp_path: Path) -> None:
    """A case that names an officer later is gone from an open session, a token and an export in the same second."""
    with house(tmp_path / "late", with_hidden=False) as one:
        accused, code = one.desk.officers["contact"], "PA-2026-000002"
        async with one.desk.clerk("contact") as who:
            assert (await who.get(f"/console/cases/{code}")).status == 200

            def name(unit: StoredWork) -> None:
                found = unit.cases.by_code("xa-mau", code)
                assert found is not None
                found.excluded_officers = (accused.id,)
                unit.cases.save(found)

            one.desk.run(name)
            gone = await who.get(f"/console/cases/{code}")
            listed = await who.get("/console/cases")
            taken = await who.post("/console/export", {"form": "csv"})
    assert gone.status == 404
    assert code not in listed.text
    assert code not in taken.text


async def test_a_token_dies_with_its_officers_role(tmp_path: Path) -> None:
    """An officer who becomes administrator, leaves or is moved reads by an old token what she would read now."""
    with house(tmp_path / "token", with_hidden=False) as one:
        officer = one.desk.officers["colleague"]
        token = token_of(one, "colleague")
        headers = {"authorization": f"Bearer {token}", "accept": "application/json"}
        async with one.desk.stranger() as who:
            assert b"PA-2026-000001" in (await who.get("/api/v1/cases", **headers)).body
            officer.roles = (OfficerRole.ADMIN,)
            one.desk.run(lambda unit: unit.people.save_officer(officer))
            as_admin = await who.get("/api/v1/cases", **headers)
            officer.active = False
            one.desk.run(lambda unit: unit.people.save_officer(officer))
            left = await who.get("/api/v1/cases", **headers)
    assert b"PA-" not in as_admin.body
    assert left.status == 401


async def test_an_administrators_pages_hold_no_case(houses: tuple[House, House]) -> None:
    """No number, no text, no sender: not even of everyday cases."""
    full, _ = houses
    async with full.desk.clerk("admin") as who:
        for path in addresses(full.desk):
            text = (await who.get(path)).text
            found = [code for code in re.findall(r"PA-2026-\d{6}", text) if code not in path]
            assert found == [], path
            assert OPEN_STORY[:20] not in text, path


OF_THE_AUTHORITY = {"acknowledge", "delegate", "extend", "return", "record_reply", "file", "open_dialogue"}


@pytest.mark.parametrize(
    ("name", "steps"), [("contact", OF_THE_AUTHORITY), ("follow_up", {"urge"}), ("oversight", set())]
)
async def test_nobody_takes_anothers_steps(tmp_path: Path, name: str, steps: set[str]) -> None:
    """The authority, who follows up, who oversees: every other step of the desk is refused and leaves no trace."""
    with house(tmp_path / name, with_hidden=False) as one:
        code, officer = "PA-2026-000003", one.desk.officers[name]

        def traces() -> list[str]:
            case = one.desk.run(lambda unit: unit.cases.by_code("xa-mau", code))
            told = one.desk.run(lambda unit: list(unit.cases.history(case.id)))
            return [event.what for event in told if event.actor == officer.id and event.what != "content_read"]

        async with one.desk.clerk(name) as who:
            for step in sorted(STEPS.keys() - steps):
                form = {
                    "version": "0",
                    "seen": "0",
                    "text": "x y z",
                    "note": "x y z",
                    "reason": "x y z",
                    "topic": "infra.road",
                }
                answer = await who.post(f"/console/cases/{code}/do/{step}", form)
                assert answer.status in (404, 409, 422), (step, answer.status)
                assert traces() in ([], ["read"]), step


PAYLOAD = "<img src=x onerror=alert(1)>\"'><svg/onload=alert(2)>{{7*7}}${7*7}"


async def test_words_of_others_stay_words(tmp_path: Path) -> None:
    """What residents and officers write is text on every page that links lead to."""
    with house(tmp_path / "words", with_hidden=False) as one:

        def spoil(unit: StoredWork) -> None:
            case = unit.cases.by_code("xa-mau", "PA-2026-000001")
            assert case is not None
            case.text = case.place = case.subject_note = case.forward_doc_no = case.receipt_proof = PAYLOAD
            unit.cases.save(case)
            officer = one.desk.officers["colleague"]
            officer.name = PAYLOAD
            unit.people.save_officer(officer)

        one.desk.run(spoil)
        async with one.desk.clerk("colleague") as who:
            page = (await who.get("/console/cases/PA-2026-000001")).text
            fields = dict(re.findall(r'name="(version|seen)" value="([^"]*)"', page))
            await who.post("/console/cases/PA-2026-000001/do/note", {**fields, "text": PAYLOAD, "note": PAYLOAD})
            await who.post("/console/views", {"name": PAYLOAD, "query": urlencode({"words": PAYLOAD}), "shared": "1"})
            await who.post("/console/settings/replies", {"title": PAYLOAD, "text": PAYLOAD})
            await who.post("/console/tokens", {"name": PAYLOAD, "days": "3", "scopes": "cases:read"})
            await who.post("/console/reports", {"kind": "RGS_H", "author": "mttq", "period": "2026-H2"})
        for name in ("handler", "colleague", "contact", "admin"):
            pages = await walk(
                one, name, first=("/console/cases/PA-2026-000001", "/console/cases/PA-2026-000001/papers")
            )
            assert [path for path, text in pages.items() if "<img src=x" in text or "<svg/onload" in text] == []
            if name == "handler":
                assert any("&lt;img src=x" in text for text in pages.values())


async def test_the_province_reads_by_number_and_commune_what_the_commune_may_not(houses: tuple[House, House]) -> None:
    """The case that shuts out the whole commune is open to the Front above it, under the commune's name."""
    full, _ = houses
    async with full.desk.clerk(PROVINCE) as who:
        assert (await who.get("/console/cases/PA-2026-000700@xa-mau")).status == 200
        assert (await who.get("/console/cases/PA-2026-000001@xa-mau")).status == 404
        assert (await who.get("/console/cases/PA-2026-000700@tinh-mau")).status == 404
