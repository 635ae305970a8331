// Single keys, off inside fields and with a modifier: J K rows, C claim, R reply, N note, E resolve, B back to the bot, X no reason for a person.
const press = (selector) => document.querySelector(selector)?.click();
const mode = (name) => press(`#writing [data-mode]:not([hidden]) [data-mode-tab="${name}"]`);

function step(by) {
  const rows = [...document.querySelectorAll("#list-rows .row__link")];
  const at = rows.findIndex((row) => row === document.activeElement || row.parentElement.hasAttribute("aria-current"));
  rows[Math.min(Math.max(at + by, 0), rows.length - 1)]?.focus();
}

const keys = {
  j: () => step(1),
  k: () => step(-1),
  c: () => press('#thread-head [data-testid="claim"]'),
  r: () => mode("reply"),
  n: () => mode("note"),
  e: () => press('#thread-head [data-testid="resolve"]'),
  b: () => press('#thread-head [data-testid="return"]'),
  x: () => press('#panel-content [data-testid="verdict-not_a_reason"]'),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable]")) return;
  const act = keys[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
});
