// A canned reply is put into the box to be edited; the newest line of the conversation is in view.
"use strict";
for (const pick of document.querySelectorAll("select[data-into]")) {
  pick.addEventListener("change", () => {
    const box = document.getElementById(pick.dataset.into);
    if (!pick.value || !box) return;
    box.value = box.value.trim() ? `${box.value.trimEnd()}\n${pick.value}` : pick.value;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
  });
}
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1"; // two quick presses are one
  setTimeout(() => { delete form.dataset.sent; }, 8000);
});
addEventListener("pageshow", () => document.querySelectorAll("[data-sent]").forEach((form) => { delete form.dataset.sent; }));
const lines = document.querySelector(".thread-box");
if (lines) {
  lines.scrollTop = lines.scrollHeight;
  let low = true;
  lines.addEventListener("scroll", () => { low = lines.scrollHeight - lines.scrollTop - lines.clientHeight < 40; });
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.target === lines && low) lines.scrollTop = lines.scrollHeight;
  });
}
const wrong = document.querySelector('[aria-invalid="true"], .step[open] [role="alert"]');
if (wrong) {
  wrong.scrollIntoView({ block: "center" });
  if (wrong.matches("input, select, textarea")) wrong.focus({ preventScroll: true });
}
