// What is typed survives a swap, a reload and another conversation: kept in this tab, by conversation and mode.
const KEY = "relevo:draft:";
const fields = () => document.querySelectorAll("textarea[data-draft]");

function keep(field) {
  if (field.value.trim()) sessionStorage.setItem(KEY + field.dataset.draft, field.value);
  else sessionStorage.removeItem(KEY + field.dataset.draft);
}

function restore() {
  for (const field of fields()) if (!field.value) field.value = sessionStorage.getItem(KEY + field.dataset.draft) ?? "";
}

document.addEventListener("input", (event) => {
  if (event.target.matches("textarea[data-draft]")) keep(event.target);
});
// Sent is sent: the field is emptied when the server said so, not before.
document.body.addEventListener("htmx:afterRequest", (event) => {
  const field = event.detail.elt.querySelector?.("textarea[data-draft]");
  if (field && event.detail.successful) sessionStorage.removeItem(KEY + field.dataset.draft);
});
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const field = event.detail.requestConfig.elt.querySelector?.("textarea[data-draft]");
  if (field && event.detail.xhr.status < 400) sessionStorage.removeItem(KEY + field.dataset.draft);
});
document.body.addEventListener("htmx:oobAfterSwap", (event) => {
  if (event.detail.target.id === "writing") restore();
});
restore();
