// Good news leaves after 8 s, trouble stays until the next word; what leaves in a moment counts down until it has left.
const STAYS_MS = 8000;
function arrange() {
  for (const toast of document.querySelectorAll("[data-toast].toast--good:not([data-timed])")) {
    toast.dataset.timed = "";
    const form = toast.querySelector("form[data-seconds]");
    if (!form) setTimeout(() => toast.remove(), STAYS_MS);
    for (let left = Number(form?.dataset.seconds ?? -1), n = left; n >= 0; n--) setTimeout(() => {
      toast.querySelector("[data-told]").textContent = form.dataset.count.replace("{n}", n);
      if (!n) toast.remove();
    }, 1000 * (left - n));
  }
}
document.body.addEventListener("htmx:oobAfterSwap", arrange);
arrange();
