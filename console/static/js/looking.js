// Who else is here: this page says what it shows and whether one types; and what rings, until one has looked.
const shown = document.querySelector("#thread[data-conversation]")?.dataset.conversation;
let toldAt = 0;
function post(path, facts, wanted) {
  const headers = { ...JSON.parse(document.body.getAttribute("hx-headers") ?? "{}"), ...wanted };
  fetch(`/console/${path}`, { method: "POST", keepalive: true, headers, body: new URLSearchParams(facts) }).catch(() => {}); // live.js tells of a broken line
}
function look(facts = {}) {
  toldAt = Date.now();
  if (shown) post(`conversations/${shown}/viewing`, facts);
}
setInterval(() => document.hidden || look(), 15000);
setInterval(() => document.hidden && document.querySelector("[data-presence]") && post("presence", {}, { Accept: "application/json" }), 30000); // else the stream says it
document.addEventListener("visibilitychange", () => look(document.hidden ? { gone: 1 } : {}));
window.addEventListener("pagehide", () => look({ gone: 1 }));
document.addEventListener("input", ({ target: { dataset } }) => dataset.draft && Date.now() - toldAt > 3000 && look({ typing: 1, mode: dataset.draft.split(":")[1] }));
look();
const facts = () => document.getElementById("notices")?.dataset ?? {};
let title = document.title, rung = 0, rungAt = 0;
function tell() {
  const { count, newest, sound } = facts();
  document.title = +count ? `(${count}) ${title}` : title;
  if (!+count || (+newest <= rung && Date.now() - rungAt < 30000)) return;
  [rung, rungAt] = [+newest, Date.now()];
  if (sound) new Audio(sound).play().catch(() => {}); // a browser may want a click first
}
document.body.addEventListener("htmx:afterSettle", tell);
setInterval(tell, 5000);
tell();
for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, ({ target }) => {
  if (!+facts().count || Date.now() - rungAt < 3000 || target.closest?.("#notices")) return;
  window.htmx.ajax("POST", facts().seen, { target: "#notices", swap: "outerHTML", values: { up_to: facts().newest } });
});
