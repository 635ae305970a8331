// A page without a stream (nobody sees it, or it needs none) says by itself that somebody is still there.
setInterval(() => {
  const { body } = document;
  if (!document.querySelector("[data-presence]") || (!document.hidden && body.hasAttribute("sse-connect"))) return;
  const headers = { ...JSON.parse(body.getAttribute("hx-headers") ?? "{}"), Accept: "application/json" };
  fetch("/console/presence", { method: "POST", headers }).catch(() => {}); // the stream tells of a broken line
}, 30000);
