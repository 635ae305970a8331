// What is typed is kept on the server a second later; here is what cannot wait a second, or finds no server.
const KEY = "relevo:unsaved:";
const fields = () => document.querySelectorAll("textarea[data-draft]");
document.addEventListener("input", ({ target }) => target.dataset.draft && (target.dataset.dirty = "1"));
window.addEventListener("pagehide", () => {
  for (const { dataset, form } of fields()) {
    const kept = new FormData(form);
    kept.delete("file");
    if (dataset.dirty) navigator.sendBeacon(document.getElementById("writing").dataset.draftUrl, kept);
  }
});
document.body.addEventListener("htmx:afterRequest", ({ detail: { elt, successful } }) => {
  if (!elt.dataset.draft) return;
  delete elt.dataset.dirty;
  sessionStorage[successful ? "removeItem" : "setItem"](KEY + elt.dataset.draft, elt.value);
});
for (const field of fields()) field.value ||= sessionStorage.getItem(KEY + field.dataset.draft) ?? "";
