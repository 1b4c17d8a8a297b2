"""What the demonstration's webinars are about. All people and words are invented."""

from __future__ import annotations

from dataclasses import dataclass

SERIES = "Open webinars"


@dataclass(frozen=True)
class Words:
    """A webinar of the demonstration: `day` counts from the first day of the series."""

    title: str
    day: int
    summary: str
    people: tuple[tuple[str, str], ...]
    guests: int
    seats: int | None = None
    over: bool = False


EXAMPLES = (
    Words(
        "Which question comes before the data?",
        14,
        "A dashboard is quickly bought and seldom used. We start at the other end: with a decision that a "
        "city must take, and ask what one would have to know.\n\n"
        "**Afterwards you can** turn a complaint into a question that data can answer, and say which ones "
        "they cannot.\n\nFor staff of city halls. No knowledge of statistics is needed.",
        (("Yoon Seo-yeon", "speaker"), ("Lim Wei Jie", "moderator")),
        118,
        over=True,
    ),
    Words(
        "Counting who is near a bus stop",
        35,
        "Indicator 11.2.1 of the Sustainable Development Goals asks how many people live near a stop. We "
        "compute it live for one city, from a timetable and a population grid, and show where it fails.\n\n"
        "**Afterwards you can** read such a number with its limits, and repeat it for your own city.",
        (("Ryu Min-jae", "speaker"), ("Nur Aisyah binti Rahman", "moderator")),
        96,
        over=True,
    ),
    Words(
        "Flood sensors that people trust",
        59,
        "A sensor that gives a false alarm twice is switched off. How to choose thresholds, whom to ask, and "
        "how to show what a sensor does not see.\n\n"
        "**Afterwards you can** judge an alarm rule by its hits, its false alarms and its lead time.",
        (("Maria Teresa Reyes", "speaker"), ("Kim Do-yun", "moderator")),
        74,
    ),
    Words(
        "Hands on: your first map of shade",
        84,
        "We work together, each on the own computer, so seats are few. Who is on the waiting list moves up "
        "when somebody withdraws.\n\n"
        "**Bring** a computer with a browser; we give you the data.",
        (("Seo Ha-rin", "lecturer"),),
        42,
        seats=30,
    ),
)
ORGANISATIONS = (
    "City planning office",
    "Department of transport",
    "National university",
    "Water and drainage board",
    "",
    "Regional development agency",
    "City hall, data team",
    "Civil society network",
)

VTT = {
    EXAMPLES[0].title: """WEBVTT

00:00:02.000 --> 00:00:07.000
<v Lim Wei Jie>Good afternoon, good morning, welcome from wherever you join us.

00:00:07.400 --> 00:00:14.000
<v Lim Wei Jie>Today's question sounds small. Which question comes before the data?

00:00:16.000 --> 00:00:24.000
<v Yoon Seo-yeon>Thank you. I would like to begin with a room full of screens.

00:00:24.300 --> 00:00:33.000
<v Yoon Seo-yeon>A city had forty charts on a wall. I asked which decision had changed because of them.

00:00:33.500 --> 00:00:40.000
<v Yoon Seo-yeon>Nobody could name one. So we turned the order around.

00:02:10.000 --> 00:02:19.000
<v Yoon Seo-yeon>Write down a decision that you must take this year. Who takes it, by when, between
which options?

00:02:19.500 --> 00:02:29.000
<v Yoon Seo-yeon>Then ask: what would make me choose the other option? That is your question for the data.

00:03:05.000 --> 00:03:12.000
<v Lim Wei Jie>There is a question in the chat: what if the data do not exist?

00:03:12.600 --> 00:03:24.000
<v Yoon Seo-yeon>Then you have learned something already. Often one afternoon of counting at a
crossing is enough.
""",
    EXAMPLES[1].title: """WEBVTT

00:00:01.000 --> 00:00:06.000
<v Nur Aisyah binti Rahman>Welcome to the second webinar of our series.

00:00:06.500 --> 00:00:13.000
<v Nur Aisyah binti Rahman>Ryu Min-jae will count people near bus stops, live, and you may stop him.

00:00:15.000 --> 00:00:25.000
<v Ryu Min-jae>Thank you. Five hundred metres to a stop, we say, is convenient. Along the street,
not through the wall.

00:00:25.400 --> 00:00:36.000
<v Ryu Min-jae>A straight line makes the answer too good. In this city by eleven points in a hundred.

00:01:40.000 --> 00:01:50.000
<v Ryu Min-jae>And a stop without a bus is a post. So we keep those with a departure at least every
twenty minutes.

00:02:30.000 --> 00:02:38.000
<v Nur Aisyah binti Rahman>How old is the population grid that you use?

00:02:38.500 --> 00:02:49.000
<v Ryu Min-jae>Two years. That is why the page shows the year beside the number, and the range, not
only the middle.
""",
}
