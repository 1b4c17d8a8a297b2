"""What learners of the demonstration hand in, and what their readers say. All of it is invented."""

from __future__ import annotations

MESSY = """gauge,when,level_cm
North gate,2026-01-03 00:00,112
North gate,2026-01-03 00:05,113
North gate,2026-01-03 00:05,113
North gate,03/01/2026 00:10,114
South gate,2026-01-03 00:00,-999
South gate,2026-01-03 00:05,1.21
South gate,2026-01-03 00:10,122
south gate ,2026-01-03 00:15,123
South gate,2026-01-03 00:20,
South gate,2036-01-03 00:25,124
"""
"""A table with one double row, two forms of a date, a code for missing, a value in metres, a name written in
two ways, an empty value and a year that is wrong."""

REPORTS = (
    """
**{city} in five numbers.** {people} thousand people (register, December 2025); {area} km2 (land office,
2024); growth {growth} % a year since 2020; {km} km of drains (public works, 2025); {calls} reports of
standing water in the last wet season (hotline log).

**The problem.** After heavy rain, water stands in the market district for {hours} hours and more. Stall
holders lose a day's income each time; two schools close.

**What was tried.** Drains are cleaned once a year. Nobody has measured whether it helps.

**Data.** Two gauges (public works, every 15 minutes, since 2023; {up} % of readings came), the hotline log, a
street map of 2024. All may be used inside the city; publishing was asked for on 3 October.

**Our question.** In which streets did water stand above 15 cm for more than two hours in the last two wet
seasons, and how many people live or sell there?
""",
    """
**{city} in five numbers.** {people} thousand people (census 2020, projected to 2025); {area} km2; {growth} %
growth; {km} km of bus lines (operator, June 2026); {calls} departures after 21:00 on a weekday (timetable).

**The problem.** Those who work late cannot get home. The hospital and three hotels end their shift between
22:00 and 23:00; the last bus leaves at 21:40.

**What was tried.** A night line in 2022, stopped after {hours} months: 11 riders a trip. It did not pass the
hospital.

**Data.** Timetable as GTFS (valid to December), stops, shift times of four employers. Ticket data belong to
the operator: asked, no answer yet. {up} % of stops have a position.

**Our question.** How many workers of the late shift live within 30 minutes of a line that could run until
23:30, and which line reaches most of them?
""",
    """
**{city} in five numbers.** {people} thousand people (civil register, 2025); {area} km2; {growth} % growth;
{km} ha of public green (parks office, 2023); {calls} days above 35 degrees last year (airport station).

**The problem.** The old quarter has hardly any shade. Clinics count more patients on hot days, most of them
above 65.

**What was tried.** Trees on two avenues, {hours} of 40 died in the first dry season for lack of water.

**Data.** Tree register of 2021 with {up} % of the positions right in our sample, buildings, a clinic's counts
per day without names. Temperature comes from one station only, at the airport.

**Our question.** Which streets have many residents above 65 and no shade within 200 metres, and where does a
water main allow for trees?
""",
)
STATEMENTS = (
    "Water stands in the market streets of {city} after rain. We want to know where it stands longest and "
    "who sells there, because the drains budget pays for two kilometres a year.",
    "The last bus of {city} leaves before the late shift ends. We want to know which line reaches most of "
    "the workers if it runs two hours longer, because the operator offers twelve trips.",
    "The old quarter of {city} has no shade. We want to know which streets have the most old residents "
    "and room for trees, because the parks office plants 300 trees in the next wet season.",
)
PRAISE = (
    "A clear problem with the people it hurts. Give the date of the register.",
    "Numbers have sources. The map would carry the argument better than the table.",
    "Well told. Say what has been tried before, and why it stopped.",
    "The question can be answered with the data you name. Good.",
)
BLAME = (
    "Three problems in one report: choose one, and name whom it hurts.",
    "Most numbers have no source or date. Add them, then hand it in again.",
)
