"""Short materials of the demonstration's short course, in our own words. All numbers in the worked examples
are invented and computed in the text itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """A material: `day` is the day of the course from which it is shown (1 = first Monday)."""

    module: str
    day: int
    title: str
    body: str
    kind: str = "page"
    address: str = ""


TEXTS = (
    Text(
        "M01",
        -34,
        "From a problem to a data question",
        """
A problem that everybody agrees on ("traffic is bad") cannot be answered with data. A data question can. Three
steps lead from one to the other.

## 1. Whom does it hurt, where, when?

Write one sentence with a person in it. *Nurses of the night shift at the provincial hospital cannot get home
by bus after 22:00.* Now there is a group, a place and a time.

## 2. What would you count?

Ask what you would see if the problem were solved. Here: a bus within 30 minutes of the end of the shift, at a
stop within 500 metres of the gate. That is countable: departures after 22:00, per stop, per weekday.

## 3. What would change your mind?

Say beforehand which result would make you choose another measure. If 80 % of the night shift live within two
kilometres, a safe footpath beats a bus.

| Vague | Data question |
|---|---|
| Flooding is a problem | In which streets did water stand above 15 cm for more than two hours? |
| We need more green | Which wards have less than 5 m² of public green per person within a ten-minute walk? |
| Citizens are unhappy | Which kind of report stays open longest, and in which districts? |

**Try it now.** Write your own city's question on one line and send it to a colleague who does not know the
subject. If they ask "what do you mean by ...?", mend that word.
""",
    ),
    Text(
        "M01",
        -34,
        "How to write your City Report",
        """
Two pages and five slides. A mayor reads it in five minutes; a colleague from another country understands it.

1. **The city in five numbers**, each with source and date: people, area, growth, the budget for the service
   you write about, and one number that surprised you.
2. **One problem.** Not a list. Say whom it hurts and since when.
3. **What has been tried**, and what came of it.
4. **The data there are**: who owns them, how old they are, may you use them?
5. **One data question** that you want to answer here.

What readers mark: facts with source and date (40), the problem and its focus area (40), two pages that can be
read (20).

What goes wrong most often:

- a table of 40 indicators without a sentence that says what they mean
- numbers of different years side by side
- "data are not available" where nobody was asked. Write whom you asked and when.
""",
    ),
    Text(
        "M02",
        -20,
        "Judge a source in ten minutes",
        """
Before you import a file, answer six questions. Write the answers down: they become the file's description.

| Question | A good sign | Stop and ask |
|---|---|---|
| Who made it, and why? | an office that needs it daily | a copy of a copy |
| When was it measured? | a date in each row | "recent" |
| What does a row stand for? | one reading, one stop, one person | you cannot say it in a sentence |
| In which unit, which zone? | written in the file | you would have to guess |
| May we use and publish it? | a named licence | "it is on the internet" |
| What is not in it? | gaps are listed | it looks complete |

## Worked example

A file of water levels has 8,640 rows for January. One gauge at one reading every five minutes gives
12 x 24 x 31 = 8,928. So 288 readings are missing: exactly one day. Is it one whole day, or five minutes here
and there? Sort by time and look at the steps between rows. If a whole day is missing, ask the operator; if
single readings are, the line was bad, and the gauge is fine.

The file said nothing about the missing day. The count did.
""",
    ),
    Text(
        "M02",
        2,
        "Clean before you count: five checks",
        """
Do these in this order. Each takes a minute in SQL, and each finds what the next would trip over.

1. **Twice?** Group by what should be unique and keep what occurs more than once.
2. **Units and zones?** The smallest and the largest value of each column tell. 300 degrees are Kelvin.
3. **Impossible?** A date in the future, a latitude of 0, a negative level where the gauge starts at 0.
4. **Missing how?** Empty, 0, -999 and "n/a" are four different things until you know better.
5. **Do the parts sum to the whole?** Wards to the city, hours to the day.

```sql
SELECT stop_id, count(*) AS times
FROM stop
GROUP BY stop_id
HAVING count(*) > 1
ORDER BY times DESC;
```

Never mend a file silently. Keep the bad rows aside with the reason: somebody will ask, and the reason is
often the finding. Twelve of the thirteen "impossible" levels of one gauge came from the week in which it was
cleaned.
""",
    ),
    Text(
        "M03",
        3,
        "Why the area is wrong, and how to join points to wards",
        """
Longitude and latitude are angles. A degree of longitude is 111 km at the equator and 96 km at 30° north. So a
distance or an area in degrees is not a distance or an area. **Project first, then measure.**

