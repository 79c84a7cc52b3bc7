// The sheet offers to print itself where scripts run; elsewhere the browser's own menu does.
const button = document.getElementById("print");
if (button) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
