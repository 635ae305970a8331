// One's own page: a sound to try, and the switch that lets this browser be rung while no page is open. The browser asks its owner only when it is pressed.
for (const button of document.querySelectorAll("[data-sound-test]")) {
  button.hidden = false;
  button.addEventListener("click", () => new Audio(button.dataset.soundTest).play());
}
const box = document.querySelector("[data-push]");
if (box && "PushManager" in window && "serviceWorker" in navigator) {
  const [on, off, form] = [box.querySelector("[data-push-on]"), box.querySelector("[data-push-off]"), box.querySelector("form")];
  const show = (is) => { on.hidden = Boolean(is); off.hidden = !is; box.querySelector("[data-push-none]").hidden = true; };
  const post = (address, told) => {
    for (const name of ["endpoint", "p256dh", "auth"]) form.elements[name].value = told[name] || "";
    form.action = address;
    form.submit();
  };
  const now = () => navigator.serviceWorker.getRegistration("/console/").then((known) => known && known.pushManager.getSubscription());
  now().then(show);
  on.addEventListener("click", async () => {
    if (await Notification.requestPermission() !== "granted") { box.querySelector("[data-push-denied]").hidden = false; return; }
    await navigator.serviceWorker.register("/console/sw.js");
    const { pushManager } = await navigator.serviceWorker.ready;
    const made = (await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: box.dataset.push })).toJSON();
    post(on.dataset.address, { endpoint: made.endpoint, ...made.keys });
  });
  off.addEventListener("click", async () => {
    const kept = await now();
    await kept.unsubscribe();
    post(off.dataset.address, { endpoint: kept.endpoint });
  });
}