- For one city: the UTM zone in which it lies. Jakarta: EPSG 32748. Seoul: EPSG 32652.
- Keep the raw file in longitude and latitude (EPSG 4326); project in the query.

## Points into wards

A join by place asks for each point: in which ward does it lie? Three traps:

1. **On the border.** A stop on the line between two wards may be counted twice, or not at all. Compare the
   number of points before and after the join.
2. **Outside.** Points in the sea are usually swapped coordinates.
3. **Old wards.** A ward that was split in 2023 does not know the census of 2020. Say which year's borders
   you use.

## Cells

Wards differ in size; hexagonal cells do not. At H3 resolution 8 a cell has about 0.74 km²: enough for
"where", too coarse for "which house". Use wards where somebody decides by ward, cells where you look
for a pattern.
""",
    ),
    Text(
        "M04",
        5,
        "An indicator with its limits",
        """
An indicator is a number that somebody acts on. It needs five things on its sheet: formula, inputs with dates,
coverage, uncertainty, and who decides what with it.

## Worked example: access to public transport

*Share of people who live within 500 m of a stop with at least one departure every 20 minutes by day.*

A city of 200,000: 130,000 live within 500 m of any stop; of these 98,000 near a stop with that service.

- The share is 98,000 / 200,000 = 49 %.
- The straight line of 500 m is too kind. Measured along streets, 81,000 remain: 40.5 %.
- The population comes from a grid whose total is 4 % above the census. Scaled to the census the share stays
  the same, the persons do not: about 77,900.

Which one do you report? The one along streets, **and** you say that the straight line gives 49 %: other
cities report that one, and readers will compare.

## Say it with its limits

> In 2026 about 40 % of residents reached frequent public transport within 500 m on foot (street network of
> March 2026; timetable valid to June; informal transport not counted).

If a limit would change the decision, it belongs into the sentence, not into a footnote.
""",
    ),
    Text(
        "M05",
        8,
        "What a headway hides",
        """
A line with "a bus every 10 minutes" may serve you badly. Three numbers say more than one.

| Number | What it says |
|---|---|
| mean headway | how many buses there are |
| longest gap in the hour | how long the unlucky wait |
| share of gaps above 20 minutes | how often it fails |

## Worked example

Six buses pass in an hour, at minutes 0, 2, 4, 30, 32, 34. The mean headway is 10 minutes. The longest gap is
26. Somebody who arrives at a random moment waits, on average, the sum of the squared gaps divided by twice
their sum. The gaps are 2, 2, 26, 2, 2, 26 and sum to 60; their squares sum to 1,368. So the mean wait is
1,368 / 120 = 11.4 minutes, against 5 if the buses were even.

**Bunching more than doubles the wait, with the same number of buses.** That is a matter of operation, not of
money.

For fairness, compute the wait by ward and look at who lives where it is longest.
""",
    ),
    Text(
        "M06",
        9,
        "When a sensor lies",
        """
A sensor seldom dies. More often it goes on sending something wrong. Look for five patterns:

- **Stuck**: the same value again and again. Rain has zeros for weeks, a river has not.
- **Spike**: one value far from its neighbours, gone the next minute.
- **Drift**: a slow rise that the neighbours do not share.
- **Clock**: readings an hour off after a restart; or all at the same second.
- **Silence**: no reading. Do not fill it with the last value: an alarm would never know.

Flag, do not delete. A flag says *suspect: stuck for 6 hours, rule 2*, and the reading stays.

## Uptime worked out

A sensor shall send every 15 minutes: 96 readings a day. In a week it sent 638 of 672: 94.9 %. Of these, 40
were flagged as stuck. Readings that can be used: 598 of 672 = 89.0 %. Report both. The first is about the
line, the second about the instrument.
""",
    ),
    Text(
        "M07",
        11,
        "A threshold for a flood alarm",
        """
A threshold is a trade: a low one warns often and for nothing, a high one comes too late. Choose it with
numbers, not with a round figure.

## Count four things on a past wet season

| | flood came | no flood |
|---|---|---|
| alarm | hits | false alarms |
| no alarm | misses | quiet days |

With the threshold at 180 cm: 9 hits, 6 false alarms, 1 miss. The share of floods that were warned of is
9 / 10 = 90 %; the share of alarms that were right is 9 / 15 = 60 %. At 200 cm: 7 hits, 1 false alarm, 3
misses: 70 % and 88 %.

