// What is replaced while it has the focus hands it on to its successor, so that the next key goes where it went before.
let held = "";
const hold = () => { held = document.activeElement?.id || held; };
// The button of a form loses the focus while the request is under way: it is disabled then.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.contains(document.activeElement)) hold();
});
document.addEventListener("htmx:beforeSwap", hold);
document.addEventListener("htmx:afterSettle", () => {
  const next = document.activeElement === document.body && document.getElementById(held);
  if (!next || (next.focus({ preventScroll: true }), !next.disabled)) held = ""; // disabled: its own answer is still to come
});
