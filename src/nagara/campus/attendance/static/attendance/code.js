// The code on the screen changes by itself. Without this script the page loads anew.
"use strict";
(() => {
  const box = document.getElementById("code");
  const down = document.getElementById("down");
  if (!box) return;

  async function change() {
    let wait = 3000;
    try {
      const answer = await fetch(box.dataset.from, { credentials: "same-origin", redirect: "error" });
      if (!answer.ok) throw new Error(String(answer.status));
      box.innerHTML = await answer.text();
      down.hidden = true;
      wait = left();
    } catch {
      down.hidden = false;
    }
    setTimeout(change, wait);
  }
  function left() {
    const part = document.getElementById("part");
    return Math.min(Math.max(Number(part.dataset.left) * 1000 + 60, 500), 8000);
  }
  setTimeout(change, left());
})();
