// One's own page: a sound to try, and the switch that lets this browser be rung while no page is open (it asks when pressed).
for (const button of document.querySelectorAll("[data-sound-test]")) {
  button.hidden = false;
  button.onclick = () => new Audio(button.dataset.soundTest).play();
}
const box = document.querySelector("[data-push]"), part = (name) => box.querySelector(`[data-push-${name}]`);
if (box && "PushManager" in window && "serviceWorker" in navigator) {
  const post = (button, told) => {
    const form = Object.assign(box.querySelector("form"), { action: button.dataset.address });
    for (const name in told) form.elements[name].value = told[name];
    form.submit();
  };
  const kept = await navigator.serviceWorker.getRegistration("/console/").then((known) => known?.pushManager.getSubscription());
  [part("none").hidden, part("on").hidden, part("off").hidden] = [true, Boolean(kept), !kept];
  part("off").onclick = () => kept.unsubscribe().then(() => post(part("off"), { endpoint: kept.endpoint }));
  const subscribe = async () => {
    await navigator.serviceWorker.register("/console/sw.js");
    const { pushManager } = await navigator.serviceWorker.ready;
    return (await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: box.dataset.push })).toJSON();
  };
  part("on").onclick = async () => {
    const made = await Notification.requestPermission() === "granted" && await subscribe().catch(() => null);
    if (made) post(part("on"), { endpoint: made.endpoint, p256dh: made.keys.p256dh, auth: made.keys.auth });
    part("denied").hidden = Boolean(made);
  };
}
