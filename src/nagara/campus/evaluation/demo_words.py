"""What the demonstration's people say, and what the team answers. All is invented."""

from __future__ import annotations

WORDS = (
    ("More time for questions after the city reports.", "The hall is cold.", "Very good start, thank you."),
    ("Please send the files the evening before.", "The second half was fast.", "Show one example slowly."),
    (
        "Group B had too few sockets.",
        "I could not follow the coordinate systems.",
        "More practice, less talk.",
    ),
    (
        "Too much in one afternoon.",
        "Too fast!",
        "A glossary would help.",
        "Walk through the room.",
    ),
    ("I like that it is my own city's data.", "Ten minutes more for the uncertainty sheet."),
    ("The map was late on my old laptop.", "Good pace today.", "Lunch break is short for prayer."),
    ("The visit was the best so far.", "Earphones for the guide, please.", "More data from small cities."),
    ("Alarm rules: show one bad example.", "Good.", "Translate the handout into simple English."),
    ("The false alarms made me think.", "Please keep the groups of today.", "A bit less theory."),
)
REPLIES = (
    (
        "Time for questions, and the cold hall.",
        "Ten minutes for questions each time; the hall is warmer.",
    ),
    ("Files the evening before.", "All files of the next day are there from 18:00 on."),
    ("Too few sockets, coordinate systems.", "Four more sockets in Lab 2; a short extra hour on Thursday."),
    ("Too much and too fast.", "One exercise less on Friday, and a glossary stands under Materials."),
    ("", ""),
    ("A short lunch break.", "The afternoon begins fifteen minutes later from now on."),
    ("Earphones on visits.", "There are earphones for the next visit."),
)
BEST = (
    "Working on my own city's bus data, and seeing that the gap is where I live.",
    "The colleagues: nine cities have the same problem with licences.",
    "Peer marks on the decision brief.",
    "The alarm test: I believed our sensors before.",
    "That every number says where it comes from.",
    "The mentor read my plan three times.",
)
MISSING = (
    "More on procurement.",
    "One free afternoon to see the city.",
    "A session in which our mayor could take part online.",
    "Examples of towns with fewer than 100,000 people.",
    "Nothing.",
)
COURSE = (
    "The reading list is long for people who work.",
    "Return the second exercise earlier.",
    "Best course of this semester.",
    "More on how to defend a method before a committee.",
)
