// The list of cases: new ones come by themselves, and the keyboard moves through it. Without this file the list works too.
"use strict";
(() => {
  const list = document.getElementById("inbox");
  if (!list) return;
  const links = () => [...list.querySelectorAll(".what a")];

  // -- new cases ----------------------------------------------------------------------------------------------------
  const mark = (word) => list.setAttribute("hx-vals", JSON.stringify({ mark: word }));
  let known = new Set(links().map((link) => link.id));
  let anchor = null; // the line the officer looks at stays where it is on the screen
  document.body.addEventListener("inbox-mark", (event) => mark(event.detail.value));
  list.addEventListener("htmx:beforeSwap", () => {
    const seen = links().find((link) => link === document.activeElement) || links().find((link) => link.getBoundingClientRect().top >= 60);
    anchor = seen && window.scrollY > 0 ? { id: seen.id, top: seen.getBoundingClientRect().top } : null;
  });
  list.addEventListener("htmx:afterSwap", () => {
    const sign = document.getElementById("inbox-mark");
    mark(sign.dataset.mark);
    document.getElementById("inbox-total").textContent = sign.dataset.total;
    const now = anchor && document.getElementById(anchor.id);
    if (now) window.scrollBy(0, now.getBoundingClientRect().top - anchor.top);
    const fresh = links().filter((link) => !known.has(link.id));
    fresh.forEach((link) => link.closest("li").classList.add("fresh"));
    known = new Set([...known, ...links().map((link) => link.id)]);
    const live = document.getElementById("live");
    if (fresh.length && live) {
      live.textContent = fresh.length === 1 ? list.dataset.one : list.dataset.many.replace("#", fresh.length);
      setTimeout(() => { live.textContent = ""; }, 8000);
    }
  });
  const look = () => { if (document.visibilityState === "visible" && window.htmx) window.htmx.trigger(list, "look"); };
  if (list.dataset.seconds) {
    setInterval(look, list.dataset.seconds * 1000);
    document.addEventListener("visibilitychange", look);
  }

  // -- the keyboard -------------------------------------------------------------------------------------------------
  const help = document.getElementById("keys");
  const opener = document.getElementById("keys-open");
  const wish = document.getElementById("keys-on");
  const stored = (value) => {
    try { return value === undefined ? localStorage.getItem("inbox-keys") : localStorage.setItem("inbox-keys", value); } catch { return null; }
  };
  wish.checked = stored() !== "off";
  wish.addEventListener("change", () => stored(wish.checked ? "on" : "off"));
  opener.hidden = false;
  opener.addEventListener("click", () => help.showModal());
  const typing = (at) => at.closest("input, textarea, select, [contenteditable]");
  const step = (by) => {
    const all = links();
    const at = all.indexOf(document.activeElement);
    const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + by))];
    if (next) { next.focus({ focusVisible: true }); next.closest("li").scrollIntoView({ block: "nearest" }); }
  };
  const keys = {
    j: () => step(1),
    k: () => step(-1),
    o: () => { if (links().includes(document.activeElement)) document.activeElement.click(); },
    "/": () => document.getElementById("words").focus(),
    "?": () => help.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (!wish.checked || help.open || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
    if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
  });
})();
