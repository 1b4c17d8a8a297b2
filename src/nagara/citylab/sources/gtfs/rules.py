"""Every rule of the GTFS clinic: severity, clause of the GTFS Schedule Reference, how to mend.

`docs/sources/gtfs.md` prints this table; a test keeps the two alike.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nagara.citylab.findings import Findings, Severity

Rows = NDArray[np.int64]
"""Row numbers as a spreadsheet shows them (the header is row 1)."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what it says about a feed, and how a person mends it."""

    name: str
    severity: Severity
    clause: str
    what: str
    mend: str


_TEXT = """
no-feed | refuse | Dataset Files | no stops.txt, routes.txt or trips.txt was found | Give the feed's zip or folder, with the files directly in it or in one folder below.
many-feeds | note | Dataset Files | the archive holds several feeds in folders: each is read as a feed of its own | Nothing to do; or import one folder alone.
nested-archive | warn | Dataset Files | a zip inside the archive was not opened | Unpack the outer archive and import the inner zip files.
file-missing | warn | Dataset Files | a required file is missing | Ask the publisher for the complete feed.
file-name | repair | File Requirements | a file has another case or ending than the reference says; it was read all the same | Rename it as the reference does.
file-empty | warn | Dataset Files | a file is empty | Ask the publisher for the file, or leave it out of the feed.
file-without-rows | note | Dataset Files | a file has a header and no rows | Nothing to do where it is optional.
extra-file | note | Dataset Files | a file that GTFS does not know was not read | Nothing to do.
file-not-read | note | Dataset Files | a file of GTFS that City Lab has no use for yet was not read | Nothing to do.
column-missing | warn | Field Definitions | a required column is missing | Add the column.
column-unknown | note | Field Definitions | a column that GTFS does not know was not read | Nothing to do; look for a misspelt name.
column-repeated | repair | File Requirements | a column name stands twice in the header: the first is read | Remove or rename one of them.
header-blank | repair | File Requirements | blanks, quotes or a byte order mark around column names were removed | Write the header without blanks.
header-repeated | repair | File Requirements | the header stands again among the rows: left out | Remove the line.
delimiter | repair | File Requirements | columns are not separated by commas: read with the separator found | Save the file with commas.
quote | warn | File Requirements | a quotation mark is not closed: quotes were read as plain text | Close the quotation mark.
row-short | repair | File Requirements | rows end before the last column: the missing cells are empty | Write every comma.
row-long | refuse | File Requirements | rows have more cells than the header has columns: set aside | Quote values that hold a comma.
row-blank | repair | File Requirements | blank rows were left out | Remove them.
value-blank | repair | File Requirements | blanks or no-break spaces around values were removed | Write values without blanks around them.
id-odd-character | note | Field Types: ID | ids hold a slash, a no-break space or a character that does not print; kept as they are | Use letters, digits, - and _ where you can.
id-missing | refuse | Field Types: ID | rows without the id that names them: set aside | Give every row its id.
row-repeated | repair | Dataset Attributes: primary keys | rows repeated exactly are counted once | Remove the copies.
id-repeated | refuse | Dataset Attributes: primary keys | rows repeat an id with other content: the first is kept, the others set aside | Give each its own id.
number-unreadable | repair | Field Types | cells that are no number were taken as empty | Write plain numbers.
decimal-comma | repair | Field Types: Float | numbers with a decimal comma were read | Use a decimal point.
agency-timezone | warn | agency.txt: agency_timezone | the feed's time zone is not the city's | Check the city's zone; times are taken as the city's own.
agency-timezone-unknown | warn | agency.txt: agency_timezone | the time zone is missing or unknown: times are taken as the city's own | Write an IANA name: Area/City.
agency-unknown | note | routes.txt: agency_id | routes name an agency that agency.txt does not have | Add the agency.
stop-without-coordinates | warn | stops.txt: stop_lat, stop_lon | stops without coordinates: kept, but on no map and in no distance | Add stop_lat and stop_lon.
stop-outside-world | warn | stops.txt: stop_lat, stop_lon | coordinates outside -90..90, -180..180: taken as missing | Check the column order and the coordinate system.
stop-at-zero | warn | stops.txt: stop_lat, stop_lon | coordinates 0, 0: taken as missing | Add the true coordinates.
stop-swapped | warn | stops.txt: stop_lat, stop_lon | latitude and longitude look exchanged; taken as they are | Exchange the two columns.
stop-far-away | warn | stops.txt: stop_lat, stop_lon | stops more than 300 km from the middle of the feed; taken as they are | Check the coordinates.
stop-type | repair | stops.txt: location_type | unknown location_type taken as 0 (stop) | Use 0 to 4.
stop-parent | warn | stops.txt: parent_station | parent_station names no stop: taken as empty | Add the station, or empty the cell.
stop-name-missing | note | stops.txt: stop_name | stops without a name | Add names.
stop-unused | note | stop_times.txt: stop_id | stops where no trip calls | Nothing to do, or remove them.
route-type | warn | routes.txt: route_type | route_type missing or unknown: kept as it is, mode unknown | Use 0-7, 11, 12 or an extended type.
route-without-trips | note | trips.txt: route_id | routes that no trip runs | Nothing to do, or remove them.
trip-without-route | warn | trips.txt: route_id | trips whose route is missing or not in routes.txt; counted in the city, in no route | Add the route.
trip-without-service | warn | trips.txt: service_id | trips without service_id run on no day | Fill service_id.
trip-service-unknown | warn | trips.txt: service_id | trips whose service is in neither calendar.txt nor calendar_dates.txt run on no day | Add the service.
trip-without-stop-times | warn | stop_times.txt: trip_id | trips that call nowhere: kept, but not counted | Add their stop times.
trip-one-stop | warn | stop_times.txt: stop_sequence | trips that call at one stop only | Add the other stops.
trip-without-times | warn | stop_times.txt: arrival_time | trips with no time at all: kept, but not counted | Add times at least at both ends.
trip-ends-untimed | warn | stop_times.txt: arrival_time | first or last stops of a trip without a time: left empty, never guessed | Add times at both ends.
trip-shape-unknown | warn | trips.txt: shape_id | trips name a shape that shapes.txt does not have | Add the shape.
shapes-missing | warn | shapes.txt | trips name shapes, yet there is no shapes.txt: lengths are measured in another way | Ask for shapes.txt.
trip-direction | repair | trips.txt: direction_id | direction_id is neither 0 nor 1: taken as empty | Use 0 or 1.
stop-time-orphan | refuse | stop_times.txt: trip_id | stop times of a trip that trips.txt does not have: set aside | Add the trip.
stop-time-stop | refuse | stop_times.txt: stop_id | stop times at a stop that stops.txt does not have: set aside | Add the stop.
stop-time-sequence | refuse | stop_times.txt: stop_sequence | stop_sequence missing or no whole number: set aside | Number the stops of the trip.
stop-times-unsorted | note | stop_times.txt: stop_sequence | rows are not in the order of trips and stops: they were sorted | Nothing to do.
time-unreadable | repair | Field Types: Time | times that are no HH:MM:SS were taken as empty | Write HH:MM:SS, past midnight as 24:10:00.
time-format | repair | Field Types: Time | times without seconds, or with part seconds, were read | Write HH:MM:SS.
time-one-only | repair | stop_times.txt: arrival_time, departure_time | one of arrival and departure is empty: taken as the other | Fill both.
time-interpolated | repair | stop_times.txt: arrival_time | empty times between timed stops were interpolated and marked | Nothing to do; or add the times.
time-approximate | note | stop_times.txt: timepoint | times that the feed itself calls approximate (timepoint 0) | Nothing to do.
time-after-midnight | note | Field Types: Time | times past 24:00 belong to the service day before | Nothing to do: this is how GTFS writes them.
time-falls-past-midnight | warn | Field Types: Time | times fall back by more than 12 hours within a trip: written 00:05 where 24:05 is meant; taken as written | Write times past midnight as 24:05:00; or run the recipe with past_midnight=next_day.
time-decreases | warn | stop_times.txt: arrival_time | times go back within a trip; taken as written | Check times and stop_sequence.
time-dwell-negative | warn | stop_times.txt: departure_time | departure before arrival; taken as written | Exchange the two.
time-implausible-length | warn | Field Types: Time | times more than 72 hours after the service day began; taken as written | Check the times.
speed-too-fast | warn | Practice Recommendations: stop_times.txt | trips faster than their kind of vehicle can run | Check times and coordinates: the times may be placeholders.
speed-hop-too-fast | warn | Practice Recommendations: stop_times.txt | a piece between two stops is faster than the vehicle can run | Check the times and coordinates of the two stops.
speed-too-slow | warn | Practice Recommendations: stop_times.txt | trips slower than 1 km/h | Check the times.
speed-of-feed | warn | Practice Recommendations: stop_times.txt | the mean speed of the feed is not plausible | The times are placeholders or fall back past midnight: do not use hours and speeds.
time-placeholder | warn | Practice Recommendations: stop_times.txt | nearly every piece between two stops takes the same time, however long it is: the times are placeholders | Do not use hours and speeds; ask for true times.
stop-twice-running | note | stop_times.txt: stop_id | a trip calls at the same stop twice running | Nothing to do where the vehicle waits; else remove one.
stop-far-from-shape | warn | shapes.txt | stops more than 150 m from the line of their trip | Check the shape or the stop.
shape-point | refuse | shapes.txt: shape_pt_lat, shape_pt_lon | shape points without position or order: set aside | Fill the point.
shape-too-short | warn | shapes.txt | shapes of fewer than two points give no line | Add points.
shape-unused | note | trips.txt: shape_id | shapes that no trip follows | Nothing to do.
distance-unit | note | stop_times.txt: shape_dist_traveled | the unit of shape_dist_traveled, which GTFS leaves open, was found by comparing with coordinates | Nothing to do.
distance-unit-unknown | warn | stop_times.txt: shape_dist_traveled | shape_dist_traveled fits no unit: not used | Write metres.
distance-decreases | warn | stop_times.txt: shape_dist_traveled | shape_dist_traveled goes back within a trip: not used there | Check the distances.
trip-length | note | trips.txt: shape_id | how the length of trips was measured | Nothing to do.
trip-length-unknown | warn | trips.txt: shape_id | trips whose length cannot be measured | Add coordinates or a shape.
frequency-orphan | refuse | frequencies.txt: trip_id | frequencies of a trip that trips.txt does not have: set aside, not expanded | Add the trip as a pattern, or remove the row.
frequency-without-stop-times | warn | frequencies.txt: trip_id | frequencies of a trip without stop times cannot be expanded | Add the stop times of the pattern.
frequency-repeats-trips | warn | frequencies.txt | frequencies repeat trips that are also written out: counting both would count them twice; the written-out trips count | Remove the rows, or the trips.
frequency-period | refuse | frequencies.txt: start_time, end_time | a period without readable start and end, or that ends before it starts: set aside | Fill start_time and end_time.
frequency-headway | refuse | frequencies.txt: headway_secs | headway missing, zero, negative or no number: set aside | Give seconds between departures.
headway-longer-than-period | warn | frequencies.txt: headway_secs | headway longer than its own period: one departure, at its start | Check headway_secs.
headway-very-short | warn | frequencies.txt: headway_secs | headway under 30 seconds | Check headway_secs: seconds, not minutes.
frequency-overlap | warn | frequencies.txt | periods of one trip overlap; taken as they are | Let one period end where the next starts.
frequency-exact-times | repair | frequencies.txt: exact_times | exact_times is neither 0 nor 1: taken as 0 | Use 0 or 1.
calendar-day | refuse | calendar.txt, calendar_dates.txt: dates | a row whose dates cannot be read, or that ends before it starts: set aside | Write dates as 20250131.
calendar-weekday | repair | calendar.txt: monday ... sunday | weekday cells that are neither 0 nor 1 were taken as 0 | Use 0 or 1.
calendar-exception | refuse | calendar_dates.txt: exception_type | exception_type is neither 1 nor 2: set aside | Use 1 (added) or 2 (removed).
calendar-span | note | calendar.txt | first and last day of service | Nothing to do.
calendar-expired | warn | calendar.txt: end_date | the timetable ended before the day of import; taken as it is | Ask for the current feed; to study the past, nothing.
calendar-far-future | warn | calendar.txt: end_date | the timetable ends more than ten years ahead: that end is a placeholder | Do not read it as a promise of service.
calendar-cut | warn | calendar.txt | the calendar has more service days than are kept: cut | Say in the mapping which days you need: [calendar] from, to.
service-never-runs | warn | calendar.txt | services that run on no day | Check the weekdays and dates.
service-unused | note | calendar.txt: service_id | services that no trip uses | Nothing to do.
fare-unreadable | refuse | fare_attributes.txt | fares without id or price: set aside | Fill fare_id and price.
fare-rule-orphan | refuse | fare_rules.txt: fare_id | fare rules whose fare is not in fare_attributes.txt: set aside | Add the fare.
timetable-without-times | refuse | stop_times.txt: arrival_time | every time is empty: refused as a timetable; stops, routes and shapes are kept | Ask the publisher for a feed with times.
timetable-without-calendar | refuse | Dataset Files: calendar.txt, calendar_dates.txt | no day of service is known: refused as a timetable; stops and routes are kept | Add calendar.txt; or say in the mapping [calendar] every_day = true, from = 2025-01-01, to = 2025-12-31.
timetable-without-trips | refuse | Dataset Files: trips.txt, stop_times.txt | there are no usable trips or stop times: refused as a timetable; stops and routes are kept | Ask the publisher for the complete feed.
timetable-scrambled | refuse | stop_times.txt: stop_sequence | most trips go back in time between stops: order and times do not belong together; refused as a timetable | Number the stops of each trip in the order of travel.
"""  # noqa: E501 - one rule a line reads as the table it is


