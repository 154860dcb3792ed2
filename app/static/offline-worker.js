// Shows one page when a page cannot be fetched. It keeps nothing else and changes no request.

const page = new URL(self.location.href).searchParams.get("page") ?? "/";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open("offline").then((kept) => kept.add(page)).then(() => self.skipWaiting()));
});

// Where no GET leads, a form was sent: the way back is to where it stands. The contact form keeps what
// was written in it.
const show = async ({ method, referrer, url }) => {
  const kept = await caches.match(page);
  if (!kept || method === "GET") return kept ?? Response.error();
  let text = await kept.text();
  if (referrer.startsWith(self.location.origin)) text = text.replace('href=""', () => `href="${referrer}"`);
  if (new URL(url).pathname.endsWith("/contact")) text = text.replace(" data-kept hidden", "");
  const headers = new Headers(kept.headers);
  headers.delete("Content-Encoding"); // the text is unpacked
  headers.delete("Content-Length");
  return new Response(text, { headers });
};

self.addEventListener("fetch", (event) => {
  if (event.request.mode !== "navigate") return;
  event.respondWith(fetch(event.request).catch(() => show(event.request)));
});
