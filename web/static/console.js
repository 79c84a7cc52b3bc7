// The console's own script: keeps what is being typed, covers content after a pause, says what went wrong.
"use strict";
(() => {
  const body = document.body;
  const shut = "shut" in body.dataset; // the page that asks an officer to show herself again
  const store = (() => { try { return window.sessionStorage; } catch { return null; } })();
  const MARK = "typed:";
  const PREFIX = MARK + (body.dataset.who || "") + ":";

  // -- what is being typed: kept in this tab only, until the server says that it has arrived ------------------------
  const here = () => body.dataset.at || location.pathname + location.search;
  const kept = (form) => form.dataset.keep !== "off" && (form.getAttribute("method") || "").toLowerCase() === "post" || form.hasAttribute("hx-post");
  const nameOf = (form) => {
    const forms = [...document.forms].filter((one) => one.getAttribute("action") === form.getAttribute("action"));
    return PREFIX + here() + " " + (form.getAttribute("action") || form.getAttribute("hx-post") || "") + " " + forms.indexOf(form);
  };
  const fields = (form) => [...form.elements].filter((one) => one.name && one.name !== "csrf" && one.name !== "at" && one.name !== "draft" &&
    !["password", "hidden", "file", "submit", "button", "image", "reset"].includes(one.type) && one.dataset.keep !== "off");
  const read = (form) => fields(form).map((one) => [one.name, one.value, "checked" in one && ["checkbox", "radio"].includes(one.type) ? one.checked : null]);
  const write = (form, values) => {
    let changed = false;
    fields(form).forEach((one, at) => {
      const was = values[at];
      if (!was || was[0] !== one.name) return;
      if (was[2] === null ? one.value !== was[1] : one.checked !== was[2] && one.value === was[1]) {
        if (was[2] === null) one.value = was[1]; else one.checked = was[2];
        changed = true;
        one.dispatchEvent(new Event("input", { bubbles: true }));
      }
    });
    return changed;
  };
  const load = (name) => { try { return JSON.parse(store.getItem(name)); } catch { return null; } };
  const keep = (form, extra) => {
    if (!store || shut || !kept(form)) return;
    const old = load(nameOf(form)) || {};
    try { store.setItem(nameOf(form), JSON.stringify({ id: old.id, ...extra, values: read(form) })); } catch { /* no room: nothing kept */ }
  };
  const forget = (test) => {
    if (!store) return;
    Object.keys(store).filter((name) => name.startsWith(MARK) && test(load(name) || {}, name)).forEach((name) => store.removeItem(name));
  };
  const took = document.cookie.match(/(?:^|; )(?:__Host-)?hoiam-took=([a-z0-9]+)/i);
  if (took) forget((one) => one.id === took[1]);
  if (body.dataset.who) forget((one, name) => !name.startsWith(PREFIX)); // somebody else's, left in this tab

  const restore = (root) => {
    if (!store || shut) return;
    let again = false;
    for (const form of root.querySelectorAll("form")) {
      const was = kept(form) && load(nameOf(form));
      if (was && was.values && write(form, was.values)) again = true;
    }
    if (again && body.dataset.restored) say(body.dataset.restored);
  };
  let timer = 0;
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form || !event.isTrusted) return;
    clearTimeout(timer);
    timer = setTimeout(() => keep(form), 300);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.hasAttribute("data-leave")) return forget(() => true);
    if (form.hasAttribute("data-confirm") && !window.confirm(form.dataset.confirm)) return event.preventDefault();
    if (navigator.onLine === false) { // the page stays as it is, instead of the browser's own page of regret
      event.preventDefault();
      keep(form);
      return say(body.dataset.lost);
    }
    if (!kept(form)) return;
    clearTimeout(timer);
    let draft = form.elements.draft;
    if (!draft) {
      draft = Object.assign(document.createElement("input"), { type: "hidden", name: "draft" });
      form.append(draft);
    }
    draft.value = [...crypto.getRandomValues(new Uint8Array(12))].map((one) => one.toString(16).padStart(2, "0")).join("");
    keep(form, { id: draft.value });
  }, true);

  // -- sentences for everybody, also for those who listen -------------------------------------------------------------
  let fading = 0;
  const say = (text) => {
    const live = document.getElementById("live");
    if (!live || !text) return;
    live.textContent = text;
    clearTimeout(fading);
    fading = setTimeout(() => { live.textContent = ""; }, 8000);
  };

  // -- covering content after a pause ---------------------------------------------------------------------------------
  const idle = Number(body.dataset.idle || 0) * 1000;
  let active = Date.now();
  if (idle && !shut) {
    for (const kind of ["pointerdown", "keydown", "scroll"]) addEventListener(kind, () => { active = Date.now(); }, { passive: true, capture: true });
    // The server counts requests only: an officer who writes for long keeps her session by a small one now and then.
    let told = Date.now();
    setInterval(() => {
      const now = Date.now();
      if (now - active >= idle) return location.replace(here());
      if (active > told && now - told >= idle / 5) {
        told = now;
        fetch("/console/awake", { headers: { "hx-request": "true" } }).catch(() => {});
      }
    }, 5000);
  }

  // -- htmx -----------------------------------------------------------------------------------------------------------
  document.addEventListener("htmx:configRequest", (event) => {
    if (!event.detail.triggeringEvent) event.detail.headers["X-Quiet"] = "1"; // asked by a timer, not by a person
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt.closest && event.detail.elt.closest("form");
    const draft = form && form.elements.draft;
    if (event.detail.successful && draft) forget((one) => one.id === draft.value);
  });
  document.addEventListener("htmx:responseError", (event) => {
    const answer = new DOMParser().parseFromString(event.detail.xhr.responseText || "", "text/html").querySelector("[data-say]");
    say(answer ? answer.textContent : body.dataset.failed);
  });
  for (const kind of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(kind, () => say(body.dataset.lost));
  document.addEventListener("htmx:afterSwap", (event) => { restore(event.detail.target); reachable(); });

  // -- small helps ----------------------------------------------------------------------------------------------------
  document.addEventListener("click", (event) => {
    const menu = document.querySelector(".bar details.menu[open]");
    if (menu && !menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector(".bar details.menu[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  });
  // What scrolls sideways can be scrolled with the keyboard.
  const reachable = () => {
    for (const box of document.querySelectorAll(".scroll:not([tabindex])")) if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  };
  addEventListener("resize", reachable);
  reachable();
  restore(document);
})();
