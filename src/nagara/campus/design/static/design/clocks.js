// The viewer's own clock beside the host's. Without it the page shows UTC.
const OLD = { Rangoon: "Yangon", Saigon: "Ho_Chi_Minh", Calcutta: "Kolkata", Katmandu: "Kathmandu" };
// some browsers still give a zone the name that its city had
const zone = Intl.DateTimeFormat()
  .resolvedOptions()
  .timeZone.replace(/[^/]+$/, (city) => OLD[city] ?? city);
for (const time of document.querySelectorAll("time.yours")) {
  const at = new Date(time.dateTime);
  const clock = at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  if (time.classList.contains("full")) {
    const day = at.toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" });
    time.textContent = `${day}, ${clock} ${zone.split("/").pop().replaceAll("_", " ")} time`;
    continue;
  }
  time.textContent = clock;
  const note = time.parentElement.querySelector("small");
  if (note) note.textContent = zone;
}
