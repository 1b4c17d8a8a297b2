// Keeps the roster of one session for use without a line. Its scope is that page alone.
"use strict";
const NAME = "nagara-roster " + new URL(self.registration.scope).pathname;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  if (event.data && event.data.keep) {
    event.waitUntil((async () => {
      const kept = await caches.open(NAME);
      await Promise.all(event.data.keep.map(async (url) => {
        try {
          const answer = await fetch(url, { credentials: "same-origin" });
          if (answer.ok && !answer.redirected) await kept.put(url, answer);
        } catch { /* what is kept stays */ }
      }));
      if (event.source) event.source.postMessage({ kept: true });
    })());
  }
  if (event.data && event.data.forget) event.waitUntil(caches.delete(NAME));
});

self.addEventListener("fetch", (event) => {
  const asked = event.request;
  if (asked.method !== "GET" || new URL(asked.url).origin !== location.origin) return;
  event.respondWith((async () => {
    try {
      const answer = await fetch(asked);
      if (answer.ok && !answer.redirected && asked.mode === "navigate") {
        const kept = await caches.open(NAME);
        await kept.put(asked, answer.clone());
      }
      return answer;
    } catch (error) {
      const kept = await caches.open(NAME);
      const found = await kept.match(asked, { ignoreVary: true });
      if (found) return found;
      throw error;
    }
  })());
});
