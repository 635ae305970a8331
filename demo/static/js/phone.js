// The phone looks each second whether something was said, and sends without loading the page again.
// Everything also works without this file: forms post, the page loads again by itself.

const EVERY_MS = 1000;
const live = document.body.dataset.live;
let seen = "";
let busy = false;
let led = "";

async function look() {
  if (busy || document.hidden) return;
  busy = true;
  try {
    const answer = await fetch(live, { headers: seen ? { "If-None-Match": seen } : {}, cache: "no-store" });
    if (answer.status === 200) {
      seen = answer.headers.get("ETag") ?? "";
      show(new DOMParser().parseFromString(await answer.text(), "text/html"));
    }
  } catch {
    // The server is starting again: the next look finds it.
  } finally {
    busy = false;
  }
  lead();
}

function show(page) {
  for (const id of ["talk", "tries"]) {
    const fresh = page.getElementById(id);
    const shown = document.getElementById(id);
    if (!fresh || fresh.innerHTML === shown.innerHTML) continue;
    const focus = document.activeElement?.dataset?.testid;
    const held = shown.contains(document.activeElement);
    shown.replaceChildren(...fresh.childNodes);
    if (held) shown.querySelector(`[data-testid="${focus}"]`)?.focus();
  }
}

// Once she is with people, the desk shows her conversation, unless its visitor is reading another one.
function lead() {
  const link = document.querySelector("#tries a[target=desk]");
  const desk = document.querySelector("iframe[name=desk]");
  if (!link || led === link.href) return;
  const { pathname } = desk.contentWindow.location;
  if (!pathname.startsWith("/console/")) return; // the desk is still on its way in: the next look leads it
  if (pathname === "/console/conversations") desk.contentWindow.location = link.href;
  led = link.href;
}

async function say(event) {
  const form = event.target.closest("form[data-say]");
  if (!form) return;
  event.preventDefault();
  const words = new FormData(form, event.submitter ?? undefined);
  const field = form.querySelector("input[name=text]");
  if (field) { field.value = ""; field.focus(); }
  else document.querySelector(".phone").scrollIntoView({ block: "nearest" });  // a try stands above the phone on small screens
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(words) }).catch(() => null);
  const trouble = answer ? new URL(answer.url).searchParams.get("trouble") : "silent";
  if (trouble) location.search = `?lang=${document.documentElement.lang}&trouble=${trouble}`;
  seen = "";
  await look();
}

document.addEventListener("submit", say);
document.addEventListener("visibilitychange", look);
look();
setInterval(look, EVERY_MS);
