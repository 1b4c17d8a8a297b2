// The roster keeps every tap on the phone until the site has it. Without this script it is a plain form.
"use strict";
(() => {
  const form = document.getElementById("roster");
  const bar = document.getElementById("waiting");
  if (!form || !window.localStorage) return;
  const said = document.getElementById("state");
  const button = document.getElementById("send");
  const place = `nagara-roster:${form.dataset.session}:${form.dataset.me}`;
  let queue = read(), refused = {}, sending = false, timer = 0, trouble = "";

  function read() {
    try { return JSON.parse(localStorage.getItem(place)) || {}; } catch { return {}; }
  }
  function keep() { localStorage.setItem(place, JSON.stringify(queue)); }
  function name() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  }
  function wallNow() {
    return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: form.dataset.zone }).format(new Date());
  }
  function field(kind, who) { return form.elements.namedItem(`${kind}-${who}`); }

  // what waits is shown as said, also after the page was closed
  for (const [who, mark] of Object.entries(queue)) {
    const radios = form.querySelectorAll(`[name="said-${who}"]`);
    for (const radio of radios) radio.checked = radio.value === mark.said;
    if (field("came", who)) { field("came", who).value = mark.came; field("went", who).value = mark.went; }
  }
  document.getElementById("save").hidden = true;
  bar.hidden = false;

  form.addEventListener("change", (event) => {
    const who = event.target.name.split("-")[1];
    const chosen = form.querySelector(`[name="said-${who}"]:checked`);
    if (!chosen) return;
    const came = field("came", who), went = field("went", who);
    if (event.target.type === "radio" && chosen.value === "late" && !came.value) came.value = wallNow();
    if (event.target.type === "radio" && chosen.value === "left" && !went.value) went.value = wallNow();
    const timed = chosen.value === "late" || chosen.value === "left";
    queue[who] = { id: name(), who, said: chosen.value, came: timed ? came.value : "", went: timed ? went.value : "", at: Date.now() / 1000 };
    delete refused[who];
    complain(who, "");
    keep();
    show();
    clearTimeout(timer);
    timer = setTimeout(send, 700);
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); send(); });
  button.addEventListener("click", send);
  addEventListener("online", () => { trouble = ""; show(); send(); });
  addEventListener("offline", show);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) send(); });

  function show() {
    const count = Object.keys(queue).length;
    const words = `${count} change${count === 1 ? "" : "s"} waiting`;
    bar.dataset.state = count ? "waiting" : "sent";
    button.hidden = !count;
    if (count) said.textContent = words + (trouble ? `. ${trouble}` : navigator.onLine ? "" : ". No line: they are kept on this phone.");
    else said.textContent = navigator.onLine ? "Everything is sent." : "No line. What you say is kept on this phone.";
  }
  function complain(who, why) {
    const item = document.getElementById(who);
    if (!item) return;
    let note = item.querySelector(".refused");
    if (!note && why) {
      note = document.createElement("p");
      note.className = "refused error small";
      note.setAttribute("role", "alert");
      item.append(note);
    }
    if (note) note.textContent = why;
  }
  async function post(token) {
    return fetch(form.dataset.send, {
      method: "POST", credentials: "same-origin", redirect: "manual",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      body: JSON.stringify({ sent: Date.now() / 1000, marks: Object.values(queue).filter((m) => !refused[m.who]) }),
    });
  }
  async function fresh() {
    const answer = await fetch(location.href, { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = page.querySelector("#roster [name=csrfmiddlewaretoken]");
    if (found) form.elements.namedItem("csrfmiddlewaretoken").value = found.value;
    return found ? found.value : "";
  }
  async function send() {
    const waiting = Object.values(queue).filter((m) => !refused[m.who]);
    if (sending || !waiting.length || !navigator.onLine) { show(); return; }
    sending = true;
    try {
      let answer = await post(form.elements.namedItem("csrfmiddlewaretoken").value);
      if (answer.status === 403) answer = await post(await fresh());
      if (answer.type === "opaqueredirect" || answer.status === 403) {
        trouble = "Sign in again to send them: they stay on this phone.";
      } else if (!answer.ok) {
        trouble = "The site cannot take them now. It is tried again.";
        timer = setTimeout(send, 15000);
      } else {
        trouble = "";
        const told = await answer.json();
        for (const one of told.answers) {
          const mark = Object.values(queue).find((m) => m.id === one.id);
          if (!mark) continue; // said anew meanwhile
          if (one.taken) { delete queue[mark.who]; continue; }
          refused[mark.who] = true;
          complain(mark.who, one.why);
          trouble = "Some were not taken: look at the names in red.";
        }
        keep();
      }
    } catch {
      trouble = "No line: they are kept on this phone.";
      timer = setTimeout(send, 15000);
    }
    sending = false;
    show();
    if (!trouble && Object.keys(queue).length) timer = setTimeout(send, 300);
  }

  document.getElementById("forget").addEventListener("click", async () => {
    const count = Object.keys(queue).length;
    if (count && !confirm(`${count} change${count === 1 ? " is" : "s are"} not sent yet. Forget them?`)) return;
    queue = {};
    localStorage.removeItem(place);
    for (const one of await navigator.serviceWorker?.getRegistrations() ?? []) {
      if (!one.scope.endsWith(`/sessions/${form.dataset.session}/roster/`)) continue;
      one.active?.postMessage({ forget: true });
      await one.unregister();
    }
    bar.dataset.state = "";
    said.textContent = "Forgotten. Without a line this page will not open.";
    button.hidden = true;
  });

  if ("serviceWorker" in navigator) {
    const files = [...document.querySelectorAll("link[rel=stylesheet], link[rel=icon], script[src]")].map((e) => e.href || e.src);
    navigator.serviceWorker.register(form.dataset.worker).then(async (made) => {
      const ready = made.active || await new Promise((done) => {
        const coming = made.installing || made.waiting;
        coming.addEventListener("statechange", () => { if (coming.state === "activated") done(coming); });
      });
      navigator.serviceWorker.addEventListener("message", (event) => { if (event.data.kept) bar.dataset.kept = "true"; });
      ready.postMessage({ keep: [location.href, ...files] });
    }).catch(() => { /* without a worker the page still works while there is a line */ });
  }
  show();
  send();
})();
