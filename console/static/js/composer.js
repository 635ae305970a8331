// Reply and note: the tabs change the form without a reload; Ctrl+Enter sends; nothing is sent twice.
document.addEventListener("click", (event) => {
  const tab = event.target.closest("[data-mode-tab]");
  if (!tab || event.ctrlKey || event.metaKey) return;
  const shown = document.querySelectorAll("#writing > [data-mode]");
  if (![...shown].some((form) => form.dataset.mode === tab.dataset.modeTab)) return;
  event.preventDefault();
  show(tab.dataset.modeTab);
});

function show(mode) {
  for (const form of document.querySelectorAll("#writing > [data-mode]")) form.hidden = form.dataset.mode !== mode;
  document.querySelector(`#writing > [data-mode="${mode}"] textarea`)?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const form = event.target.closest("form.composer");
  if (form) {
    event.preventDefault();
    form.requestSubmit();
  }
});

document.body.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.matches("form")) for (const button of event.detail.elt.querySelectorAll("button")) button.disabled = true;
});
document.body.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.elt.matches("form")) for (const button of event.detail.elt.querySelectorAll("button")) button.disabled = false;
});
