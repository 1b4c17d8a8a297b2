// Signs of life while this page is open. Without this script the page loads anew.
"use strict";
(() => {
  const box = document.getElementById("presence");
  if (!box) return;
  const said = document.getElementById("said");
  const minutes = document.getElementById("minutes");
  const words = {
    counted: "You are counted as present.",
    early: "You are early: minutes count from the beginning.",
    over: "This session is over.",
  };
  let every = Number(box.dataset.every) * 1000, timer = 0, over = false;

  async function ping() {
    clearTimeout(timer);
    if (over) return;
    let wait = every;
    try {
      const answer = await fetch(box.dataset.to, { method: "POST", body: box.dataset.token, credentials: "omit", headers: { "Content-Type": "text/plain" } });
      const told = await answer.json();
      if (!answer.ok) throw new Error(told.problem);
      every = told.next * 1000;
      wait = every;
      minutes.textContent = told.minutes;
      said.textContent = words[told.state];
      box.dataset.state = told.state;
      over = told.state === "over";
    } catch {
      said.textContent = "Your line is down: you are not counted now. It is tried again.";
      box.dataset.state = "down";
      wait = Math.min(every, 10000);
    }
    if (!over) timer = setTimeout(ping, wait);
  }
  timer = setTimeout(ping, every);
  addEventListener("online", ping);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) ping(); });
  addEventListener("pagehide", () => { if (!over) navigator.sendBeacon(box.dataset.to, new Blob([box.dataset.token], { type: "text/plain" })); });
})();
