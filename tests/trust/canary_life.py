"""A whole life of cases with a canary in every field that takes text: in chat on each messenger, and in the console."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote

import aiohttp
from yarl import URL

from cases.model import Case, Officer, OfficerRole
from cases.papers import Paper
from cases.ports import CaseQuery
from papers.forms import PARTS
from storage import console, console_sessions
from storage.work import StoredWork
from tests.e2e.house import House, Phone, TelegramPhone, WebPhone, ZaloPhone, phone_on
from tests.trust.canaries import Canaries
from tests.web.console.case_kit import PDF, REPLY, take
from tests.web.console.desk import QUICK, SECRET, Clerk, browsing, hidden
from tests.web.console.malformed_kit import FORM, filled
from tests.web.console.test_malformed_steps import STEP_FIELDS
from tests.web.console.test_routes import ENDS_A_SESSION
from web.console.case_open import STEPS

PHONE = "0987612345"
PASSWORD = "mùa hè gặt lúa vàng 7 thửa"
ANY = ""


async def report(phone: Phone, told: Canaries) -> None:
    """A report with everything a resident can write."""
    await phone.says(f"Rác thải chợ đổ xuống {told('story')} bốc mùi hôi thối không ai dọn", "Trước khi gửi")
    await phone.taps("Tôi đồng ý", "thuộc mục nào")
    await phone.taps("Rác thải", "ở đâu")
    await phone.says(f"ở quán {told('place')}", "khi nào")
    await phone.says(f"từ hôm {told('when')}", "ảnh")
    await phone.photo("1 tệp")
    await phone.says(f"còn cả {told('more of the story')} khắp nơi", "Đã có 1 tệp")
    await phone.taps("Xong", "XEM LẠI")
    await phone.taps("Để lại tên", "họ tên")
    await phone.says(f"Đặng Thị {told.bare('name')} {PHONE}", "XEM LẠI")
    told.extra.append(_receipt(await phone.taps("Gửi", "Mã biên nhận")))


def _receipt(said: str) -> str:
    found = re.search(r"Mã biên nhận: ([0-9A-Z-]{20,})", said)
    assert found
    return found[1]


async def more(phone: Phone, told: Canaries) -> None:
    """What residents write beside the report: an addition, a search, an unfinished report."""
    await phone.says("/bosung", "chọn hồ sơ")
    await phone.taps("PA-", "bổ sung")
    await phone.says(f"Thêm nữa là {told('addition')} rất nặng mùi", "Đã ghi")
    await phone.says(f"Đường làng {told('draft')} trượt, đi lại khó khăn lắm", ANY)


async def judge(phone: Phone, told: Canaries, code: str) -> None:
    """Not content, and why."""
    if isinstance(phone, WebPhone):
        await phone.hears(ANY)
    else:
        await phone.hears("thấy thế nào")
    await phone.taps("Chưa", ANY)
    await phone.says(f"Tôi thấy {told('verdict')} như cũ", ANY)


@asynccontextmanager
async def clerk_of(house: House, told: Canaries, body: str, *roles: OfficerRole) -> AsyncIterator[Clerk]:
    """An officer with an account in the console, signed in over HTTP."""
    name = told("officer's name")

    def step(unit: StoredWork) -> tuple[Officer, str]:
        officer = Officer(unit.new_id(), "xa-mau", name, body, roles)
        unit.people.save_officer(officer)
        login = told.bare("login").lower()
        console.save(unit, officer, login, QUICK.hash(PASSWORD), SECRET, 0)
        return officer, str(console_sessions.begin(unit, officer, lang="vi", agent=told("browser"), address="10.0.0.7"))

    officer, token = await house.app.office.write(step)
    told.extra.append(token)
    async with browsing() as http:
        http.cookie_jar.update_cookies(SimpleCookie({"hoiam-desk": token}), URL(house.address))
        yield Clerk(http, house.address, officer, house.app.office.keys.lookup("console-csrf", token))


async def handled(house: House, told: Canaries, desk: Clerk, office: Clerk, case: Case) -> None:
    """Desk and authority bring one case to its sender, with notes, a message, papers and files on the way."""
    await _done(take(desk, case, "triage", authority="ubnd", priority="normal"))
    await _done(take(desk, case, "note", text=f"Gọi lại {told('note')} sau"))
    await _done(take(desk, case, "write", text=f"Xin hỏi bà con {told('message')} ạ?"))
    letter = {
        "doc_no": f"12/{told.bare('letter number')}",
        "doc_date": "2026-03-02",
        "content": f"Đề nghị dọn rác {told('forwarded text')} ở chợ",
        "confirmed": "1",
    }
    await _done(take(desk, case, "forward", **letter))
    await _done(take(office, case, "acknowledge", received_on="2026-03-02"))
    await _done(take(office, case, "delegate", unit="", unit_name=told.bare("unit")))
    reply = {
        **REPLY,
        "doc_date": "2026-03-02",
        "summary": f"Xã sẽ dọn {told('summary')} ngay",
        "signed_by": told("signer"),
    }
    await _done(_with_file(office, case, told, reply))
    points = {"point": [f"Dọn rác {told('point')}", ""], "met": ["answered", "open"], "where": [told("where"), ""]}
    await _done(take(desk, case, "points", **points))
    await papers(desk, told, case)
    await _done(take(desk, case, "relay"))
    await house.app.fetcher.drain()


async def _with_file(office: Clerk, case: Case, told: Canaries, reply: Mapping[str, Any]) -> Any:
    page = (await office.get(f"/console/cases/{case.code}")).text
    form = aiohttp.FormData()
    for name, value in {"version": hidden(page, "version"), "seen": hidden(page, "seen"), **reply}.items():
        for one in value if isinstance(value, list) else [value]:
            form.add_field(name, str(one))
    scan = PDF + f"\n% {told('text in a file')}".encode()
    form.add_field("file", scan, filename=f"{told.bare('name of a file')}.pdf", content_type="application/pdf")
    return await office.post(f"/console/cases/{case.code}/do/record_reply", form)


async def _done(answer: Any) -> None:
    got = await answer
    assert got.status == 303, (got.status, re.findall(r'-fault"[^>]*>([^<]*)<', got.text))


async def papers(desk: Clerk, told: Canaries, case: Case) -> None:
    """Every paper that fits, kept as a draft with words of the clerk's own."""
    for paper in Paper:
        parts = {part.name: told(f"paper {paper.value} {part.name}") for part in PARTS[paper]}
        form = {**parts, "signer": told("signer of a paper"), "signer_title": "Chủ tịch", "do": "draft"}
        answer = await desk.post(f"/console/cases/{case.code}/papers/new/{paper.value}", form)
        assert answer.status < 500, answer.text[:2000]


