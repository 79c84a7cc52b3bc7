// The line to the server: messages go out one by one and are kept until taken; lines come in live, or by asking.

import { say, settings } from "./texts.js";
import * as view from "./view.js";

const banner = document.getElementById("banner");
const query = location.search.match(/[?&](lang=\w+)/)?.[1];
const STORE = "unsent";
const ASK_EVERY = 3_000;
const LISTEN_AGAIN = 30_000;
const queue = [];
let sending = false;
let attempts = 0;
let timer = 0;
let source = null;
let asking = 0;

export function address(path) {
  return query ? `${path}${path.includes("?") ? "&" : "?"}${query}` : path;
}

// A refusal carries the server's sentence; anything else means that the server was not reached.
export class Refused extends Error {
  constructor(status, words, wait) {
    super(words);
    this.status = status;
    this.wait = wait;
  }
}

export async function post(path, body) {
  const answer = await fetch(address(path), {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout?.(30_000),
  });
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, said.say ?? say("failed"), Number(answer.headers.get("retry-after") ?? 0));
  return said;
}

export function send(body, bubble) {
  queue.push({ body, bubble });
  keep();
  next();
}

async function next() {
  if (sending || !queue.length) return;
  sending = true;
  clearTimeout(timer);
  const item = queue[0];
  view.state(item.bubble, "clock", say("sending"));
  try {
    await post("/chat/messages", item.body);
    taken(item);
  } catch (problem) {
    await troubled(item, problem);
  }
  sending = false;
  if (!timer) next();
}

function taken(item) {
  queue.shift();
  keep();
  attempts = 0;
  timer = 0;
  online();
  view.sent(item.bubble);
  if (!view.known(item.body.message_id)?.dataset.id) view.busy();
  settings.session = true;
  document.getElementById("leave").hidden = false;
  listen();
  if (source?.readyState !== EventSource.OPEN) ask();
}

function troubled(item, problem) {
  const refused = problem instanceof Refused;
  if (refused && ![429, 500, 502, 503, 504].includes(problem.status)) {
    queue.shift();
    keep();
    view.quiet();
    view.state(item.bubble, "alert", problem.message, problem.status === 403 ? null : () => send(item.body, item.bubble));
    return;
  }
  attempts += 1;
  const wait = Math.max(refused ? problem.wait : 0, Math.min(30, 2 ** attempts)) * 1000;
  if (refused) view.state(item.bubble, "alert", problem.message, hurry);
  else {
    for (const { bubble } of queue) view.state(bubble, "clock", say("waiting"), hurry);
    offline();
  }
  view.quiet();
  timer = setTimeout(hurry, wait);
}

function hurry() {
  clearTimeout(timer);
  timer = 0;
  next();
}

function keep() {
  const words = queue.filter((item) => !item.body.files).map(({ body, bubble }) => ({ body, shown: view.words(bubble) }));
  try {
    if (words.length) sessionStorage.setItem(STORE, JSON.stringify(words));
    else sessionStorage.removeItem(STORE);
  } catch { /* storage is switched off: nothing is kept over a reload */ }
}

// What a reload interrupted: drawn again and sent again, under the same message ids.
export function resume() {
  let words = [];
  try {
    words = JSON.parse(sessionStorage.getItem(STORE) ?? "[]");
  } catch { /* storage is switched off */ }
  for (const { body, shown } of words) {
    if (!view.known(body.message_id)) send(body, view.pending(body.message_id, shown, body.place ? "place" : "said"));
  }
}

export function listen() {
  if (source || !settings.session || !window.EventSource) return settings.session && !source ? startAsking() : undefined;
  source = new EventSource(`/chat/live?after=${view.lastId()}`);
  source.addEventListener("line", (event) => view.draw(JSON.parse(event.data)));
  source.addEventListener("open", () => { stopAsking(); online(); });
  source.addEventListener("error", () => {
    startAsking();
    if (source?.readyState !== EventSource.CLOSED) return;
    source = null;
    setTimeout(listen, LISTEN_AGAIN);
  });
}

function startAsking() {
  asking ||= setInterval(() => { if (!document.hidden) ask(); }, ASK_EVERY);
}

function stopAsking() {
  clearInterval(asking);
  asking = 0;
}

export async function ask() {
  try {
    const answer = await fetch(address(`/chat/lines?after=${view.lastId()}`), { headers: { accept: "application/json" } });
    const { lines, more } = await answer.json();
    lines.forEach(view.draw);
    online();
    if (more) await ask();
  } catch { /* asked again in three seconds */ }
}

export async function earlier() {
  const answer = await fetch(address(`/chat/lines?before=${view.firstId()}`), { headers: { accept: "application/json" } });
  const { lines, more } = await answer.json();
  view.drawEarlier(lines);
  return more;
}

function offline() {
  banner.textContent = say("offline");
  banner.hidden = false;
}

function online() {
  banner.hidden = navigator.onLine !== false;
}

addEventListener("offline", offline);
addEventListener("online", () => { online(); hurry(); ask(); });
