// Rings while no page of the desk is open. What it shows was written by the server; it keeps nothing.
addEventListener("push", (event) => {
  const { title = "Relevo", tag = "relevo", url } = event.data?.json() ?? {};
  event.waitUntil(registration.showNotification(title, { tag, data: url, renotify: true }));
});
addEventListener("notificationclick", (event) => {
  const address = event.notification.data || "/console/", isThere = (page) => new URL(page.url).pathname === address;
  event.notification.close();
  event.waitUntil(clients.matchAll({ type: "window" }).then((pages) => pages.find(isThere)?.focus() ?? clients.openWindow(address)));
});
