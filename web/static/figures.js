// Arrow keys move through the days of the deadline calendar, PageUp and PageDown through months or weeks.
const days = [...document.querySelectorAll("[data-calendar] [data-day]")];
const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

function move(from, to) {
  if (!to) return;
  from.tabIndex = -1;
  to.tabIndex = 0;
  to.focus();
}

for (const [place, day] of days.entries()) {
  day.addEventListener("keydown", (event) => {
    if (event.target !== day || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key in steps) move(day, days[place + steps[event.key]]);
    else if (event.key === "Home") move(day, days[place - (place % 7)]);
    else if (event.key === "End") move(day, days[place - (place % 7) + 6]);
    else if (event.key === "PageUp") document.querySelector("[data-move=back]").click();
    else if (event.key === "PageDown") document.querySelector("[data-move=on]").click();
    else if (event.key === "Enter") day.querySelector("a")?.click();
    else return;
    event.preventDefault();
  });
}
