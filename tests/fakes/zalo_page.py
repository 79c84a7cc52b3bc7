"""A page on which a developer chats by hand as a resident, with the Official Account on one side and the bot beside."""

from __future__ import annotations

from aiohttp import web

from tests.fakes.zalo_bot_face import BotFace
from tests.fakes.zalo_oa_face import OAFace
from tests.fakes.zalo_people import Json, ZaloPerson

PAGE = """<!doctype html><html lang="vi"><meta charset="utf-8"><title>Zalo giả</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body{font:17px/1.5 sans-serif;margin:0;background:#e8edf3}main{display:flex;flex-wrap:wrap;gap:1rem;padding:1rem}
section{flex:1 1 20rem;background:#fff;border-radius:12px;padding:1rem;display:flex;flex-direction:column;height:85vh}
ol{flex:1;overflow:auto;list-style:none;margin:0;padding:0}li{white-space:pre-wrap;margin:.4rem 0;padding:.5rem .8rem;
border-radius:12px;background:#eef3fa;max-width:85%;width:fit-content}li.me{background:#cfe8ff;margin-left:auto}
button,input{font:inherit;padding:.4rem .7rem;margin:.15rem;border-radius:8px;border:1px solid #9ab}
form{display:flex}form input[name=text]{flex:1;min-width:0}
</style><main></main><script>
const faces = {oa: "Zalo Official Account", bot: "Zalo bot"};
const post = (face, kind, body) => fetch(`/hand/${face}/${kind}`, {method: "POST", body});
for (const [face, title] of Object.entries(faces)) {
  const box = document.createElement("section");
  box.innerHTML = `<h2>${title}</h2><ol></ol><form><input name="text" autocomplete="off" placeholder="Nhắn tin…">
    <button>Gửi</button><input type="file" name="photo" accept="image/*" style="width:7rem"></form><p></p>`;
  document.querySelector("main").append(box);
  const list = box.querySelector("ol"), form = box.querySelector("form"), extra = box.querySelector("p");
  const add = (text, mine, buttons) => {
    const line = document.createElement("li");
    line.textContent = text; line.className = mine ? "me" : "";
    for (const label of buttons || []) {
      const button = document.createElement("button");
      button.textContent = label; button.onclick = () => { add(label, true); post(face, "tap", label); };
      line.append(document.createElement("br"), button);
    }
    list.append(line); list.scrollTop = list.scrollHeight;
  };
  form.onsubmit = event => {
    event.preventDefault();
    const photo = form.photo.files[0], text = form.text.value;
    if (photo) { add("[ảnh] " + text, true); post(face, "photo", photo); }
    else if (text) { add(text, true); post(face, "say", text); }
    form.reset();
  };
  if (face === "oa") for (const [kind, label] of [["follow", "Quan tâm"], ["unfollow", "Bỏ quan tâm"],
      ["place", "Gửi vị trí"], ["info", "Gửi số điện thoại"]]) {
    const button = document.createElement("button");
    button.textContent = label; button.onclick = () => { add("[" + label + "]", true); post(face, kind, ""); };
    extra.append(button);
  }
  let seen = 0;
  setInterval(async () => {
    const heard = await (await fetch(`/hand/${face}?after=${seen}`)).json();
    seen += heard.length; heard.forEach(one => add(one.text, false, one.buttons));
  }, 1000);
}
</script></html>"""


def add_page(app: web.Application, oa: OAFace, bot: BotFace) -> None:
    """The page and its three small endpoints; each face gets one resident when first used."""
    cast: dict[str, ZaloPerson] = {}

    def person(request: web.Request) -> ZaloPerson:
        face = "oa" if request.match_info["face"] == "oa" else "bot"
        if face not in cast:
            cast[face] = oa.person("Bà Lan", "84901234567") if face == "oa" else bot.person("Ông Ba")
        return cast[face]

    async def page(_: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    async def heard(request: web.Request) -> web.Response:
        news = person(request).heard[int(request.query.get("after", "0")) :]
        lines: list[Json] = [{"text": one.text, "buttons": [label for label, _ in one.buttons]} for one in news]
        return web.json_response(lines)

    async def act(request: web.Request) -> web.Response:
        await _act(person(request), request.match_info["kind"], await request.read())
        return web.json_response({})

    app.router.add_get("/", page)
    app.router.add_get("/hand/{face}", heard)
    app.router.add_post("/hand/{face}/{kind}", act)


async def _act(who: ZaloPerson, kind: str, body: bytes) -> None:
    if kind == "say":
        await who.says(body.decode())
    elif kind == "tap":
        await who.taps(body.decode())
    elif kind == "photo":
        await who.sends_photo(body)
    elif kind == "place":
        await who.shares_place(21.0285, 105.8542, "Nhà văn hóa thôn 3")
    elif kind == "info":
        await who.submits_info(who.phone)
    elif kind == "follow":
        await who.follows()
    elif kind == "unfollow":
        await who.unfollows()
