// The conversation as drawn: bubbles, days, answer buttons, the typing sign, and where the page is scrolled to.

import { clock, day, icon, linked, make, say } from "./texts.js";

const log = document.getElementById("log");
const typing = document.getElementById("typing");
const down = document.getElementById("down");
const title = document.title;
let typingUntil = 0;
let unread = 0;
let following = true; // the reader is at the end and wants to stay there
let height = 0;
let top = 0;
const placeable = typeof HTMLDialogElement === "function";
if (placeable) for (const button of log.querySelectorAll(".to-place")) button.hidden = false;

for (const mark of log.querySelectorAll(".day time")) mark.textContent = day(mark.dateTime);

export function lastId() {
  return Number([...log.querySelectorAll("[data-id]")].pop()?.dataset.id ?? 0);
}

export function firstId() {
  return Number(log.querySelector("[data-id]")?.dataset.id ?? 0);
}

export function known(key) {
  return log.querySelector(`[data-key="${CSS.escape(key)}"]`);
}

export function words(line) {
  return line.querySelector(".text")?.textContent ?? "";
}

export function draw(line) {
  if (line.id <= lastId()) return;
  const waiting = line.mine && line.key ? known(line.key) : null;
  const bubble = waiting ?? build(line);
  if (!waiting) bubble.classList.add("new");
  if (waiting) settle(waiting, line);
  if (line.mine) dropChoices();
  else quiet();
  dayBefore(line.at);
  log.insertBefore(bubble, firstPending(bubble));
  if (!line.mine) offer(bubble, line);
  afterDrawing(line.mine);
}

export function drawEarlier(lines) {
  const height = document.documentElement.scrollHeight;
  const anchor = log.firstElementChild;
  let last = "";
  for (const line of lines) {
    const name = day(line.at);
    if (name !== last) log.insertBefore(dayMark(line.at), anchor);
    last = name;
    log.insertBefore(build(line), anchor);
  }
  const marks = [...log.querySelectorAll(".day")];
  marks.filter((mark, at) => at && mark.textContent === marks[at - 1].textContent).forEach((mark) => mark.remove());
  window.scrollBy(0, document.documentElement.scrollHeight - height);
}

// The person's own words, drawn before the server has them.
export function pending(key, text, kind = "said") {
  dropChoices();
  const line = build({ mine: true, key, text, kind, at: new Date().toISOString() });
  line.classList.add("pending", "new");
  dayBefore(new Date());
  log.append(line);
  state(line, "clock", say("sending"));
  toEnd();
  return line;
}

export function state(line, picture, words, retry = null) {
  line.querySelector(".state")?.remove();
  const shown = make("span", { className: "state" }, icon(picture), ` ${words}`);
  if (retry) {
    const again = make("button", { type: "button", textContent: say("retry") });
    again.addEventListener("click", retry, { once: true });
    shown.append(again);
  }
  line.classList.toggle("failed", picture === "alert");
  line.querySelector(".bubble").append(shown);
}

export function sent(line) {
  if (line.classList.contains("pending")) state(line, "check", say("sent"));
  else line.querySelector(".state")?.remove();
  line.classList.remove("failed");
}

// A sentence of the page itself, not stored: shown where answers are shown.
export function note(words) {
  quiet();
  log.append(build({ mine: false, text: words, at: new Date().toISOString(), kind: "reply" }));
  toEnd();
}

export function busy(seconds = 15) {
  typingUntil = Date.now() + seconds * 1000;
  typing.hidden = false;
  setTimeout(() => Date.now() >= typingUntil && quiet(), seconds * 1000 + 50);
}

export function quiet() {
  typing.hidden = true;
}

export function dropChoices(standing = null) {
  for (const group of log.querySelectorAll(".choices:not(.standing)")) group.remove();
  standing?.remove();
}

export function toEnd(smooth = true) {
  following = true;
  window.scrollTo({ top: document.documentElement.scrollHeight, behavior: smooth && log.childElementCount > 3 ? "smooth" : "auto" });
}

function build(line) {
  const bubble = make("div", { className: "bubble" }, make("span", { className: "who", textContent: say(line.mine ? "me" : "them") }));
  if (line.mine && (line.kind === "file" || line.kind === "place")) {
    bubble.classList.add("special");
    bubble.append(icon(line.kind));
  }
  bubble.append(make("p", { className: "text", dir: "auto" }, ...linked(line.text)));
  bubble.append(make("time", { dateTime: line.at, textContent: clock(line.at) }));
  const element = make("article", { className: `line ${line.mine ? "mine" : "them"}` }, bubble);
  if (line.id) element.dataset.id = line.id;
  if (line.key) element.dataset.key = line.key;
  return element;
}

function settle(element, line) {
  element.dataset.id = line.id;
  element.classList.remove("pending", "failed", "new");
  element.querySelector(".state")?.remove();
  element.querySelector("time").replaceWith(make("time", { dateTime: line.at, textContent: clock(line.at) }));
}

function offer(element, line) {
  if (!line.choices.length && line.ask !== "place") return;
  const group = make("div", { className: "choices", role: "group" });
  group.classList.toggle("standing", line.kind === "notice");
  for (const choice of line.choices) {
    group.append(make("button", { type: "submit", form: "press", name: "choice", value: choice.value, textContent: choice.label }));
  }
  if (line.ask === "place" && placeable) {
    group.append(make("button", { type: "button", className: "to-place" }, icon("place"), ` ${say("place_send")}`));
  }
  element.append(group);
}

function dayMark(instant) {
  return make("p", { className: "day" }, make("time", { dateTime: new Date(instant).toISOString(), textContent: day(instant) }));
}

function dayBefore(instant) {
  const marks = log.querySelectorAll(".day");
  if (marks[marks.length - 1]?.textContent !== day(instant)) log.insertBefore(dayMark(instant), firstPending(null));
}

function firstPending(except) {
  return [...log.querySelectorAll(".pending")].find((line) => line !== except) ?? null;
}

function atEnd() {
  return window.innerHeight + window.scrollY > document.documentElement.scrollHeight - 60;
}

function afterDrawing(mine) {
  if (following || mine) toEnd();
  else {
    down.hidden = false;
    down.querySelector("span").textContent = say("new_lines");
  }
  if (document.hidden && !mine) {
    unread += 1;
    document.title = `(${unread}) ${title}`;
  }
}

down.addEventListener("click", () => toEnd());
addEventListener("scroll", () => {
  if (atEnd()) following = true;
  else if (window.scrollY < top) following = false;
  top = window.scrollY;
  down.hidden = following;
  if (following) down.querySelector("span").textContent = "";
}, { passive: true });
// Pictures load, the tray opens, the keyboard comes: who was at the end stays there.
new ResizeObserver(() => {
  const grown = document.documentElement.scrollHeight !== height;
  height = document.documentElement.scrollHeight;
  if (grown && following) toEnd(false);
}).observe(document.body);
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  unread = 0;
  document.title = title;
});
