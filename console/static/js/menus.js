// Menus close when one clicks elsewhere or presses Esc; focus goes back to their button.
const open = () => document.querySelectorAll("details[data-menu][open]");
document.addEventListener("click", (event) => {
  for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of open()) menu.open = false, menu.querySelector("summary").focus();
});
document.body.addEventListener("htmx:afterRequest", (event) => {
  const menu = event.detail.elt.closest?.("details[data-menu]");
  if (menu && event.detail.successful) menu.open = false;
});
