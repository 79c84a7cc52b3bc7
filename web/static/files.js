// Pictures, recordings and documents: checked, drawn with their progress, uploaded two at a time, then sent as one message.

import { icon, make, newKey, say, settings, size } from "./texts.js";
import * as view from "./view.js";
import { Refused, address, send } from "./wire.js";

const AT_ONCE = 2;
const ENDINGS = /\.(pdf|docx?|jpe?g|png|webp|gif|hei[cf]|mp4|mov|3gp|webm|mp3|m4a|aac|ogg|opus|amr|wav)$/i;
const waiting = [];
let running = 0;

export function choose(accept, capture = "") {
  const input = make("input", { type: "file", multiple: !capture, accept });
  if (capture) input.setAttribute("capture", capture);
  input.addEventListener("change", () => sendFiles([...input.files]));
  input.click();
}

export function sendFiles(files, { voice = false } = {}) {
  const fitting = files.filter(fits);
  if (fitting.length > settings.files) view.note(say("file_many", { most: settings.files }));
  const batch = fitting.slice(0, settings.files);
  if (!batch.length) return;
  const key = newKey();
  const line = view.pending(key, "", "said");
  const list = make("ul", { className: "files" });
  line.querySelector(".text").replaceWith(list);
  const parcel = { key, line, items: batch.map((file) => ({ file, voice, done: null })) };
  for (const item of parcel.items) {
    item.parcel = parcel;
    item.row = row(item, batch.length === 1);
    list.append(item.row);
    waiting.push(item);
  }
  start();
}

function fits(file) {
  const named = { name: file.name };
  const kind = file.type.split("/")[0];
  if (!file.size) view.note(say("file_empty", named));
  else if (file.size > settings.cap) view.note(say("file_large", named));
  else if (!["image", "video", "audio"].includes(kind) && !ENDINGS.test(file.name)) view.note(say("file_type", named));
  else return true;
  return false;
}

function row(item, alone) {
  const { file } = item;
  const picture = file.type.startsWith("image/") ? thumbnail(file) : icon(item.voice ? "mic" : "file");
  const bar = make("progress", { max: 1, value: 0, "aria-label": say("uploading", { name: file.name }) });
  const cancel = make("button", { type: "button", "aria-label": say("cancel", { name: file.name }) }, icon("close"));
  cancel.addEventListener("click", () => drop(item));
  const words = make("span", { textContent: `${item.voice ? say("voice_name") : file.name} (${size(file.size)})` });
  const entry = make("li", {}, picture, words, cancel, bar);
  entry.classList.toggle("wide", alone && file.type.startsWith("image/"));
  return entry;
}

function thumbnail(file) {
  const picture = make("img", { alt: "", src: URL.createObjectURL(file) });
  picture.addEventListener("error", () => {
    picture.closest("li").classList.remove("wide");
    picture.replaceWith(icon("photo"));
  });
  return picture;
}

function start() {
  while (running < AT_ONCE && waiting.length) {
    const item = waiting.shift();
    running += 1;
    upload(item)
      .then((done) => { item.done = done; finished(item); })
      .catch((problem) => failed(item, problem))
      .finally(() => { running -= 1; start(); });
  }
}

function upload(item) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    item.request = request;
    request.open("POST", address("/chat/files"));
    request.setRequestHeader("accept", "application/json");
    request.setRequestHeader("content-type", item.file.type || "application/octet-stream");
    request.setRequestHeader("x-file-name", encodeURIComponent(item.file.name));
    if (item.voice) request.setRequestHeader("x-file-kind", "voice");
    const bar = item.row.querySelector("progress");
    request.upload.addEventListener("progress", (event) => { bar.value = event.loaded / (event.total || 1); });
    request.addEventListener("load", () => {
      const said = read(request.responseText);
      if (request.status === 200) resolve(said);
      else reject(new Refused(request.status, said.say ?? say("failed"), 0));
    });
    request.addEventListener("error", () => reject(new Error("unreached")));
    request.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
    request.send(item.file);
  });
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

function finished(item) {
  settings.session = true;
  item.row.querySelector("progress").remove();
  item.row.querySelector("button").remove();
  complete(item.parcel);
}

function failed(item, problem) {
  if (problem.name === "AbortError") return;
  item.row.querySelector(".why")?.remove();
  const why = make("span", { className: "why", role: "alert", textContent: problem instanceof Refused ? problem.message : say("failed") });
  item.row.querySelector("progress").value = 0;
  item.row.append(why);
  view.state(item.parcel.line, "alert", "", () => again(item.parcel));
}

function again(parcel) {
  view.state(parcel.line, "clock", say("sending"));
  for (const item of parcel.items.filter((one) => !one.done)) {
    item.row.querySelector(".why")?.remove();
    if (!waiting.includes(item)) waiting.push(item);
  }
  start();
}

function drop(item) {
  const { parcel } = item;
  item.request?.abort();
  if (waiting.includes(item)) waiting.splice(waiting.indexOf(item), 1);
  parcel.items = parcel.items.filter((one) => one !== item);
  item.row.remove();
  if (parcel.items.length) complete(parcel);
  else parcel.line.remove();
}

function complete(parcel) {
  if (!parcel.items.every((item) => item.done)) return;
  send({ message_id: parcel.key, files: parcel.items.map((item) => item.done) }, parcel.line);
}

// Files pasted or dropped anywhere on the page.
document.addEventListener("paste", (event) => {
  const files = [...(event.clipboardData?.files ?? [])];
  if (!files.length) return;
  event.preventDefault();
  sendFiles(files);
});
document.addEventListener("dragover", (event) => { if (event.dataTransfer?.types.includes("Files")) event.preventDefault(); });
document.addEventListener("drop", (event) => {
  if (!event.dataTransfer?.files.length) return;
  event.preventDefault();
  sendFiles([...event.dataTransfer.files]);
});
