// The list never moves under the pointer, the focus or a ticked box: what is new waits behind a bar.
const rowsOf = (root) => [...root.querySelectorAll(".row")];
const shown = () => document.getElementById("list-rows");
const busy = () => shown().querySelector(":hover, :focus, .row__pick:checked");

document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id !== "list-rows" || event.detail.requestConfig.verb !== "get") return;
  const fresh = document.createElement("template");
  fresh.innerHTML = event.detail.serverResponse;
  const next = fresh.content.getElementById("list-rows");
  const old = new Map(rowsOf(shown()).map((row) => [row.id, row]));
  const added = rowsOf(next).filter((row) => !old.has(row.id));
  const bar = document.getElementById("list-fresh");
  if (busy() && !bar.dataset.apply) added.length = hold(next, old, added);
  else for (const row of old.size ? added.splice(0) : []) row.classList.add("row--arrived");
  bar.hidden = !added.length;
  bar.lastElementChild.textContent = bar.dataset[added.length === 1 ? "one" : "other"].replace(/\d+/, added.length);
  delete bar.dataset.apply;
  event.detail.serverResponse = fresh.innerHTML;
});

// The rows of before, each as it is now and where it was; one that is gone stays, pale. Returns how many wait.
function hold(next, old, added) {
  const now = new Map(rowsOf(next).map((row) => [row.id, row]));
  for (const row of old.values()) {
    const list = next.querySelector(`ul[data-group="${row.parentElement.dataset.group}"]`);
    const here = now.get(row.id) ?? row.cloneNode(true);
    here.classList.toggle("row--gone", !now.has(row.id));
    here.querySelector(".row__pick").toggleAttribute("checked", row.querySelector(".row__pick").checked);
    (list ?? next.appendChild(row.parentElement.cloneNode())).append(here);
  }
  for (const row of [...added, ...next.querySelectorAll(".empty")]) row.remove();
  return added.length;
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("#list-fresh")) return;
  event.preventDefault();
  document.getElementById("list-fresh").dataset.apply = "1";
  window.htmx.trigger(document.body, "relevo:refresh");
});
