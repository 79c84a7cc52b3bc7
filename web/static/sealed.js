// Opens a sealed report in this browser. The passphrase and the private key stay in this page's memory and are wiped;
// what the server gives is ciphertext, and what it gets back is envelopes for one more body.
import sodium from "./libsodium-wrappers.js";

const root = document.getElementById("sealed");
const words = JSON.parse(root.dataset.words);
const copies = JSON.parse(root.dataset.keys);
const find = (id) => document.getElementById(id);
const decoder = new TextDecoder("utf-8", { fatal: true });
const PICTURES = ["image/jpeg", "image/png", "image/webp", "image/gif"];
const IDLE = 5 * 60 * 1000; // the text does not stay on an unattended screen
let boxKeys = new Map(); // box id -> the box's own key: the private key itself is not kept
let addresses = [];
let timer = 0;

class Wrong extends Error {}
class Tampered extends Error {}

const bytes = (text) => sodium.from_base64(text, sodium.base64_variants.ORIGINAL);
const text = (content) => sodium.to_base64(content, sodium.base64_variants.ORIGINAL);

function make(tag, content = "", name = "") {
  const made = document.createElement(tag);
  made.textContent = content;
  if (name) made.className = name;
  return made;
}

async function post(path, form = {}) {
  const guard = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRF"];
  const answer = await fetch(root.dataset.base + path, {
    method: "POST", headers: { "X-CSRF": guard }, body: new URLSearchParams({ csrf: guard, ...form }),
  });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer;
}

// -- keys -----------------------------------------------------------------------------------------------------------

function unwrapped(copy, passphrase) {
  const stretched = sodium.crypto_pwhash(
    sodium.crypto_secretbox_KEYBYTES, passphrase.normalize("NFC"), bytes(copy.salt), copy.ops, copy.mem,
    sodium.crypto_pwhash_ALG_ARGON2ID13);
  try {
    const secret = sodium.crypto_secretbox_open_easy(bytes(copy.wrapped), bytes(copy.nonce), stretched);
    if (!sodium.memcmp(sodium.crypto_scalarmult_base(secret), bytes(copy.public))) throw new Tampered();
    return secret;
  } catch (error) {
    throw error instanceof Tampered ? error : new Wrong();
  } finally {
    sodium.memzero(stretched);
  }
}

// One passphrase may open several keys (the one in use and an older one); one that opens none is wrong.
function secretsOf(passphrase, wanted) {
  const found = new Map();
  for (const [id, copy] of Object.entries(copies)) {
    if (!wanted.has(id)) continue;
    try { found.set(id, unwrapped(copy, passphrase)); } catch (error) { if (!(error instanceof Wrong)) throw error; }
  }
  if (!found.size) throw new Wrong();
  return found;
}

function keyOf(box, secrets) {
  for (const [id, secret] of secrets) {
    if (!box.envelopes[id]) continue;
    try {
      return sodium.crypto_box_seal_open(bytes(box.envelopes[id]), bytes(copies[id].public), secret);
    } catch { throw new Tampered(); }
  }
  return null;
}

// -- boxes ----------------------------------------------------------------------------------------------------------

function inside(content, key, box) {
  let open;
  try {
    const nonce = content.subarray(0, sodium.crypto_secretbox_NONCEBYTES);
    open = sodium.crypto_secretbox_open_easy(content.subarray(nonce.length), nonce, key);
  } catch { throw new Tampered(); }
  const end = open.indexOf(10);
  const head = JSON.parse(decoder.decode(open.subarray(0, end)));
  const same = head.case === root.dataset.case && head.box === box.id && head.what === box.what;
  if (!same || (box.file && head.file !== box.file)) throw new Tampered();
  return [head, open.subarray(end + 1)];
}

const when = (at) => new Date(at).toLocaleString(
  document.documentElement.lang, { timeZone: "Asia/Ho_Chi_Minh", dateStyle: "short", timeStyle: "short" });

function factsOf(told) {
  const point = told.latitude == null ? "" : `${told.latitude.toFixed(5)}, ${told.longitude.toFixed(5)}`;
  const known = { ...told, point, about: (told.about || []).join(", ") };
  const list = make("dl", "", "facts");
  for (const name of ["about", "subject_note", "hamlet", "place", "point", "happened", "work", "name", "phone"]) {
    if (known[name]) list.append(make("dt", words[`fact_${name}`]), make("dd", known[name]));
  }
  return list;
}

function showPart(head) {
  const part = make("section", "", "part");
  part.append(make("h3", words[`part_${head.what}`] || head.what));
  const at = make("p", "", "muted");
  at.append(make("small", when(head.at)));
  part.append(at);
  if (head.told.text) part.append(make("blockquote", head.told.text, "said story"));
  part.append(factsOf(head.told));
  find("sealed-parts").append(part);
}

