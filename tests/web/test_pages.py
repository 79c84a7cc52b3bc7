"""Pages as the server draws them: the chat without scripts, plain errors, two languages."""

from __future__ import annotations

import io
import re

import aiohttp
import pytest
import yaml

from cases.messages import Choice, Outgoing
from tests.web.stage import TEXTS, Stage
from tests.web.visitor import Answer, Visitor
from web.app import without_nul

FORM = {"sec-fetch-site": "same-origin", "accept": "text/html"}


async def post(visitor: Visitor, path: str = "/chat/say", **fields: str) -> Answer:
    """A plain form."""
    form = aiohttp.FormData({"message_id": "form-12345678", **fields}, default_to_multipart=True)
    return await visitor.ask("POST", path, data=form, headers=FORM)


async def test_the_plain_form_takes_words_and_goes_back(visitor: Visitor) -> None:
    """Without scripts: 303 to the end of the page, which then shows both sides."""
    answer = await post(visitor, text="dòng một\r\ndòng hai")
    assert (answer.status, answer.headers["location"]) == (303, "/chat#end")
    assert (await visitor.lines())[0]["text"] == "dòng một\ndòng hai"
    assert "Bot nghe: dòng một" in (await visitor.get("/chat")).text


async def test_a_form_sent_twice_is_one_message(visitor: Visitor) -> None:
    """The page's own message id is in the form: going back and sending again changes nothing."""
    for _ in range(2):
        await post(visitor, text="một lần")
    assert len(await visitor.lines()) == 2


async def test_the_plain_form_presses_buttons(visitor: Visitor) -> None:
    """The answer buttons are submit buttons."""
    await post(visitor, text="/start")
    page = (await visitor.get("/chat")).text
    assert 'name="choice" value="n1.0"' in page
    await post(visitor, choice="n1.0", message_id="form-press-1")
    assert [line["text"] for line in await visitor.lines()][::2] == ["Bắt đầu", "Phản ánh mới"]


async def test_the_plain_form_sends_files(visitor: Visitor, stage: Stage) -> None:
    """Pictures go with the words."""
    form = aiohttp.FormData({"message_id": "form-files-1", "text": "kèm ảnh"}, default_to_multipart=True)
    form.add_field("file", io.BytesIO(b"\xff\xd8 one"), filename="1.jpg", content_type="image/jpeg")
    form.add_field("file", io.BytesIO(b"\xff\xd8 two"), filename="2.jpg", content_type="image/jpeg")
    assert (await visitor.ask("POST", "/chat/say", data=form, headers=FORM)).status == 303
    assert [file.name for file in stage.desk.heard[-1].files] == ["1.jpg", "2.jpg"]


async def test_an_empty_file_field_is_no_file(visitor: Visitor, stage: Stage) -> None:
    """Browsers send an empty part when nothing was chosen."""
    form = aiohttp.FormData({"message_id": "form-nofile-1", "text": "chữ"}, default_to_multipart=True)
    form.add_field("file", io.BytesIO(b""), filename="", content_type="application/octet-stream")
    assert (await visitor.ask("POST", "/chat/say", data=form, headers=FORM)).status == 303
    assert stage.desk.heard[-1].files == ()


async def test_a_refused_form_is_a_plain_page(visitor: Visitor) -> None:
    """The sentence as a page, with a way back."""
    answer = await post(visitor, text="  ")
    assert answer.status == 422
    assert "Tin chưa có nội dung" in answer.text
    assert 'href="/chat' in answer.text


async def test_text_is_escaped_and_addresses_can_be_followed(visitor: Visitor) -> None:
    """Markup stays text; only web addresses become links."""
    await visitor.say('<img src=x onerror=alert(1)> https://example.org/?a=1&b="x javascript:alert(1)')
    page = (await visitor.get("/chat")).text
    assert "<img src=x" not in page
    assert '<a href="https://example.org/?a=1&amp;b=" target="_blank" rel="noopener noreferrer">' in page
    assert 'href="javascript' not in page


