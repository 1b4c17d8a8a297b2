// The viewer's own clock beside the city's. Without it the page shows UTC.
for (const time of document.querySelectorAll("time.yours")) {
  const at = new Date(time.dateTime);
  time.textContent = at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  const note = time.parentElement.querySelector("small");
  if (note) note.textContent = Intl.DateTimeFormat().resolvedOptions().timeZone;
}
