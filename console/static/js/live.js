// Live pages: tells when the stream is broken, and looks by itself until it is back.
const SILENCE_MS = 25000; // the server says something every 15 s
const POLL_MS = 10000;
const MOMENT_MS = 1000;
const HIDDEN_MS = 60000; // a tab nobody sees gives its connection back
let source = null, brokenSince = null, closedWhileHidden = false;
let heardAt = Date.now(), polledAt = 0;

// htmx' extension makes its streams through this; one is kept to be watched and closed.
window.htmx.createEventSource = (url) => {
  source = new EventSource(url);
  const heard = () => {
    heardAt = Date.now();
    if (brokenSince) mended();
  };
  for (const name of ["open", "ping", "list", "counts", "conversation", "entry", "resync", "viewers", "lookers", "notify"]) source.addEventListener(name, heard);
  source.addEventListener("ping", ({ data }) => {
    const { version } = JSON.parse(data);
    document.getElementById("newer").hidden = !version || version === document.body.dataset.version;
  });
  for (const name of ["viewers", "lookers"]) source.addEventListener(name, ({ data }) => {
    const { conversation, names } = JSON.parse(data);
    document.querySelector(`#row-${conversation} [data-lookers]`)?.replaceChildren(names.join(", "));
  });
  source.addEventListener("error", hush);
  return source;
};

// A stream breaks when its page is left, and the browser mends one by itself: neither is told as an error. One that is
// closed for good goes to the extension, which opens another, a moment later: by then a page that is left is gone.
function hush(event) {
  event.stopImmediatePropagation();
  const broken = event.target;
  if (broken.readyState === EventSource.CLOSED) setTimeout(() => broken.onerror?.(event), MOMENT_MS);
}
function refresh() {
  polledAt = Date.now();
  window.htmx.trigger(document.body, "relevo:refresh");
}
function mended() {
  brokenSince = null;
  document.getElementById("offline").hidden = true;
  refresh();
}
function look() {
  if (document.hidden || !document.body.hasAttribute("sse-connect")) return;
  if (Date.now() - heardAt < SILENCE_MS && source?.readyState !== EventSource.CLOSED) return;
  if (!brokenSince) {
    brokenSince = new Date(heardAt);
    const line = document.getElementById("offline");
    const time = brokenSince.toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    line.textContent = line.dataset.template.replace("{time}", time);
    line.hidden = false;
  }
  if (Date.now() - polledAt > POLL_MS) refresh();
}
let hiding = 0;
document.addEventListener("visibilitychange", () => {
  clearTimeout(hiding);
  if (document.hidden) hiding = setTimeout(() => ((closedWhileHidden = true), source?.close()), HIDDEN_MS);
  else if (closedWhileHidden) window.location.reload();
});
setInterval(look, 2000);

// A piece with an open menu is left alone until the menu is closed.
document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
  if (event.detail.target.querySelector("details[data-menu][open]")) event.preventDefault();
});

// Readers of a screen hear what the contact wrote, and only that.
const newest = () => [...document.querySelectorAll('#transcript [data-author="contact"]')].at(-1);
let lastSeq = newest()?.dataset.seq ?? "0";
document.body.addEventListener("htmx:oobAfterSwap", (event) => {
  const message = event.detail.target.id === "transcript" ? newest() : null;
  if (!message || Number(message.dataset.seq) <= Number(lastSeq)) return;
  const announcer = document.getElementById("announcer");
  lastSeq = message.dataset.seq;
  const name = document.querySelector("#thread h1")?.textContent.trim() ?? "";
  const text = message.querySelector(".bubble__text")?.textContent ?? "";
  announcer.textContent = announcer.dataset.template.replace("{name}", () => name).replace("{text}", () => text);
});
