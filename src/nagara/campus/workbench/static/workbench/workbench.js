// The page around the editor: a question is answered in place, and the address follows.
import { editors } from "./editor.js";

const form = document.getElementById("ask");
const answer = document.getElementById("answer");
const runButton = form.querySelector("[data-sql-run]");
const stop = form.querySelector("[data-sql-stop]");
let waiting = null;

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (waiting) return;
  waiting = new AbortController();
  stop.hidden = false;
  runButton.textContent = "Running";
  runButton.setAttribute("aria-disabled", "true");
  try {
    const got = await fetch(form.action, {
      method: "POST", body: new FormData(form), headers: { "X-Nagara-Piece": "answer" }, signal: waiting.signal,
    });
    const address = got.headers.get("X-Nagara-Address");
    if (!got.ok || address === null) throw new Error(got.status);
    answer.innerHTML = await got.text();
    if (address) history.pushState(null, "", address);
    const problem = answer.querySelector("[data-sql-problem][data-line]");
    if (problem) editors[0].point(Number(problem.dataset.line), Number(problem.dataset.column));
    enrich();
  } catch (error) {
    if (error.name !== "AbortError") form.submit(); // the page as the server makes it says what is wrong
  } finally {
    waiting = null;
    stop.hidden = true;
    runButton.textContent = "Run";
    runButton.removeAttribute("aria-disabled");
  }
});
stop.addEventListener("click", () => waiting?.abort());
addEventListener("popstate", () => location.reload());

function enrich() {
  for (const pre of answer.querySelectorAll("details > pre")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button quiet";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(pre.textContent);
      button.textContent = "Copied";
    });
    pre.after(button);
  }
}

// On a phone the tables and the history are folded away until asked for.
if (matchMedia("(max-width: 60rem)").matches) for (const side of document.querySelectorAll(".sql-side")) side.open = false;
enrich();
