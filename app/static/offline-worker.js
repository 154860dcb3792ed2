// Shows one page when a page cannot be fetched. It keeps nothing else and changes no request.

const page = new URL(self.location.href).searchParams.get("page") ?? "/";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open("offline").then((kept) => kept.add(page)).then(() => self.skipWaiting()));
});

self.addEventListener("fetch", (event) => {
  if (event.request.mode !== "navigate") return;
  event.respondWith(
    fetch(event.request).catch(async () => (await caches.match(page)) ?? Response.error()),
  );
});
