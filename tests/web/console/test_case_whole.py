"""A case from new to relayed over HTTP, by the desk and the authority's contact."""

from __future__ import annotations

from cases.model import State
from tests.web.console.case_kit import PDF, REPLY, actions, fetch, opened, report, stored, take
from tests.web.console.desk import Console


async def test_desk_and_authority_bring_a_case_to_its_sender(own: Console) -> None:
    """Every step is offered when it is due, and the answer's file ends in the vault with its hash."""
    case = report(own)
    async with own.clerk("handler") as desk, own.clerk("contact") as office:
        page = await opened(desk, case)
        assert actions(page)[:2] == ["triage", "ask_info"]
        assert (await take(desk, case, "triage", authority="ubnd", priority="normal")).status == 303
        letter = {"doc_no": "12/MTTQ", "doc_date": "2026-11-23", "content": "Đường Thôn 2 hỏng nặng", "confirmed": "1"}
        assert (await take(desk, case, "forward", **letter)).status == 303
        assert (await take(office, case, "acknowledge", received_on="2026-11-23")).status == 303
        assert (await take(office, case, "delegate", unit="", unit_name="Tổ giao thông")).status == 303
        answer = await take(office, case, "record_reply", file=PDF, **REPLY)
        assert answer.status == 303, answer.text
        points = {"point": ["Vá đường", ""], "met": ["answered", "open"], "where": ["Mục 2", ""]}
        assert (await take(desk, case, "points", **points)).status == 303
        assert (await take(desk, case, "relay")).status == 303
    assert fetch(own) == 1
    found = stored(own, case)
    assert (found.state, found.reply and len(found.reply.file_sha256)) == (State.RELAYED, 64)
