// Rings while no page of the desk is open. What it shows was written by the server; it keeps nothing.
addEventListener("push", (event) => {
  const told = event.data ? event.data.json() : {};
  event.waitUntil(registration.showNotification(told.title || "Relevo", { tag: told.tag, data: told.url, renotify: Boolean(told.tag) }));
});
addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(clients.matchAll({ type: "window" }).then((pages) => {
    const open = pages.find((page) => new URL(page.url).pathname === event.notification.data);
    return open ? open.focus() : clients.openWindow(event.notification.data || "/console/");
  }));
});
