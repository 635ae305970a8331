// Single keys, off inside fields, with a modifier and by her own wish; Ctrl+K opens the command bar.
const press = (selector) => document.querySelector(selector)?.click(), show = (id) => document.getElementById(id)?.showModal();
function step(by) {
  const rows = [...document.querySelectorAll("#list-rows .row__link")];
  const at = rows.findIndex((row) => row === document.activeElement || row.closest("[aria-current]"));
  rows[Math.min(Math.max(at + by, 0), rows.length - 1)]?.focus();
}
function menu(name) {
  press(`#menu-${name}:not([open]) > summary`);
  document.querySelector(`#menu-${name} :is(select, .menu__item)`)?.focus();
}
const PRESSED = {
  c: '#thread-head [data-testid="claim"]', e: '#thread-head [data-testid="resolve"]', b: '#thread-head [data-testid="return"]',
  r: '#writing [data-mode]:not([hidden]) [data-mode-tab="reply"]', n: '#writing [data-mode]:not([hidden]) [data-mode-tab="note"]',
  "/": "[data-picker]", x: '#panel-content [data-testid="verdict-not_a_reason"]', z: '[data-testid="undo"]',
  gm: '[href*="tab=mine"]', gq: '[href*="tab=queued"]', ga: '[href*="tab=all"]',
};
const DONE = { j: () => step(1), k: () => step(-1), t: () => menu("transfer"), s: () => menu("snooze"), "?": () => show("keys"), escape: () => step(0) };
let led = 0;
document.addEventListener("keydown", (event) => {
  const key = (Date.now() - led < 1500 ? "g" : "") + event.key.toLowerCase();
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && document.getElementById("command")) {
    event.preventDefault();
    show("command");
    return window.htmx.trigger("#command-query", "relevo:open");
  }
  const inside = event.target.closest("input, textarea, select, [contenteditable], dialog");
  if (inside?.matches("textarea") && event.key === "Escape") return inside.blur();
  if (inside || event.ctrlKey || event.metaKey || event.altKey || document.body.dataset.singleKeys === "0") return;
  led = key === "g" ? Date.now() : 0;
  if ((PRESSED[key] || DONE[key]) && key !== "escape") event.preventDefault();
  if (PRESSED[key] || DONE[key]) DONE[key] ? DONE[key]() : press(PRESSED[key]);
});

// Lists that are chosen from without leaving their field: arrows move, Enter takes, once what is listed answers what was typed.
document.addEventListener("keydown", (event) => {
  const list = event.target.closest('[role="combobox"]')?.getAttribute("aria-controls");
  const options = list ? [...document.querySelectorAll(`#${list} [role="option"]`)] : [];
  const at = options.findIndex((option) => option.ariaSelected === "true");
  if (!options.length || !["ArrowDown", "ArrowUp", "Enter"].includes(event.key)) return;
  event.preventDefault();
  const isOld = document.getElementById(list).dataset.query !== event.target.value;
  if (event.key === "Enter" && isOld) return setTimeout(() => event.target === document.activeElement && event.target.dispatchEvent(new KeyboardEvent("keydown", event)), 50);
  if (event.key === "Enter") return options[Math.max(at, 0)].click();
  const next = options.at(event.key === "ArrowDown" ? (at + 1) % options.length : Math.max(at, 0) - 1);
  for (const option of options) option.ariaSelected = String(option === next);
  event.target.setAttribute("aria-activedescendant", next.id);
  next.scrollIntoView({ block: "nearest" });
});
document.addEventListener("click", (event) => {
  const name = event.target.closest("[data-press]")?.dataset.press;
  if (!name) return;
  event.preventDefault();
  document.getElementById("command").close();
  press(`#thread-head [data-testid="${name}"]`);
});
