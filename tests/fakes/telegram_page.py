"""A resident's phone in the browser, so that the bot can be tried on the fake Telegram by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from tests.fakes.telegram_server import FakeTelegram

PAGE = """<!doctype html><html lang="vi"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Telegram giả</title><link rel="icon" href="data:,">
<style>
body{font:17px system-ui,sans-serif;margin:0;background:#dfe7ec}
main{max-width:34rem;margin:auto;padding:1rem 1rem 7rem}
p{white-space:pre-wrap;background:#fff;border-radius:12px;padding:.6rem .8rem;margin:.5rem 4rem .3rem 0}
p.me{background:#d7f5c9;margin:.5rem 0 .3rem 4rem}
button{font:inherit;margin:.15rem;padding:.5rem .8rem;border:1px solid #3b82a0;border-radius:8px;background:#fff}
form{position:fixed;bottom:0;left:0;right:0;background:#fff;padding:.7rem;display:flex;gap:.5rem}
form>*{font:inherit}#text{flex:1;min-width:0;padding:.5rem}#chat{width:5rem}
</style>
<main id="log"></main>
<form id="form"><input id="chat" type="number" value="5001" title="chat id">
<input id="text" autocomplete="off" placeholder="Nhắn tin, ví dụ /start">
<label>Ảnh<input id="photo" type="file" hidden></label><button>Gửi</button></form>
<script>
const $=id=>document.getElementById(id);let seen=0,shown=0;
const post=(path,body)=>fetch('/resident/'+path+'?chat='+$('chat').value,{method:'POST',body});
const bubble=(text,me)=>{const p=document.createElement('p');p.textContent=text;if(me)p.className='me';
 $('log').append(p);scrollTo(0,document.body.scrollHeight);return p};
const press=label=>{bubble(label,true);post('press',label)};
$('form').onsubmit=e=>{e.preventDefault();const t=$('text').value;$('text').value='';
 if(t){bubble(t,true);post('say',t)}};
$('photo').onchange=e=>{const f=e.target.files[0];if(f){bubble('📷 '+f.name,true);post('photo',f)}};
$('chat').onchange=()=>{seen=0;$('log').textContent=''};
async function listen(){for(;;){try{const who=$('chat').value;
 const said=await(await fetch('/resident/heard?chat='+who+'&after='+seen)).json();
 if(who===$('chat').value)for(const m of said){seen=m.id;bubble(m.text);
  const row=document.createElement('div');for(const label of m.labels){const b=document.createElement('button');
  b.type='button';b.textContent=label;b.onclick=()=>press(label);row.append(b)}$('log').append(row);
  scrollTo(0,document.body.scrollHeight)}}catch{}
 await new Promise(r=>setTimeout(r,400))}}
listen();
</script></html>"""


def add_page(app: web.Application, fake: FakeTelegram) -> None:
    """Serve the page at `/` and the few calls it makes."""

    async def page(_: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    async def act(request: web.Request) -> web.Response:
        chat = int(request.query["chat"])
        what = request.match_info["what"]
        if what == "photo":
            fake.send_photo(chat, await request.read())
        elif what == "press":
            fake.press(chat, await request.text())
        else:
            fake.say(chat, await request.text())
        return web.Response(text="ok")

    async def heard(request: web.Request) -> web.Response:
        chat, after = int(request.query["chat"]), int(request.query["after"])
        said = [sent for sent in fake.sent if sent.chat_id == chat and sent.message_id > after]
        return web.json_response([{"id": s.message_id, "text": s.text, "labels": s.labels} for s in said])

    app.router.add_get("/", page)
    app.router.add_get("/resident/heard", heard)
    app.router.add_post("/resident/{what:say|press|photo}", act)