async def every_form(house: House, told: Canaries, clerks: list[Clerk], case: Case) -> None:
    """Each form of the console with a new canary in each of its fields, whether it is taken or not."""
    for route in house.app.site.console.routes:
        if route.method != "POST" or route.path == ENDS_A_SESSION or not route.roles:
            continue
        for who in [one for one in clerks if route.roles.intersection(one.officer.roles)][:1]:
            form = {name: told.bare(f"{name} of {route.path}") for name in FORM}
            assert (await who.post(filled(route.path, "", case.code), form)).status < 500, route.path
    for step in STEPS:
        now = await house.app.office.read(lambda unit: unit.cases.get(case.id))
        assert now is not None
        form = {name: told.bare(f"{name} of step {step}") for name in STEP_FIELDS} | {"version": str(now.version)}
        assert (await clerks[0].post(f"/console/cases/{case.code}/do/{step}", form)).status < 500, step


async def looked_for(house: House, told: Canaries, desk: Clerk, case: Case) -> list[str]:
    """Searches and addresses with canaries in them; finds in error pages, which say nothing but what was asked for."""
    word, strange = quote(told("searched word")), quote("không có gì ở đây")
    assert (await desk.get(f"/console/inbox?words={word}", **{"hx-request": "true"})).status == 200
    for path in (f"/console/cases?words={word}", f"/track?code={word}", f"/{word}"):
        assert (await desk.get(path, referer=f"{house.address}/{word}", cookie=f"a={word}")).status < 500, path
    shown = []
    for path in ("", "console/", "chat/", "api/v1/", f"console/cases/{case.code}/"):
        answer = await desk.get(f"/{path}{strange}?q={strange}", cookie="")
        assert answer.status in (401, 404), path
        shown += told.hits(answer.body.replace(desk.officer.name.encode(), b""), f"the error page of {path}")
    return shown


async def kept(told: Canaries, desk: Clerk, office: Clerk, admin: Clerk) -> None:
    """Forms of the console that are no case's, filled in rightly."""
    for who, path, form in (
        (desk, "/console/registers/session", {"year": "2026", "theme": told("theme"), "lead": "mttq", "joint": "1"}),
        (desk, "/console/views", {"name": told("view"), "shared": "1", "query": f"words={quote(told('kept words'))}"}),
        (desk, "/console/tokens", {"name": told("token's name"), "scopes": ["cases:read"], "days": "30"}),
        (
            desk,
            "/console/settings/replies",
            {"title": told("canned title"), "text": told("canned text"), "body": "mttq"},
        ),
        (desk, "/console/export", {"form": "json", "reason": told("why exported")}),
        (office, "/console/disclosure", {**_ITEM, "title": told("made public")}),
        (admin, "/console/hooks/propose", {**_HOOK, "name": told("hook's name")}),
        (admin, "/console/open311", {"step": "make", "name": told("sender's name")}),
        (admin, "/console/settings/officers/+", {**_NEW, "name": told("new officer")}),
    ):
        answer = await who.post(path, form)
        assert answer.status in (200, 303), (
            path,
            answer.status,
            re.findall(r'class="fault"[^>]*>([^<]*)<', answer.text),
        )


_ITEM = {"step": "add", "content": "D6", "owner": "ubnd", "due_on": "2026-03-30"}
_HOOK = {"url": "https://cong.example.vn/hoi-am", "events": ["case.answered"]}
_NEW = {"body": "hnd", "roles": "handler", "reason": "Cán bộ mới"}


async def case_of(house: House, channel: str) -> Case:
    """The newest case of this channel."""
    return [one for one in await cases_of(house) if one.channel == channel][-1]


async def cases_of(house: House) -> list[Case]:
    """All there are."""
    return list(await house.app.office.read(lambda unit: unit.cases.find(CaseQuery())))


@asynccontextmanager
async def resident(house: House, channel: str, told: Canaries) -> AsyncIterator[Phone]:
    """Somebody whose id on this channel is worth looking for."""
    if channel == "telegram":
        told.extra.append("7700112233445566")
        yield TelegramPhone(house, 7700112233445566)
        return
    async with phone_on(house, channel) as phone:
        if isinstance(phone, ZaloPhone):
            told.extra.append(phone.person.id)
        yield phone


async def fail(house: House, told: Canaries) -> None:
    """An update that cannot be handled, kept sealed for an operator."""
    update = {"text": told("failed update"), "from": PHONE}
    await house.app.office.write(lambda unit: unit.keep_failed("telegram", update, "KeyError"))
