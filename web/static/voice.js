// Recording a voice message, where the browser can and the page is served safely.

import { clock, say } from "./texts.js";
import * as view from "./view.js";
import { sendFiles } from "./files.js";

const bar = document.getElementById("recorder");
const form = document.getElementById("say");
const shown = document.getElementById("recorded");
const KINDS = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
const LONGEST = 300; // seconds
let recorder = null;
let ticking = 0;
let wanted = false;

export const available = Boolean(window.isSecureContext && window.MediaRecorder && navigator.mediaDevices?.getUserMedia);

export async function record() {
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch {
    view.note(say("closed_mic"));
    return;
  }
  const mimeType = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind));
  const pieces = [];
  recorder = new MediaRecorder(stream, mimeType ? { mimeType, audioBitsPerSecond: 32_000 } : {});
  recorder.addEventListener("dataavailable", (event) => pieces.push(event.data));
  recorder.addEventListener("stop", () => finish(stream, pieces));
  recorder.start(1000);
  showTime();
}

export function stop(keep) {
  wanted = keep;
  if (recorder?.state === "recording") recorder.stop();
}

function showTime() {
  const began = Date.now();
  bar.hidden = false;
  form.hidden = true;
  shown.textContent = "0:00";
  document.getElementById("stop-voice").focus();
  ticking = setInterval(() => {
    const seconds = Math.floor((Date.now() - began) / 1000);
    shown.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (seconds >= LONGEST) stop(true);
  }, 250);
}

function finish(stream, pieces) {
  clearInterval(ticking);
  stream.getTracks().forEach((track) => track.stop());
  bar.hidden = true;
  form.hidden = false;
  document.getElementById("mic").focus();
  const type = (recorder.mimeType || "audio/webm").split(";")[0];
  recorder = null;
  if (!wanted) return;
  const name = `${say("voice_name")} ${clock(new Date()).replace(":", ".")}.${type.split("/")[1]}`;
  sendFiles([new File(pieces, name, { type })], { voice: true });
}