def _parse(line: str) -> Rule:
    name, severity, clause, what, mend = (part.strip() for part in line.split(" | "))
    return Rule(name, Severity(severity), clause, what, mend)


RULES: dict[str, Rule] = {rule.name: rule for rule in map(_parse, _TEXT.strip().splitlines())}


class Clinic:
    """Writes findings by rule, and remembers which rows of which member were set aside."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.aside: dict[str, list[tuple[str, str, Rows]]] = defaultdict(list)

    def say(
        self,
        rule: str,
        file: str,
        message: str = "",
        *,
        rows: Rows | None = None,
        count: int | None = None,
        column: str = "",
        example: Any = "",
    ) -> None:
        """One finding. `rows` gives count and first row; without rows the finding is about the file."""
        known = RULES[rule]
        if rows is not None and len(rows) == 0:
            return
        first = None if rows is None else int(rows.min())
        times = count if count is not None else 1 if rows is None else len(rows)
        self.findings.add(
            known.severity,
            rule,
            message or known.what,
            file=file,
            row=first,
            column=column,
            count=times,
            example=example,
            mend=known.mend,
        )

    def set_aside(
        self, rule: str, file: str, rows: Rows, message: str = "", *, column: str = "", example: Any = ""
    ) -> None:
        """One finding, and each of `rows` kept as rejected (their text is fetched at the end)."""
        if len(rows):
            self.say(rule, file, message, rows=rows, column=column, example=example)
            self.aside[file].append((rule, message or RULES[rule].what, rows))