Which is better depends on what each costs. If a false alarm closes ten schools and a miss drowns a market,
write both costs down and let the mayor choose. That is a decision, not a calculation.

**Lead time** comes third: an alarm that is right but ten minutes early moves nobody. Give the median and the
shortest.

Test the rule on a season that you did **not** use to choose it.
""",
    ),
    Text(
        "M08",
        12,
        "Reports are not people",
        """
Twelve hundred reports of broken lamps in the north, ninety in the south. Is the north darker?

Not necessarily. A report needs a broken lamp **and** a person with a phone, the app, the language and the
hope that it helps. So before you map reports, ask:

1. Who can report? Phones, language, hours of the hotline.
2. Who does? Reports per thousand people, by district. Some streets report for all.
3. Is one event many reports? A burst pipe gives fifty.
4. What do you know that reports do not? Compare with the maintenance log.

## Bias note

Write five lines and keep them with the result: who is in the data, who is not, in which direction this pushes
the result, what you did about it, what would change with the missing voices.

No names, no handles, no exact addresses in what you publish, and no opinion of a group with fewer than twenty
authors behind it.
""",
    ),
    Text(
        "M10",
        16,
        "Small cells and names",
        """
A table without names can still name people. "Ward 7, women, 80 and older, wheelchair: 1" is one woman whom
her neighbours know.

- Counts below 5 are hidden. So is a second one in the row, or the total gives it away.
- A rare combination is a name. Count columns together, not one by one.
- A path of a phone is a name after four places.
- Deleting the name column is the beginning, not the end.

## Three questions before data leave the office

1. What is it for, and could less do? (Cells instead of points, a month instead of a day.)
2. Who gets it, and what may they do with it? Written, with an end date.
3. What if it leaks? Whom does it hurt, and how would you know?

Fill in one page and have somebody who did not collect the data read it.
""",
    ),
    Text(
        "M11",
        10,
        "A decision brief that a mayor can act on",
        """
Two pages. The reader has four minutes and decides about money.

1. **The decision**, first line: *We ask you to move 12 bus trips from midday to after 22:00 from March on.*
2. **Why now**: one paragraph, one number with its source.
3. **Options**: doing nothing is one. Cost, who gains, who loses.
4. **Evidence**: one figure, drawn for this decision. Say how sure you are.
5. **What could go wrong**, and how you would notice within 90 days.
6. **What you need**: signature, amount, name of who is responsible.

Leave out the history of the project, the method, and everything the reader cannot change.

**Test.** Give the first three lines to somebody from another office. Ask: *what am I asked to do?* If the
answer is not your first line, rewrite it.
""",
    ),
    Text(
        "M12",
        17,
        "From problem tree to Action Plan",
        """
Put the problem on a card. Below it: what causes it? Ask "why?" until you reach something that an office can
change. Above it: what follows from it? Stop where you would need the nation.

Turn every card round: causes become measures, the problem becomes the goal, effects become the wider aim.

| Level | Example | Indicator |
|---|---|---|
| Aim | fewer people harmed by floods | people in flooded homes a year |
| Goal | streets of ward 3 dry within two hours | hours of standing water, gauge 14 |
| Outputs | 2 km of drains cleaned each April; alarm at gauge 14 | km, share of floods that were warned of |
| Activities | contract, training, test alarm | done or not, by date |

Each row has an **if**: *if* the drains are cleaned in April *and* rubbish is collected weekly, *then* ... The
"and" is an assumption: write who looks after it.

Last: first ninety days, with a name for each line. A plan without a name on Monday is a wish.
""",
    ),
    Text(
        "M02",
        -13,
        "Recording of webinar 4: first queries",
        """
*Transcript, shortened.*

**Lecturer.** Good afternoon, and good morning where you are. Today we write three queries. You do not need to
install anything: the page runs them.

**Lecturer.** The first asks how many rows there are. Always ask that first. If you expect one reading every
five minutes for a month and get half, stop there.

**Participant.** Does SELECT with a star hurt the server?

**Lecturer.** No: it shows the first rows only. But name your columns in what you keep, so that it still works
when somebody adds one.

**Lecturer.** The second query groups by day. Look at the zone: a day in Bangkok begins at 17:00 UTC. If you
group by UTC, every evening's rain falls on the next day.

**Participant.** So which one do we store?

**Lecturer.** Both the instant and the name of the zone. The third query joins readings to gauges; count
before and after. If the number grows, a gauge stands twice in the list.
""",
        kind="recording",
        address="https://video.example.org/short-course/webinar-4",
    ),
)
