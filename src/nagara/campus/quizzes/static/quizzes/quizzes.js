// Extras of the page of questions: saves each answer as it is given, keeps it on the device while the line is
// down, counts the time down, and takes a press on a map. Without it every button of the page works.
"use strict";
(() => {
  const form = document.getElementById("take");
  if (!form) return;
  const line = document.querySelector(".quizbar .line");
  const store = "quiz-" + form.dataset.attempt;
  const waiting = new Set();
  const elsewhere = {}; // kept answers to questions that stand on other pages
  let timer = 0, busy = false, over = false;

  const fieldsOf = (box) => [...box.querySelectorAll("input, select, textarea")].filter((f) => f.name);
  const box = (place) => document.getElementById("question-" + place);

  function values(place) {
    const data = [];
    for (const f of fieldsOf(box(place))) {
      if ((f.type === "radio" || f.type === "checkbox") && !f.checked) continue;
      data.push([f.name, f.value]);
    }
    return data;
  }

  function remember() {
    const kept = { ...elsewhere };
    for (const place of waiting) if (box(place)) kept[place] = values(place);
    try {
      if (Object.keys(kept).length) localStorage.setItem(store, JSON.stringify(kept));
      else localStorage.removeItem(store);
    } catch { /* a device that keeps nothing: the line must do */ }
  }

  // What this device kept: an answer that the server has not heard since is filled in and sent. One whose
  // mark (`seen`) has changed has arrived, or was changed on another device: the server's answer stays.
  function recall() {
    let kept = {};
    try { kept = JSON.parse(localStorage.getItem(store) || "{}"); } catch { return; }
    for (const [place, data] of Object.entries(kept)) {
      const here = box(place);
      if (!here) { elsewhere[place] = data; continue; }
      const seen = data.find(([name]) => name.endsWith("-seen"));
      if (!seen || seen[1] !== here.querySelector('[name$="-seen"]').value) continue;
      for (const f of fieldsOf(here)) {
        if (f.name.endsWith("-seen")) continue;
        const given = data.filter(([name]) => name === f.name).map(([, value]) => value);
        if (f.type === "radio" || f.type === "checkbox") f.checked = given.includes(f.value);
        else f.value = given[0] ?? "";
      }
      waiting.add(place);
    }
    if (waiting.size || Object.keys(elsewhere).length) soon(0);
    remember();
  }

  function say(text) { if (line.textContent !== text) line.textContent = text; }

  function soon(wait) { clearTimeout(timer); timer = setTimeout(send, wait); }

  async function send() {
    const others = Object.keys(elsewhere);
    if (busy || over || !(waiting.size || others.length) || !form.dataset.save) return;
    busy = true;
    const places = [...waiting].filter((place) => box(place));
    const sent = places.map((place) => JSON.stringify(values(place)));
    const body = new FormData();
    body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    for (const place of places) for (const [name, value] of values(place)) body.append(name, value);
    for (const place of others) for (const [name, value] of elsewhere[place]) body.append(name, value);
    try {
      const answer = await fetch(form.dataset.save, { method: "POST", body, headers: { Accept: "application/json" } });
      if (answer.status === 409) { finish((await answer.json()).says); return; }
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const found = await answer.json();
      places.forEach((place, n) => {
        const said = found.answers[place];
        if (!said) return;
        box(place).querySelector('[name$="-seen"]').value = said.seen;
        if (JSON.stringify(values(place).filter(([name]) => !name.endsWith("-seen"))) === JSON.stringify(JSON.parse(sent[n]).filter(([name]) => !name.endsWith("-seen")))) waiting.delete(place);
        show(place, said);
      });
      for (const place of others) delete elsewhere[place];
      clock(found.seconds);
      say("");
    } catch {
      say("No line at the moment. Your answers are kept on this device and sent when the line is back.");
      soon(4000);
    } finally {
      busy = false;
      remember();
      if (waiting.size && !line.textContent) soon(800);
    }
  }

  function show(place, said) {
    const here = box(place);
    here.querySelector(".kept").textContent = said.answered ? "Saved." : "";
    const back = here.querySelector(".asks-back");
    back.textContent = said.back;
    back.hidden = !said.back;
    here.classList.toggle("back", Boolean(said.back));
    const heard = here.querySelector(".said");
    if (heard) heard.textContent = said.said;
    const either = here.querySelector(".either");
    if (either) {
      const two = Object.keys(said.either).length > 0;
      either.hidden = !two && !said.read;
      if (two) for (const slot of either.querySelectorAll("[data-reading]")) slot.textContent = said.either[slot.dataset.reading];
    }
    const step = [...document.querySelectorAll(".step")].find((s) => s.value === "go-" + place);
    if (step) step.classList.toggle("done", said.answered);
  }

  function finish(says) {
    over = true;
    try { localStorage.removeItem(store); } catch { /* nothing was kept */ }
    say(says);
    setTimeout(() => location.assign(location.pathname), 1500);
  }

  // A changed number is another number: how the old one was read no longer holds.
  form.addEventListener("input", (event) => {
    const here = event.target.closest(".question");
    if (!here) return;
    if (event.target.type === "text" || event.target.tagName === "INPUT" && event.target.inputMode === "decimal")
      for (const radio of here.querySelectorAll('.either input')) if (event.target !== radio) radio.checked = false;
    here.querySelector(".kept").textContent = "";
    waiting.add(here.dataset.place);
    remember();
    soon(event.target.matches("input[inputmode], input:not([type=radio]):not([type=checkbox])") ? 900 : 150);
  });
  window.addEventListener("online", () => soon(0));
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") send(); });

  // Handing in over a line that is down: nothing is lost, the person is told, and can press again.
  form.addEventListener("submit", (event) => {
    if (navigator.onLine) {
      if (event.submitter?.value === "hand-in") try { localStorage.removeItem(store); } catch { /* nothing was kept */ }
      return;
    }
    event.preventDefault();
    for (const q of document.querySelectorAll(".question")) waiting.add(q.dataset.place);
    remember();
    say("No line at the moment. Your answers are kept on this device. Press again when the line is back.");
  });

  function handIn() {
    over = true;
    if (!navigator.onLine) { say("The time is over. What was saved is handed in by itself."); return; }
    try { localStorage.removeItem(store); } catch { /* nothing was kept */ }
    const button = document.createElement("input");
    Object.assign(button, { type: "hidden", name: "say", value: "hand-in" });
    form.append(button);
    form.submit();
  }

  const slot = document.querySelector(".time-left");
  let end = 0;
  function clock(seconds) { end = Date.now() + 1000 * seconds; }
  if (slot) {
    clock(Number(slot.dataset.seconds));
    const tick = () => {
      const left = Math.max(0, Math.round((end - Date.now()) / 1000));
      const minutes = Math.floor(left / 60);
      slot.textContent = minutes >= 60 ? Math.floor(minutes / 60) + " h " + (minutes % 60) + " min left" : minutes + ":" + String(left % 60).padStart(2, "0") + " left";
      slot.classList.toggle("short", left < 60);
      if (left > 0 || over) return;
      clearInterval(ticking);
      send().finally(handIn);
    };
    const ticking = setInterval(tick, 1000);
    tick();
  }

  for (const map of document.querySelectorAll(".quizmap[data-frame]")) {
    const here = map.closest(".question");
    if (!here) continue;
    map.classList.add("live");
    const [west, south, east, north] = map.dataset.frame.split(",").map(Number);
    const [lat, lon] = ["lat", "lon"].map((n) => here.querySelector('[name$="-' + n + '"]'));
    const spot = map.querySelector(".spot");
    const { width, height } = map.viewBox.baseVal;
    const place = () => {
      const [y, x] = [lat, lon].map((f) => Number(f.value.replace(",", ".")));
      const inside = lat.value && lon.value && x >= west && x <= east && y >= south && y <= north;
      if (!inside) { spot.setAttribute("hidden", ""); return; }
      spot.setAttribute("transform", `translate(${(x - west) / (east - west) * width} ${(north - y) / (north - south) * height})`);
      spot.removeAttribute("hidden");
    };
    map.addEventListener("click", (event) => {
      const seen = map.getBoundingClientRect();
      lon.value = (west + (event.clientX - seen.left) / seen.width * (east - west)).toFixed(5);
      lat.value = (north - (event.clientY - seen.top) / seen.height * (north - south)).toFixed(5);
      lat.dispatchEvent(new Event("input", { bubbles: true }));
    });
    for (const field of [lat, lon]) field.addEventListener("input", place);
    place();
  }

  recall();
})();
