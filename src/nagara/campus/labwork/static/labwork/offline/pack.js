// A pack's page of tasks: keeps what was typed in this browser and saves it as one file. No network, no
// library. An answer is the form's fields, URL-encoded, with a mark of its own: brought twice, it counts once.
"use strict";
(() => {
  const pack = document.getElementById("pack").dataset;
  const place = `nagara-pack-${pack.name}-${pack.run}`;
  let keeps = true;
  let kept = {};
  try {
    kept = JSON.parse(localStorage.getItem(place) || "{}");
  } catch {
    keeps = false;
  }

  const fields = (form) => new URLSearchParams(new FormData(form)).toString();
  const mark = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(12));
    return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
  };

  function store() {
    try {
      localStorage.setItem(place, JSON.stringify(kept));
    } catch {
      keeps = false;
    }
  }

  function fill(form, text) {
    const given = new URLSearchParams(text);
    for (const field of form.elements) {
      if (!field.name) continue;
      if (field.type === "checkbox" || field.type === "radio") field.checked = given.getAll(field.name).includes(field.value);
      else if (given.has(field.name)) field.value = given.get(field.name);
    }
  }

  function show(task) {
    const box = document.querySelector(`[data-task="${CSS.escape(task)}"]`);
    const row = kept[task];
    const there = Boolean(row && row.key);
    const said = there ? "Kept in this browser." : row ? "A draft is kept in this browser. Press Keep this answer when it is one." : "";
    box.querySelector("[data-said]").textContent = said && !keeps ? "This browser keeps nothing: save your answers before you close the page." : said;
    box.querySelector("[data-drop]").hidden = !there;
    const tag = document.querySelector(`[data-mark="${CSS.escape(task)}"]`);
    if (there) tag.textContent = "answered";
    else if (tag.textContent === "answered") tag.textContent = "open";
    tag.classList.toggle("done", there);
  }

  function entries() {
    return Object.entries(kept)
      .filter(([, row]) => row.key)
      .map(([task, row]) => ({ task, key: row.key, at: row.at, form: row.form }))
      .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  }

  function file() {
    const answers = entries();
    const sum = sha256(answers.map((e) => [e.task, e.key, e.at, e.form].join("\x1f")).join("\x1e"));
    return JSON.stringify({ format: "nagara-answers/1", ticket: pack.ticket, run: pack.run, answers, sum }, null, 1);
  }

  function count() {
    const n = entries().length;
    document.querySelector("[data-count]").textContent = n ? `${n} answer${n > 1 ? "s" : ""} kept.` : "No answer is kept yet.";
    document.querySelector("[data-save]").disabled = !n;
    document.querySelector("[data-text]").value = n ? file() : "";
  }

  for (const box of document.querySelectorAll("[data-task]")) {
    const task = box.dataset.task;
    const form = box.querySelector("form");
    if (kept[task]) fill(form, kept[task].form);
    let waits = 0;
    form.addEventListener("input", () => {
      clearTimeout(waits);
      waits = setTimeout(() => {
        if (kept[task] && kept[task].key) return; // a kept answer stays until it is kept anew
        kept[task] = { form: fields(form) };
        store();
        show(task);
      }, 400);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      clearTimeout(waits);
      const now = fields(form);
      const same = kept[task] && kept[task].key && kept[task].form === now;
      if (!same) kept[task] = { form: now, key: mark(), at: new Date().toISOString() };
      store();
      show(task);
      count();
    });
    box.querySelector("[data-drop]").addEventListener("click", () => {
      kept[task] = { form: fields(form) };
      store();
      show(task);
      count();
    });
    show(task);
  }

  for (const path of document.querySelectorAll("path[data-cell]")) {
    path.addEventListener("click", () => {
      const form = path.closest("form");
      const tick = form.querySelector(`input[name="cells"][value="${CSS.escape(path.dataset.cell)}"]`);
      if (!tick) return;
      tick.checked = !tick.checked;
      path.classList.toggle("on", tick.checked);
      form.dispatchEvent(new Event("input"));
    });
  }

  document.querySelector("[data-save]").addEventListener("click", () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([file()], { type: "application/json" }));
    link.download = `${pack.name}-answers.json`;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  });
  count();

  // SHA-256 (FIPS 180-4). crypto.subtle is not there for every browser that opens a file from a folder.
  function sha256(text) {
    const primes = [];
    for (let n = 2; primes.length < 64; n += 1) if (primes.every((p) => n % p)) primes.push(n);
    const part = (x) => ((x - Math.floor(x)) * 2 ** 32) >>> 0;
    const k = primes.map((p) => part(Math.cbrt(p)));
    const h = primes.slice(0, 8).map((p) => part(Math.sqrt(p)));
    const raw = new TextEncoder().encode(text);
    const data = new Uint8Array((((raw.length + 8) >> 6) + 1) << 6);
    data.set(raw);
    data[raw.length] = 0x80;
    const view = new DataView(data.buffer);
    view.setUint32(data.length - 8, Math.floor(raw.length / 2 ** 29));
    view.setUint32(data.length - 4, (raw.length << 3) >>> 0);
    const turn = (x, n) => (x >>> n) | (x << (32 - n));
    const w = new Uint32Array(64);
    for (let at = 0; at < data.length; at += 64) {
      for (let i = 0; i < 16; i += 1) w[i] = view.getUint32(at + 4 * i);
      for (let i = 16; i < 64; i += 1) {
        const a = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ (w[i - 15] >>> 3);
        const b = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ (w[i - 2] >>> 10);
        w[i] = (w[i - 16] + a + w[i - 7] + b) >>> 0;
      }
      let [a, b, c, d, e, f, g, z] = h;
      for (let i = 0; i < 64; i += 1) {
        const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
        const t1 = (z + s1 + ((e & f) ^ (~e & g)) + k[i] + w[i]) >>> 0;
        const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
        const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) >>> 0;
        [z, g, f, e, d, c, b, a] = [g, f, e, (d + t1) >>> 0, c, b, a, (t1 + t2) >>> 0];
      }
      [a, b, c, d, e, f, g, z].forEach((v, i) => { h[i] = (h[i] + v) >>> 0; });
    }
    return h.map((v) => v.toString(16).padStart(8, "0")).join("");
  }
})();
