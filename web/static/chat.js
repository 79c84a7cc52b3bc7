// The page comes alive: composer, answer buttons, menus. Without this script the same forms work, one page at a time.

import { choose } from "./files.js";
import * as place from "./place.js";
import { newKey, settings } from "./texts.js";
import * as view from "./view.js";
import * as voice from "./voice.js";
import { earlier, listen, resume, send } from "./wire.js";

const byId = (id) => document.getElementById(id);
const [form, text, sendButton, mic, plus, tray] = ["say", "text", "send", "mic", "plus", "tray"].map(byId);
const DRAFT = "draft";
const touch = matchMedia("(pointer: coarse)").matches;
let start = form.elements.start.value;

function say(body, shown) {
  const key = newKey();
  const said = { message_id: key, ...body };
  if (start) said.start = start;
  if (start) forgetStart();
  send(said, view.pending(key, shown));
  view.busy();
}

// The deep link has been used: a reload must not use it again.
function forgetStart() {
  start = "";
  const lang = new URLSearchParams(location.search).get("lang");
  history.replaceState(null, "", lang ? `/chat?lang=${lang}` : "/chat");
}

function submit() {
  const words = text.value;
  if (!words.trim()) return;
  text.value = "";
  changed();
  closeTray();
  say({ text: words }, words);
  text.focus();
}

form.addEventListener("submit", (event) => { event.preventDefault(); submit(); });
text.addEventListener("keydown", (event) => {
  // While Vietnamese letters are being composed, Enter belongs to the keyboard (229: older Safari).
  if (event.key !== "Enter" || event.shiftKey || touch || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  submit();
});
if (touch) text.removeAttribute("enterkeyhint");

function changed() {
  const empty = !text.value.trim();
  mic.hidden = !voice.available || !empty;
  sendButton.hidden = voice.available && empty;
  if (!CSS.supports("field-sizing", "content")) {
    text.style.height = "auto";
    text.style.height = `${text.scrollHeight + 2}px`;
  }
  try {
    sessionStorage.setItem(DRAFT, text.value);
  } catch { /* storage is switched off: the draft lives as long as the page */ }
}

text.addEventListener("input", changed);
try {
  text.value ||= sessionStorage.getItem(DRAFT) ?? "";
} catch { /* storage is switched off */ }

// Answer buttons and menu commands: the tap is the answer, shown as one's own words.
document.addEventListener("click", (event) => {
  const button = event.target.closest('button[form="press"]');
  if (button) {
    event.preventDefault();
    const group = button.closest(".choices");
    closeMenus();
    view.dropChoices(group);
    say({ [button.name]: button.value }, button.textContent.trim());
    if (!touch) text.focus({ preventScroll: true });
  } else if (event.target.closest(".to-place")) place.open();
  else if (!event.target.closest(".pop")) closeMenus();
});

function closeMenus() {
  for (const menu of document.querySelectorAll(".pop[open]")) menu.open = false;
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector(".pop[open]");
  if (open) {
    open.open = false;
    open.querySelector("summary").focus();
  } else if (!tray.hidden) {
    closeTray();
    plus.focus();
  }
});
for (const menu of document.querySelectorAll(".pop")) {
  menu.addEventListener("toggle", () => {
    if (menu.open) document.querySelectorAll(".pop[open]").forEach((other) => { other.open = other === menu; });
  });
}

function closeTray() {
  tray.hidden = true;
  plus.setAttribute("aria-expanded", "false");
}

plus.addEventListener("click", () => {
  tray.hidden = !tray.hidden;
  plus.setAttribute("aria-expanded", String(!tray.hidden));
  if (!tray.hidden) tray.querySelector("button:not([hidden])").focus();
});
const picks = {
  "pick-photo": () => choose("image/*,video/*"),
  "pick-camera": () => choose("image/*", "environment"),
  "pick-file": () => choose(settings.accept),
  "pick-place": () => place.open(),
};
for (const [id, act] of Object.entries(picks)) byId(id).addEventListener("click", () => { closeTray(); act(); });
mic.addEventListener("click", voice.record);
byId("stop-voice").addEventListener("click", () => voice.stop(true));
byId("drop-voice").addEventListener("click", () => voice.stop(false));
byId("print").addEventListener("click", () => { closeMenus(); print(); });
byId("older")?.addEventListener("click", async (event) => { event.target.closest("p").hidden = !(await earlier()); });

plus.hidden = false;
byId("print").hidden = false;
byId("pick-camera").hidden = !touch;
byId("pick-place").hidden = !place.available;
if (byId("older")) byId("older").hidden = false;
changed();
view.toEnd(false);
resume();
listen();
if (!touch) text.focus({ preventScroll: true });
