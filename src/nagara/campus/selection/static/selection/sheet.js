// The scoring sheet saves itself, and takes digits. Without this script the buttons do the same.
"use strict";
(() => {
  const form = document.getElementById("sheet");
  const said = document.getElementById("saved");
  if (!form || !said) return;
  const version = form.elements.namedItem("version");
  const fields = [...form.querySelectorAll("fieldset.criterion")];
  let timer = 0, waiting = false, again = false, stale = false;

  async function save() {
    if (stale) return;
    if (waiting) { again = true; return; }
    waiting = true;
    said.textContent = "Saving ...";
    const data = new FormData(form);
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
    waiting = false;
    if (again) { again = false; save(); }
  }
  function soon() { clearTimeout(timer); timer = setTimeout(save, 600); }

  form.addEventListener("input", soon);
  form.addEventListener("submit", () => clearTimeout(timer));
  addEventListener("online", save);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.ctrlKey) {
      form.querySelector("button[value=hand-in]").click();
      return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey || !/^[0-9]$/.test(event.key)) return;
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
