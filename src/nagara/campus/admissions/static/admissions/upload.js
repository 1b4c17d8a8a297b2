// Sends a file in pieces, so that a bad line does no harm: tus 1.0 over plain requests. What was sent is
// remembered with the file's name, size and date; the same file chosen again goes on where it stopped.
const form = document.getElementById("send");
if (form) {
  const PIECE = 192 * 1024;
  const LONGEST_WAIT = 15000;
  const box = form.querySelector(".sending");
  const bar = box.querySelector("progress");
  const said = box.querySelector(".said");
  const button = form.querySelector("button");
  const token = form.elements.csrfmiddlewaretoken.value;
  const base = { "Tus-Resumable": "1.0.0", "X-CSRFToken": token };
  const pause = (ms) => new Promise((go) => {
    const timer = setTimeout(done, ms);
    function done() { clearTimeout(timer); removeEventListener("online", done); go(); }
    addEventListener("online", done);
  });
  const remember = (key, value) => { try { value ? localStorage.setItem(key, value) : localStorage.removeItem(key); } catch { /* without memory it begins anew */ } };
  const recall = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const text64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

  async function begin(file, key) {
    const answer = await fetch(form.dataset.uploads, { method: "POST", headers: { ...base, "Upload-Length": String(file.size), "Upload-Metadata": `filename ${text64(file.name)}` } });
    if (answer.status !== 201) throw new Refused(await words(answer));
    const address = new URL(answer.headers.get("Location"), location.href).pathname;
    remember(key, address);
    return { address, offset: 0 };
  }
  async function where(address) {
    const answer = await fetch(address, { method: "HEAD", headers: base });
    if (!answer.ok) return null;
    return { address, offset: Number(answer.headers.get("Upload-Offset")) };
  }
  class Refused extends Error {}
  const words = async (answer) => {
    const text = (answer.headers.get("Content-Type") || "").startsWith("text/plain") ? await answer.text() : "";
    return text || `The server said ${answer.status}. Load this page again.`;
  };

  async function send(file) {
    const key = `upload ${form.dataset.key} ${file.name} ${file.size} ${file.lastModified}`;
    let wait = 500, at = null, known = recall(key);
    for (;;) {
      try {
        if (!at && known) at = await where(known);
        if (!at) at = await begin(file, key);
        while (at.offset < file.size) {
          show(at.offset, file.size, "");
          const piece = file.slice(at.offset, at.offset + PIECE);
          const answer = await fetch(at.address, { method: "PATCH", body: piece, headers: { ...base, "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(at.offset) } });
          if (answer.status === 409) { at = await where(at.address) || await begin(file, key); continue; }
          if (answer.status === 404) { at = await begin(file, key); continue; }
          if (answer.status >= 500) throw new Error("busy");
          if (answer.status !== 204) { remember(key, ""); throw new Refused(await words(answer)); }
          at.offset = Number(answer.headers.get("Upload-Offset"));
          wait = 500;
        }
        remember(key, "");
        show(file.size, file.size, "Received.");
        location.assign(form.dataset.done);
        return;
      } catch (problem) {
        if (problem instanceof Refused) throw problem;
        known = recall(key) || known;
        at = null;
        show(null, file.size, "The line is lost. It goes on by itself as soon as the line is back.");
        await pause(wait);
        wait = Math.min(wait * 2, LONGEST_WAIT);
      }
    }
  }
  function show(offset, size, message) {
    if (offset !== null) bar.value = Math.round(100 * offset / size);
    said.textContent = message || `${Math.round(offset / 1024)} of ${Math.round(size / 1024)} kB`;
  }
  form.addEventListener("submit", async (event) => {
    const file = form.elements.file.files[0];
    if (!file) return;
    event.preventDefault();
    box.hidden = false;
    if (file.size > Number(form.dataset.most)) { show(0, file.size, "The file is too large."); return; }
    button.disabled = true;
    try { await send(file); } catch (problem) { said.textContent = problem.message; said.classList.add("error"); button.disabled = false; }
  });
}