async def test_buttons_of_the_last_turn_only_and_of_notices(visitor: Visitor, stage: Stage) -> None:
    """What is answered loses its buttons; a notice keeps its own."""
    await visitor.say("/start")
    await stage.desk.notify(
        visitor.cookie().split(".")[0],
        Outgoing("Đã có trả lời", (Choice("s.0", "Hài lòng"),)),
        f"n:{visitor.cookie()[:9]}",
    )
    await visitor.say("chuyện khác")
    page = (await visitor.get("/chat")).text
    assert 'value="s.0"' in page
    assert 'value="n1.0"' not in page


async def test_the_deep_link_waits_for_the_first_word(visitor: Visitor) -> None:
    """The page carries the parameter, and drops what is not one."""
    assert 'name="start" value="lk-ABC"' in (await visitor.get("/chat?start=lk-ABC")).text
    assert "evil" not in (await visitor.get('/chat?start="evil')).text


async def test_leaving_forgets_the_conversation_here(visitor: Visitor) -> None:
    """The cookie goes; the page is a stranger's again."""
    await visitor.say("chào 4410")
    assert (await post(visitor, "/chat/leave")).status == 303
    assert "4410" not in (await visitor.get("/chat")).text


@pytest.mark.parametrize(
    ("path", "accepted", "lang"),
    [
        ("/", "", "vi"),
        ("/", "en-GB,en;q=0.9", "en"),
        ("/chat", "fr,vi;q=0.5,en;q=0.4", "vi"),
        ("/chat", ";q=x,,", "vi"),
        ("/?lang=en", "vi", "en"),
        ("/chat?lang=vi", "en", "vi"),
        ("/chat?lang=xx", "en", "en"),
    ],
)
async def test_the_language(visitor: Visitor, path: str, accepted: str, lang: str) -> None:
    """The address, else the browser, else Vietnamese."""
    assert f'<html lang="{lang}">' in (await visitor.get(path, **{"accept-language": accepted})).text


async def test_a_chosen_language_stays_with_the_form(visitor: Visitor) -> None:
    """Forms and links of the English page lead to English pages."""
    assert 'action="/chat/say?lang=en"' in (await visitor.get("/chat?lang=en")).text
    assert (await post(visitor, "/chat/say?lang=en", text="hello")).headers["location"] == "/chat?lang=en#end"


async def test_both_languages_have_the_same_texts(stage: Stage) -> None:
    """No key or placeholder of one file is missing in the other."""
    files = [yaml.safe_load((TEXTS / lang / "web.yaml").read_text("utf-8")) for lang in ("vi", "en")]
    assert list(files[0]) == list(files[1])
    holes = [{key: set(re.findall(r"\{(\w+)\}", text)) for key, text in file.items()} for file in files]
    assert holes[0] == holes[1]


async def test_scripts_get_sentences_people_get_pages(visitor: Visitor) -> None:
    """The same refusal in two shapes."""
    assert (await visitor.get("/nowhere")).json == {"error": "not_found", "say": "Không có trang này."}
    assert "<h1>Không có trang này.</h1>" in (await visitor.get("/nowhere", accept="text/html")).text


async def test_officers_are_shown_the_way(visitor: Visitor) -> None:
    """The console leads to its door."""
    answer = await visitor.get("/console")
    assert (answer.status, answer.headers["location"]) == (303, "/console/login")
    assert 'autocomplete="one-time-code"' in (await visitor.get("/console/login")).text


def test_an_address_with_a_nul_byte_is_looked_up_without_it() -> None:
    """PostgreSQL takes no such text and would fail at it, on every public page."""
    scope = {"type": "http", "path": "/cases/a\0b", "query_string": b"hamlet=%00&q=x"}
    taken = without_nul(scope)
    assert (taken["path"], taken["query_string"]) == ("/cases/a\ufffdb", b"hamlet=%EF%BF%BD&q=x")
    plain = {**scope, "path": "/", "query_string": b"q=100%25"}
    assert without_nul(plain) is plain
