// Extras of the page of a task: keeps what is typed, on the device while the line is down and then on the
// server; sends an answer again when the line is back (with its key, so it counts once); runs a query in
// place; takes a press on a map. Without it every button of the page works.
"use strict";
(() => {
  const form = document.getElementById("answer");
  if (!form) return;
  const line = document.querySelector(".line");
  const kept = form.querySelector(".kept");
  const store = form.dataset.store;
  const token = form.elements.csrfmiddlewaretoken.value;
  let timer = 0, busy = false, dirty = false, leaving = false;

  const skip = new Set(["csrfmiddlewaretoken", "key", "say", "page"]);
  // `sent`: as the server drew the page. On a slow line people type before this file is here.
  function values(sent) {
    const found = [];
    for (const f of form.elements) {
      if (!f.name || skip.has(f.name) || f.tagName === "BUTTON" || f.tagName === "FIELDSET") continue;
      if (f.type === "radio" || f.type === "checkbox") {
        if (sent ? f.defaultChecked : f.checked) found.push([f.name, f.value]);
      } else if (f.tagName === "SELECT") {
        const first = [...f.options].find((o) => o.defaultSelected) ?? f.options[0];
        found.push([f.name, sent ? first?.value ?? "" : f.value]);
      } else found.push([f.name, sent && f.type !== "hidden" ? f.defaultValue : f.value]);
    }
    return found;
  }
  const text = () => JSON.stringify(values());
  let saved = JSON.stringify(values(true));

  function keep(data) {
    try { if (data) localStorage.setItem(store, JSON.stringify(data)); else localStorage.removeItem(store); } catch { /* a device that keeps nothing */ }
  }
  function kept_here() {
    try { return JSON.parse(localStorage.getItem(store) || "null"); } catch { return null; }
  }
  function say(words) { if (line && line.textContent !== words) line.textContent = words; }

  function fill(data) {
    for (const field of form.elements) {
      if (!field.name || skip.has(field.name) || field.tagName === "BUTTON") continue;
      const given = data.filter(([name]) => name === field.name).map(([, value]) => value);
      if (field.type === "radio" || field.type === "checkbox") field.checked = given.includes(field.value);
      else if (given.length) field.value = given[0];
    }
    form.dispatchEvent(new CustomEvent("filled"));
  }

  async function send(url, data) {
    const body = new FormData();
    body.append("csrfmiddlewaretoken", token);
    for (const [name, value] of data) body.append(name, value);
    return fetch(url, { method: "POST", body, headers: { Accept: "application/json" } });
  }

  async function save() {
    if (busy || !dirty || leaving) return;
    busy = true;
    const sent = text();
    try {
      const answer = await send(form.dataset.save, JSON.parse(sent));
      if (answer.status === 400) { say((await answer.json()).says); return; }
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      saved = sent;
      dirty = text() !== saved;
      if (!dirty) keep(null);
      if (kept) kept.textContent = "Saved. Not handed in yet.";
      say("");
    } catch {
      say("No line at the moment. What you typed is kept on this device and sent when the line is back.");
      later(5000);
    } finally {
      busy = false;
      if (dirty && !timer) later(1500);
    }
  }
  function later(wait) { clearTimeout(timer); timer = setTimeout(() => { timer = 0; save(); }, wait); }

  function changed() {
    if (text() === saved) return;
    dirty = true;
    if (kept) kept.textContent = "";
    keep({ from: saved, draft: values() });
    later(1500);
  }
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);

  // A piece of the page as the server drew it; nothing in it runs.
  function put(slot, html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    slot.replaceChildren(...page.body.childNodes);
  }

  async function run(page) {
    const out = document.getElementById("out");
    if (!out) return false;
    out.setAttribute("aria-busy", "true");
    say("");
    const data = values();
    if (page) data.push(["page", page]);
    try {
      const answer = await send(form.dataset.query, data);
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      put(out, await answer.text());
      saved = JSON.stringify(values());
      dirty = false;
      keep(null);
      out.scrollIntoView({ block: "nearest" });
    } catch {
      say("No line at the moment: the query was not run. It is kept on this device.");
    } finally {
      out.removeAttribute("aria-busy");
    }
    return true;
  }

  // An answer whose line broke is sent again with the same key: it counts once.
  async function handIn() {
    const data = [["say", "hand-in"], ["key", form.elements.key.value], ...values()];
    keep({ from: saved, draft: values(), key: form.elements.key.value });
    say("Sending your answer …");
    leaving = true;
    for (let wait = 1000; ; wait = Math.min(wait * 2, 15000)) {
      try {
        const answer = await send(location.pathname, data);
        if (answer.status === 422) { // something is missing: the page says what
          keep(null);
          const page = new DOMParser().parseFromString(await answer.text(), "text/html");
          const problem = page.getElementById("problem"), old = document.getElementById("problem");
          if (old) old.remove();
          if (problem) { form.before(problem); problem.scrollIntoView({ block: "center" }); }
          say("");
          leaving = false;
          return;
        }
        if (!answer.ok) throw new Error(String(answer.status));
        keep(null);
        location.assign(location.pathname + "#said");
        if (location.hash === "#said") location.reload();
        return;
      } catch {
        say("No line at the moment. Your answer is kept on this device and is sent again by itself. It counts once.");
        await new Promise((done) => setTimeout(done, wait));
      }
    }
  }

  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    const what = button ? button.value : "hand-in";
    if (button && button.name === "page") { event.preventDefault(); run(button.value); return; }
    if (what === "run") { event.preventDefault(); run(""); return; }
    if (what === "hand-in") { event.preventDefault(); if (!leaving) handIn(); return; }
    leaving = true;
    keep(null);
  });
  form.addEventListener("keydown", (event) => {
    if (event.defaultPrevented) return; // the editor of queries has its own
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      const button = form.querySelector('button[value="run"], button[value="hand-in"]');
      if (button) button.click();
    }
  });

  // What this device kept while the line was down: filled in where the server has heard nothing since.
  const old = kept_here();
  if (old && old.from === saved) { fill(old.draft); if (old.key) form.elements.key.value = old.key; dirty = true; later(200); }
  else { if (old) keep(null); changed(); }
  window.addEventListener("online", () => later(0));

  // Maps
  const cells = form.querySelector(".labmap.cells");
  if (cells) {
    cells.classList.add("live");
    const box = (id) => form.querySelector('input[name="cells"][value="' + CSS.escape(id) + '"]');
    const count = form.querySelector(".count");
    const draw = () => {
      for (const path of cells.querySelectorAll("[data-cell]")) path.classList.toggle("on", Boolean(box(path.dataset.cell)?.checked));
      if (count) count.textContent = form.querySelectorAll('input[name="cells"]:checked').length + " chosen.";
    };
    cells.addEventListener("click", (event) => {
      const path = event.target.closest("[data-cell]");
      const tick = path && box(path.dataset.cell);
      if (!tick) return;
      tick.checked = !tick.checked;
      tick.dispatchEvent(new Event("change", { bubbles: true }));
    });
    form.addEventListener("change", draw);
    form.addEventListener("filled", draw);
    draw();
  }
  const map = form.querySelector(".labmap[data-frame]");
  if (map) {
    map.classList.add("live");
    const [west, south, east, north] = map.dataset.frame.split(",").map(Number);
    const { lat, lon } = form.elements;
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
    form.addEventListener("filled", place);
    place();
  }

  // Words of a text; changed cells of rows to mend
  const counted = form.querySelector(".counted"), long = form.querySelector("textarea[data-words]");
  if (counted && long) long.addEventListener("input", () => { counted.textContent = (long.value.match(/\S+/g) || []).length + " words"; });
  const marks = () => { for (const f of form.querySelectorAll("input[data-was]")) f.classList.toggle("changed", f.value !== f.dataset.was); };
  form.addEventListener("input", marks);
  form.addEventListener("filled", marks);
  marks();
})();
