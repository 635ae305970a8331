// Live pages: one stream, opened again until it holds. Without it the page says so, and looks by itself.
const SILENCE_MS = 25000; // the server says something every 15 s
const POLL_MS = 10000;
const HIDDEN_MS = 60000; // a tab nobody sees gives its connection back
const NAMES = ["ping", "list", "counts", "conversation", "resync", "viewers", "lookers", "presence", "notify"];
let source = null, address = null, lastId = "", brokenSince = null, unread = "", verb = "", hiding = 0;
let heardAt = Date.now(), openedAt = 0, polledAt = 0;
// htmx' extension hears one line as long as the page is there; the streams behind it come and go.
const line = Object.assign(new EventTarget(), { close: () => source?.close() });
window.htmx.createEventSource = (url) => {
  address = new URL(url, window.location.href);
  if (!document.hidden) open();
  return line;
};
function open() {
  openedAt = Date.now();
  if (lastId) address.searchParams.set("after", lastId);
  source = new EventSource(address);
  source.addEventListener("open", heard);
  for (const name of NAMES) source.addEventListener(name, (event) => {
    lastId = event.lastEventId || lastId;
    heard();
    line.dispatchEvent(new MessageEvent(name, { data: event.data }));
  });
}
const isClosed = () => address && (!source || source.readyState === EventSource.CLOSED);
line.addEventListener("ping", ({ data }) => {
  const { version } = JSON.parse(data);
  document.getElementById("newer").hidden = !version || version === document.body.dataset.version;
});
for (const name of ["viewers", "lookers"]) line.addEventListener(name, ({ data }) => {
  const { conversation, names, short, typing } = JSON.parse(data);
  document.querySelector(`#row-${conversation} [data-lookers]`)?.replaceChildren(...names.slice(0, 3).map((name, at) => {
    const [sign] = document.getElementById(typing.includes(name) ? "sign-writes" : "sign-looks").content.cloneNode(true).children;
    sign.title = sign.lastElementChild.textContent = sign.title.replace("{name}", () => name);
    sign.children[1].textContent = short[at];
    return sign;
  }));
});
function refresh() {
  polledAt = Date.now();
  window.htmx.trigger(document.body, "relevo:refresh");
}
function heard() {
  heardAt = Date.now();
  if (brokenSince) brokenSince = null, document.getElementById("offline").hidden = true, refresh();
}
function look() {
  if (document.hidden || !address || (Date.now() - heardAt < SILENCE_MS && !isClosed())) return;
  if (!brokenSince) {
    brokenSince = new Date(heardAt);
    const told = document.getElementById("offline"), time = { hour: "2-digit", minute: "2-digit" };
    told.textContent = told.dataset.template.replace("{time}", brokenSince.toLocaleTimeString(document.documentElement.lang, time));
    told.hidden = false;
  }
  if (Date.now() - polledAt > POLL_MS) refresh();
  if (isClosed() && Date.now() - openedAt > POLL_MS) open();
}
setInterval(look, 2000);

// What a page fetches behind others nobody has read yet: the server is told so, and asked again once somebody looks.
document.body.addEventListener("htmx:configRequest", ({ detail }) => {
  if (document.hidden) unread = detail.headers["Relevo-Hidden"] = "1";
});
document.addEventListener("visibilitychange", () => {
  clearTimeout(hiding);
  if (document.hidden) return (hiding = setTimeout(line.close, HIDDEN_MS));
  heardAt = Date.now();
  if (isClosed()) open();
  if (unread) unread = "", refresh();
});
// A piece with an open menu is left alone until it is closed; so is a field that is here already when its news arrives.
document.body.addEventListener("htmx:beforeSwap", ({ detail }) => (verb = detail.requestConfig.verb));
document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
  const [here, next] = [event.detail.target, event.detail.fragment].map((piece) => piece.querySelector("#composer-key")?.value);
  if (event.detail.target.querySelector("details[data-menu][open]") || (verb === "get" && here && here === next)) event.preventDefault();
});
// Readers of a screen hear what the contact wrote, and only that.
const newest = () => [...document.querySelectorAll('#transcript [data-author="contact"]')].at(-1);
let lastSeq = newest()?.dataset.seq ?? "0";
document.body.addEventListener("htmx:oobAfterSwap", (event) => {
  const message = event.detail.target.id === "transcript" ? newest() : null;
  if (!message || Number(message.dataset.seq) <= Number(lastSeq)) return;
  const announcer = document.getElementById("announcer"), name = document.querySelector("#thread h1")?.textContent.trim() ?? "";
  const text = message.querySelector(".bubble__text")?.textContent ?? "";
  lastSeq = message.dataset.seq;
  announcer.textContent = announcer.dataset.template.replace("{name}", () => name).replace("{text}", () => text);
});
