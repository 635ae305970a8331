// A file to send: chosen, dropped or pasted; its name and a glance at it, and a way back.
const field = () => document.querySelector("#composer [data-attach] input[type=file]");
function show() {
  const input = field();
  const place = input?.closest("[data-attach]");
  if (!place) return;
  place.classList.add("attach--ready");
  const file = input.files[0], glance = place.querySelector(".attach__preview");
  place.querySelector(".attach__chosen").hidden = !file;
  if (glance.src) URL.revokeObjectURL(glance.src);
  glance.hidden = !file?.type.startsWith("image/");
  if (file) place.querySelector(".attach__name").textContent = file.name;
  if (!glance.hidden) glance.src = URL.createObjectURL(file);
  else glance.removeAttribute("src");
}
function take(event, files) {
  const input = field();
  if (!input || !files?.length || !event.target.closest?.("#composer")) return;
  event.preventDefault();
  input.files = files;
  show();
}
document.addEventListener("change", (event) => event.target === field() && show());
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-attach-remove]")) return;
  field().value = "";
  show();
  field().focus();
});
for (const kind of ["paste", "drop"]) document.addEventListener(kind, (event) => take(event, (event.clipboardData ?? event.dataTransfer)?.files));
document.addEventListener("dragover", (event) => event.target.closest?.("#composer") && event.preventDefault());
document.body.addEventListener("htmx:oobAfterSwap", (event) => event.detail.target.id === "writing" && show());
show();
