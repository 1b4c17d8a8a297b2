// Saves an answer as soon as it is given. On a bad line it waits in this browser and says so; the button
// at the foot does the same without this script.
const form = document.querySelector("form[data-autosave]");
if (form) {
  const said = document.querySelector("#saved-state");
  const key = "nagara-answers:" + location.pathname + ":" + form.dataset.autosave;
  const fields = () => [...form.elements].filter((e) => /^(score|note|seen)-/.test(e.name));
  let timer, busy = false, again = false;

  const typed = () => {
    const out = {};
    for (const e of fields()) if (e.type !== "radio" || e.checked) out[e.name] = e.value;
    return out;
  };
  const keep = () => { try { localStorage.setItem(key, JSON.stringify(typed())); } catch { /* full or forbidden */ } };
  const forget = () => { try { localStorage.removeItem(key); } catch { /* forbidden */ } };
  const waiting = () => { try { return JSON.parse(localStorage.getItem(key) || "null"); } catch { return null; } };

  async function send() {
    if (busy) { again = true; return; }
    busy = true;
    said.textContent = "Saving ...";
    const data = new FormData();
    for (const [name, value] of new FormData(form)) {
      if (/^(score|note|seen)-|^csrf/.test(name)) data.append(name, value);
    }
    try {
      const answer = await fetch(form.action || location.href, { method: "POST", body: data, headers: { "X-Autosave": "1" } });
      if (!answer.ok && answer.status !== 409) throw new Error(answer.status);
      const got = await answer.json();
      for (const [question, version] of Object.entries(got.versions)) {
        if (!got.conflicts.includes(question)) form.elements["seen-" + question].value = version;
      }
      if (got.conflicts.length) {
        said.textContent = "Someone saved another answer to " + got.conflicts.join(", ") + ". Press Save to see both.";
      } else {
        said.textContent = "Saved " + new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }) + ".";
        if (!again) forget();
      }
    } catch {
      said.textContent = "Not sent yet: no connection. It is kept in this browser and sent when the line is back.";
      timer = setTimeout(send, 15000);
    }
    busy = false;
    if (again) { again = false; send(); }
  }
  const later = (ms) => { keep(); clearTimeout(timer); timer = setTimeout(send, ms); };

  form.addEventListener("change", (event) => { if (/^(score|note)-/.test(event.target.name)) later(200); });
  form.addEventListener("input", (event) => { if (event.target.name?.startsWith("note-")) later(1500); });
  form.addEventListener("submit", () => { keep(); clearTimeout(timer); });
  addEventListener("online", send);

  // What waited is put back only where the server still holds the answers that it was typed over.
  const old = waiting(), now = typed();
  const same = old && Object.keys(now).every((name) => !name.startsWith("seen-") || now[name] === old[name]);
  if (old && same && JSON.stringify(old) !== JSON.stringify(now)) {
    for (const e of fields()) {
      if (e.type === "radio") e.checked = e.value === old[e.name]; else if (e.name in old) e.value = old[e.name];
    }
    send();
  } else if (old) forget();
}
