// Reply and note: the tabs change the form without a reload; Ctrl+Enter sends; nothing is sent twice.
const find = (id) => document.getElementById(id);
document.addEventListener("click", (event) => {
  const name = !event.ctrlKey && !event.metaKey && event.target.closest("[data-mode-tab]")?.dataset.modeTab;
  if (!name || !document.querySelector(`#writing > [data-mode="${name}"]`)) return;
  event.preventDefault();
  for (const part of document.querySelectorAll("#writing > [data-mode]")) part.hidden = part.dataset.mode !== name;
  document.querySelector(`#writing > [data-mode="${name}"] textarea`)?.focus();
});
document.addEventListener("keydown", (event) => {
  const form = event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.closest("form.composer");
  if (form) event.preventDefault(), (event.shiftKey && form.querySelector('[name="then"]') || form.querySelector('[data-testid="send"], .button--save')).click();
});
for (const kind of ["beforeRequest", "afterRequest"]) document.body.addEventListener(`htmx:${kind}`, ({ detail: { elt } }) => {
  if (elt.matches("form")) for (const button of elt.querySelectorAll("button")) button.disabled = kind === "beforeRequest";
});
// A button that stands outside of its form says its word too.
document.addEventListener("click", ({ target }) => {
  if (target.matches("button[form][name]")) target.form.insertAdjacentHTML("beforeend", `<input type="hidden" name="${target.name}" value="1">`);
}, true);

// A saved reply goes in where one types, its first gap chosen; the picker opens at `/` in an empty field.
async function insert(address) {
  const { id, text } = await (await fetch(address, { headers: { Accept: "application/json" } })).json();
  const field = find("reply-text");
  find("picker").close();
  field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
  field.form.querySelector("[data-saved]").value = id;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
  const gap = /\[\[[^[\]\n]+\]\]/.exec(field.value);
  if (gap) field.setSelectionRange(gap.index, gap.index + gap[0].length);
}
document.addEventListener("click", (event) => {
  const link = find("picker") && event.target.closest("[data-insert], [data-picker]");
  if (!link) return;
  event.preventDefault();
  if ("insert" in link.dataset) insert(link.href);
  else window.htmx.ajax("GET", link.href, "#picker").then(() => (find("picker").open || find("picker").showModal(), window.htmx.trigger("#saved-query", "input")));
});
document.addEventListener("beforeinput", (event) => {
  if (event.data !== "/" || event.target.id !== "reply-text" || event.target.value) return;
  event.preventDefault();
  document.querySelector("[data-picker]").click();
});
// What a colleague wrote meanwhile stands before everything else; the field has the focus afterwards.
document.addEventListener("close", ({ target }) => target.matches("#guard, #picker") && find("reply-text")?.focus(), true);
document.body.addEventListener("htmx:oobAfterSwap", ({ detail: { target } }) => {
  if (target.id === "writing" && find("guard")?.open) find("guard").close(), find("guard").showModal();
});
