// A figure made interactive: the same specification that the server draws, run by an interpreter that
// needs no eval, so that the page's security policy stays whole.
const island = document.getElementById("island");
const chosen = document.documentElement.dataset.theme;
const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
const answer = await fetch(`${island.dataset.spec}?theme=${dark ? "dark" : "light"}`);
if (answer.ok) {
  const { expressionInterpreter } = await import(island.dataset.interpreter);
  const compiled = vegaLite.compile(await answer.json()).spec;
  const runtime = vega.parse(compiled, null, { ast: true });
  const picture = island.querySelector("img");
  const place = document.createElement("div");
  place.setAttribute("role", "img");
  place.setAttribute("aria-label", picture.alt);
  island.append(place);
  await new vega.View(runtime, { expr: expressionInterpreter, renderer: "svg", container: place, hover: true }).runAsync();
  for (const part of place.querySelectorAll("[aria-roledescription]")) {
    part.removeAttribute("role"); // a role without a name says nothing; the figure is named as a whole
    part.removeAttribute("aria-roledescription");
  }
  picture.remove();
  island.dataset.ready = "true";
}
