// How a message template will read: what is typed into a blank shows in the text at once.
document.addEventListener("input", (event) => {
  const blank = event.target.dataset?.fills;
  if (!blank) return;
  for (const place of document.querySelectorAll(`[data-filled="${blank}"]`)) place.textContent = event.target.value.trim() || "…";
});