function showFile(box, name) {
  const line = make("li");
  const button = make("button", words.file_open, "button");
  button.type = "button";
  button.setAttribute("aria-label", `${words.file_open}: ${name}`);
  line.append(make("p", name), button);
  button.addEventListener("click", () => openFile(box, name, line, button));
  find("sealed-files").append(line);
  find("sealed-files-title").hidden = false;
}

async function openFile(box, name, line, button) {
  button.disabled = true;
  try {
    const answer = await post(`/files/${box.file}`);
    const [head, content] = inside(new Uint8Array(await answer.arrayBuffer()), boxKeys.get(box.id), box);
    const picture = PICTURES.includes(head.mime);
    // What is not a picture is only saved: a page from a blob would have the rights of this one.
    const address = URL.createObjectURL(new Blob([content], { type: picture ? head.mime : "application/octet-stream" }));
    addresses.push(address);
    if (picture) {
      const image = make("img");
      image.src = address;
      image.alt = name;
      line.append(image);
    }
    const save = make("a", words.file_save, "button");
    save.href = address;
    save.download = name;
    button.replaceWith(save);
  } catch (error) {
    button.disabled = false;
    line.append(make("p", error instanceof Tampered ? words.tampered : words.lost, "notice danger"));
  }
}

// -- opening and closing ----------------------------------------------------------------------------------------------

function close() {
  boxKeys.forEach((key) => sodium.memzero(key));
  boxKeys = new Map();
  addresses.forEach((address) => URL.revokeObjectURL(address));
  addresses = [];
  find("sealed-parts").replaceChildren();
  find("sealed-files").replaceChildren();
  find("sealed-files-title").hidden = true;
  find("sealed-shown").hidden = true;
  find("sealed-close").hidden = true;
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(close, IDLE);
}

function show(bundle, secrets) {
  const names = {};
  let broken = false;
  for (const box of bundle.boxes) {
    try {
      const key = keyOf(box, secrets);
      if (!key) continue;
      boxKeys.set(box.id, key);
      if (box.what === "file") continue;
      const [head] = inside(bytes(box.content), key, box);
      for (const file of head.told.files || []) names[file.id] = file.name;
      showPart(head);
    } catch { broken = true; }
  }
  let number = 0;
  for (const box of bundle.boxes.filter((one) => one.what === "file" && boxKeys.has(one.id))) {
    number += 1;
    showFile(box, names[box.file] || words.file.replace("{name}", number));
  }
  if (broken) find("sealed-parts").prepend(make("p", words.tampered, "notice danger"));
}

async function open() {
  const field = find("sealed-pass");
  find("sealed-fault").textContent = "";
  find("sealed-field").classList.remove("error");
  find("sealed-state").textContent = words.working;
  await new Promise((resolve) => setTimeout(resolve, 30)); // the sentence is drawn before the browser is busy
  try {
    close();
    await sodium.ready;
    const wanted = new Set(Object.keys(copies));
    const secrets = secretsOf(field.value, wanted); // a wrong passphrase fetches nothing
    try {
      show(await (await post("/boxes")).json(), secrets);
    } finally {
      secrets.forEach((secret) => sodium.memzero(secret));
    }
    find("sealed-shown").hidden = false;
    find("sealed-close").hidden = false;
    find("content-title").focus({ preventScroll: true });
    later();
  } catch (error) {
    const said = error instanceof Wrong ? words.wrong : error instanceof Tampered ? words.tampered : words.lost;
    find("sealed-fault").textContent = said;
    find("sealed-field").classList.add("error");
  } finally {
    field.value = "";
    find("sealed-state").textContent = "";
  }
}

async function share() {
  const chosen = find("sealed-body").selectedOptions[0];
  const state = find("sealed-share-state");
  if (!boxKeys.size) { state.textContent = words.share_first; return; }
  const theirs = bytes(chosen.dataset.public);
  const envelopes = {};
  boxKeys.forEach((key, box) => { envelopes[box] = text(sodium.crypto_box_seal(key, theirs)); });
  try {
    await post("/share", { body: chosen.value, envelopes: JSON.stringify(envelopes) });
    state.textContent = words.shared.replace("{body}", chosen.textContent);
  } catch { state.textContent = words.lost; }
}

find("sealed-open")?.addEventListener("submit", (event) => { event.preventDefault(); open(); });
find("sealed-close")?.addEventListener("click", close);
find("sealed-share")?.addEventListener("submit", (event) => { event.preventDefault(); share(); });
addEventListener("pagehide", close);
["keydown", "pointerdown", "scroll"].forEach((name) => addEventListener(name, () => boxKeys.size && later(), { passive: true }));
