// Words, times and small building blocks that every part of the page's script uses.

export const settings = JSON.parse(document.getElementById("script").textContent);

const ZONE = "Asia/Ho_Chi_Minh";
const CLOCK = new Intl.DateTimeFormat("en-GB", { timeZone: ZONE, hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-GB", { timeZone: ZONE, day: "2-digit", month: "2-digit", year: "numeric" });
const A_DAY = 86_400_000;

export function say(key, values = {}) {
  return settings.texts[key].replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

export function clock(instant) {
  return CLOCK.format(new Date(instant));
}

export function day(instant) {
  const name = DAY.format(new Date(instant));
  if (name === DAY.format(new Date())) return say("today");
  return name === DAY.format(new Date(Date.now() - A_DAY)) ? say("yesterday") : name;
}

export function size(bytes) {
  const text = bytes >= 104_858 ? `${(bytes / 1_048_576).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1024))} kB`;
  return document.documentElement.lang === "en" ? text : text.replace(".", ",");
}

// 128 random bits; crypto.randomUUID is missing on plain http.
export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("aria-") || name.startsWith("data-") || name === "role" || name === "dir" || name === "form") {
      element.setAttribute(name, value);
    } else {
      element[name] = value;
    }
  }
  element.append(...children);
  return element;
}

export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const drawing = document.createElementNS(space, "svg");
  const use = document.createElementNS(space, "use");
  drawing.setAttribute("class", "icon");
  drawing.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#i-${name}`);
  drawing.append(use);
  return drawing;
}

const LINK = /https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]]/g;

// Text as nodes: never markup, but web addresses can be followed.
export function linked(text) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    nodes.push(text.slice(end, match.index));
    nodes.push(make("a", { href: match[0], target: "_blank", rel: "noopener noreferrer", textContent: match[0] }));
    end = match.index + match[0].length;
  }
  return [...nodes, text.slice(end)];
}
