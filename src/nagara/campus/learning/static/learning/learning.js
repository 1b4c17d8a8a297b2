// Drafts and sheets save themselves; a sheet takes digits. Without this script the buttons do the same.
"use strict";
(() => {
  const form = document.querySelector("form[data-autosave]");
  const said = document.getElementById("saved");
  if (!form || !said) return;
  const version = form.elements.namedItem("version");
  let timer = 0, waiting = null, again = false, stale = false, sending = false;

  async function send() {
    said.textContent = "Saving ...";
    const data = new FormData();
    for (const [name, value] of new FormData(form)) if (typeof value === "string") data.append(name, value);
    data.set("say", "keep");
    try {
      const answer = await fetch(form.action || location.href, {
        method: "POST", body: data, headers: { "X-Requested-With": "autosave" }, credentials: "same-origin",
      });
      const found = await answer.json();
      if (answer.ok) {
        version.value = found.version;
        said.textContent = "Saved " + new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
      } else {
        said.textContent = found.problem;
        stale = answer.status === 409;
      }
    } catch {
      said.textContent = "Not saved: the line is down. It is tried again.";
      clearTimeout(timer);
      timer = setTimeout(save, 5000);
    }
  }
  async function save() {
    if (stale || sending) return;
    if (waiting) { again = true; return; }
    waiting = send();
    await waiting;
    waiting = null;
    if (again) { again = false; save(); }
  }
  function soon() { clearTimeout(timer); timer = setTimeout(save, 800); }

  form.addEventListener("input", (event) => { if (event.target.type !== "file") soon(); });
  // A save under way is waited for, so that the version that is sent is the one on the server.
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (sending) { event.preventDefault(); return; }
    if (waiting) {
      event.preventDefault();
      const button = event.submitter;
      waiting.then(() => { sending = false; button ? form.requestSubmit(button) : form.requestSubmit(); });
      return;
    }
    sending = true;
  });
  addEventListener("pageshow", () => { sending = false; });
  addEventListener("online", save);

  const fields = [...form.querySelectorAll("fieldset.criterion[data-max]")];
  document.addEventListener("keydown", (event) => {
    if (!form.querySelector("fieldset.criterion")) return;
    if (event.key === "Enter" && event.ctrlKey) {
      const button = form.querySelector("button[value=accept], button[value=done]");
      if (button) form.requestSubmit(button);
      return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey || !/^[0-9]$/.test(event.key) || !fields.length) return;
    const here = document.activeElement;
    if (here && (here.tagName === "TEXTAREA" || (here.tagName === "INPUT" && here.type !== "radio"))) return;
    const at = fields.findIndex((f) => f.contains(here));
    const open = fields.findIndex((f) => !f.querySelector("input:checked"));
    const field = fields[at >= 0 ? at : Math.max(open, 0)];
    const mark = field.querySelector(`input[value="${event.key}"]`);
    if (!mark) return;
    event.preventDefault();
    mark.checked = true;
    soon();
    const next = fields[fields.indexOf(field) + 1];
    if (next) (next.querySelector("input:checked") || next.querySelector("input")).focus();
    else document.getElementById("comment").focus();
  });
})();
