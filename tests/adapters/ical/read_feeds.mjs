// Two foreign readers of iCalendar. In (stdin): {name: text of a calendar}. Out: {name: {"ical.js": rows, "node-ical": rows}}.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.join(process.argv[2], "package.json"));
const ICAL = require("ical.js").default ?? require("ical.js");
const nodeIcal = require("node-ical");

function byIcalJs(text) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  ICAL.TimezoneService.reset();
  for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
  return calendar.getAllSubcomponents("vevent").map((component) => {
    const event = new ICAL.Event(component);
    return {
      uid: event.uid,
      starts: event.startDate.toUnixTime(),
      ends: event.endDate.toUnixTime(),
      sequence: event.sequence,
      status: component.getFirstPropertyValue("status"),
      title: event.summary,
      place: event.location ?? "",
    };
  });
}

function byNodeIcal(text) {
  return Object.values(nodeIcal.sync.parseICS(text))
    .filter((one) => one.type === "VEVENT")
    .map((event) => ({
      uid: event.uid,
      starts: event.start.getTime() / 1000,
      ends: event.end.getTime() / 1000,
      sequence: Number(event.sequence),
      status: event.status,
      title: event.summary,
      place: event.location ?? "",
    }));
}

const asked = JSON.parse(readFileSync(0, "utf8"));
const said = {};
for (const [name, text] of Object.entries(asked)) {
  said[name] = { "ical.js": byIcalJs(text), "node-ical": byNodeIcal(text) };
}
process.stdout.write(JSON.stringify(said));
