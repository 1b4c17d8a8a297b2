// An interactive map of a city's tables. Nothing is asked of any other site: no tiles, no glyphs.
const island = document.getElementById("island");
const panel = document.getElementById("layers");
const picked = document.getElementById("picked");
const style = getComputedStyle(document.documentElement);
const colour = (name) => style.getPropertyValue(name).trim();
const COLOURS = { zones: "--line-strong", cells: "--accent", streets: "--ink-soft", places: "--mark", stops: "--good", things: "--accent" };
const AREAS = new Set(["zones", "cells"]);

function paint(name) {
  const tone = colour(COLOURS[name]);
  if (AREAS.has(name)) return [{ id: `${name}-fill`, type: "fill", paint: { "fill-color": tone, "fill-opacity": 0.12 } },
    { id: `${name}-line`, type: "line", paint: { "line-color": tone, "line-width": 1 } }];
  if (name === "streets") return [{ id: "streets-line", type: "line", paint: { "line-color": tone, "line-width": 1.2 } }];
  return [{ id: `${name}-dot`, type: "circle", paint: { "circle-color": tone, "circle-radius": 4.5, "circle-stroke-width": 1, "circle-stroke-color": colour("--sheet") } }];
}

async function begin() {
  const { Map, NavigationControl, ScaleControl, setWorkerUrl } = await import(island.dataset.library);
  setWorkerUrl(new URL(island.dataset.worker, location.href).href);
  const [west, south, east, north] = island.dataset.extent.split(",").map(Number);
  island.textContent = "";
  const map = new Map({
    container: island,
    bounds: [[west, south], [east, north]],
    fitBoundsOptions: { padding: 24 },
    attributionControl: false,
    style: { version: 8, sources: {}, layers: [{ id: "ground", type: "background", paint: { "background-color": colour("--sea") } }] },
  });
  map.addControl(new NavigationControl({ showCompass: false }));
  map.addControl(new ScaleControl());
  const wanted = () => [...panel.querySelectorAll("input:checked")].map((box) => box.value);

  async function show(name) {
    const b = map.getBounds();
    const box = `west=${Math.max(-180, b.getWest())}&south=${Math.max(-90, b.getSouth())}&east=${Math.min(180, b.getEast())}&north=${Math.min(90, b.getNorth())}`;
    const answer = await fetch(`${island.dataset.api}${name}?${box}`);
    if (!answer.ok) return;
    const data = await answer.json();
    if (map.getSource(name)) map.getSource(name).setData(data);
    else {
      map.addSource(name, { type: "geojson", data });
      for (const layer of paint(name)) map.addLayer({ ...layer, source: name });
    }
    if (data.truncated) picked.textContent = `There are more ${name} here than can be drawn at once: come closer.`;
  }
  function hide(name) {
    for (const layer of paint(name)) if (map.getLayer(layer.id)) map.removeLayer(layer.id);
    if (map.getSource(name)) map.removeSource(name);
  }
  map.on("load", () => { panel.hidden = false; wanted().forEach(show); island.dataset.ready = "true"; });
  map.on("moveend", () => wanted().forEach(show));
  panel.addEventListener("change", (event) => (event.target.checked ? show(event.target.value) : hide(event.target.value)));
  map.on("click", (event) => {
    const [found] = map.queryRenderedFeatures(event.point);
    picked.textContent = found ? Object.entries(found.properties).map(([k, v]) => `${k}: ${v}`).join(", ") : "";
  });
}

begin().catch((error) => { island.textContent = `The interactive map could not start (${error.message}). The drawn maps below show the same.`; });
