// A number of evidence leads to its twin without leaving the page, where the twin shows on it.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-twin]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const twin = document.getElementById(link.dataset.twin);
  if (!twin?.checkVisibility()) return;
  event.preventDefault();
  window.location.replace(`#${twin.id}`);
  twin.focus({ preventScroll: true });
});
