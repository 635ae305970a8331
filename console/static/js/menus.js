// Menus close when one clicks elsewhere or presses Esc; focus goes back to their button.
const open = () => document.querySelectorAll("details[data-menu][open]");
document.addEventListener("click", (event) => {
  for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of open()) menu.open = false, menu.querySelector("summary").focus();
});
document.body.addEventListener("htmx:beforeOnLoad", ({ detail: { elt, xhr } }) => {
  const menu = elt.closest?.("details[data-menu]");
  if (menu && xhr.status < 400) menu.open = false; // before the answer is put in: a piece with an open menu stays as it was (live.js)
});
