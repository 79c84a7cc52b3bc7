"""Row 12, the ways out of the house: messengers, papers, spreadsheets, log lines and the web chat give it back."""

from __future__ import annotations

import io
import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest
import structlog
from docx import Document
from openpyxl import load_workbook

from bot.logs import OURS, configure
from cases.messages import Choice, Fate, Outgoing
from cases.papers import Paper
from papers.sheets import Column, Sheet
from tests.channels.telegram_kit import HOME, connected
from tests.channels.zalo_kit import bot_town, oa_town
from tests.papers.kit import case_for, facts, made, shape
from tests.trust.injection_kit import GOING_IN, NO_XML, flat, same_cell
from tests.web.visitor import visiting

# -- messengers -------------------------------------------------------------------------------------------------------


async def test_telegram_shows_it_as_written() -> None:
    """Plain text without a parse mode: no entity is made of it, no message refused, in the text and on a button."""
    async with connected() as (fake, channel):
        for name, text in GOING_IN:
            if not text.strip():
                continue
            sent = await channel.send(HOME, Outgoing(text, (Choice("v.0", "Gửi"),)))
            assert sent.fate is Fate.SENT, (name, text, sent.detail)
            assert fake.sent[-1].text.strip() == text.strip(), name
            assert not fake.sent[-1].markup or fake.sent[-1].labels == ["Gửi"]


@pytest.mark.parametrize("town", [oa_town, bot_town], ids=["zalo-oa", "zalo-bot"])
async def test_zalo_shows_it_as_written(tmp_path: Path, town: Any) -> None:
    """Both faces; composed characters are one sign to Zalo, so what was decomposed arrives composed."""
    async with town(tmp_path) if town is oa_town else town() as there:
        for name, text in GOING_IN:
            if not text.strip():
                continue
            assert (await there.channel.send(there.to, Outgoing(text))).fate is Fate.SENT, (name, text)
            heard = there.person.heard[-1].text
            assert heard in (text, text.strip()) or flat(heard) == flat(_composed(text)), name


def _composed(text: str) -> str:
    import unicodedata

    return unicodedata.normalize("NFC", text)


# -- papers, spreadsheets, logs, the web chat -------------------------------------------------------------------------


def test_a_paper_holds_it_and_keeps_its_structure() -> None:
    """Word: the text is there, and the document has the tags of a harmless one with as many lines."""
    for name, text in GOING_IN[:: max(len(GOING_IN) // 44, 1)]:
        case = case_for(Paper.FORWARDING, text=text)
        word = made(Paper.FORWARDING, given=facts(Paper.FORWARDING, case=case, content=text))
        harmless = re.sub(r"[^\s]", "x", NO_XML.sub("", text)) or "x"
        other = made(Paper.FORWARDING, given=facts(Paper.FORWARDING, case=case, content=harmless))
        text = re.sub("[\x7f-\x9f]", "", text)  # a paper has no place for what cannot be printed
        words = flat(" ".join(node.text or "" for node in Document(io.BytesIO(word)).element.body.iter()))
        assert flat(text) in words or flat(text).replace(" ", "") in words.replace(" ", ""), (name, text)
        assert set(shape(word)) <= set(shape(other)) | {"br", "t", "r", "tab"}, (name, text)
        assert abs(shape(word).count("p") - shape(other).count("p")) <= 1, (name, text)


def test_a_sheet_of_a_report_holds_it(tmp_path: Path) -> None:
    """The writer of all spreadsheets, every payload."""
    path = tmp_path / "a.xlsx"
    with Sheet(path, "x", [Column("v", "Cột")], tmp_path) as sheet:
        sheet.add({"v": text} for _, text in GOING_IN)
    active = load_workbook(path).active
    assert active is not None
    cells = [row[0] for row in active.iter_rows(min_row=2, max_row=len(GOING_IN) + 1)]
    assert {cell.data_type for cell in cells} <= {"s", "n"}  # "n": an empty cell
    assert [
        text for cell, (_, text) in zip(cells, GOING_IN, strict=True) if not same_cell(cell.value or "", text)
    ] == []


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_log_line_stays_one_line(capsys: pytest.CaptureFixture[str], form: str) -> None:
    """Whatever slips into an allowed field: one line an event, no second event, no colour of the terminal."""
    root, kept = logging.getLogger(), logging.getLogger().handlers[:]
    level = root.level
    configure("info", form)
    try:
        for _, text in GOING_IN:
            structlog.get_logger("bot.spine").error("update kept", detail=text)
    finally:
        root.handlers[:] = kept
        root.setLevel(level)
        for name in OURS:
            logging.getLogger(name).setLevel(logging.NOTSET)
        structlog.reset_defaults()
    err = capsys.readouterr().err
    lines = [line for line in err.split("\n") if line]
    assert len(lines) == len(GOING_IN)
    assert all("update kept" in line for line in lines)
    if form == "json":
        assert {json.loads(line)["event"] for line in lines} == {"update kept"}
    else:
        own = re.sub("\x1b\\[[0-9;]*m", "", err)
        assert not {"\x1b", "\x07", "\x9b"} & set(own)


async def test_the_web_chat_gives_it_back(tmp_path: Path, rules: Any, clock: Any) -> None:
    """What a visitor wrote stands in the conversation as written, through JSON both ways."""
    from tests.trust.hooks_kit import hooked

    with hooked(tmp_path, rules, clock) as house:
        for name, text in GOING_IN[:: max(len(GOING_IN) // 44, 1)]:
            if not text.strip():
                continue
            async with visiting(house.stage.url) as visitor:
                await visitor.get("/chat")
                answer = await visitor.say(text)
                assert answer.status == 200, (name, text)
                mine = [line["text"] for line in await visitor.lines() if line["mine"]]
                assert [one.strip() for one in mine] == [text.strip()], name
