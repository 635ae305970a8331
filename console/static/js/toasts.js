// Good news leaves after 8 s; trouble, and what offers something to do, stays until the next word.
const STAYS_MS = 8000;

function arrange() {
  for (const toast of document.querySelectorAll("[data-toast].toast--good:not([data-timed])")) {
    toast.dataset.timed = "";
    setTimeout(() => toast.remove(), STAYS_MS);
  }
}
document.body.addEventListener("htmx:oobAfterSwap", arrange);
arrange();
