"""Words of the demonstration's applications. Invented; no Django."""

from __future__ import annotations

CAPITALS_AND_LARGEST = frozenset(
    (
        *("bandar-seri-begawan", "phnom-penh", "jakarta", "vientiane", "kuala-lumpur", "putrajaya"),
        *("nay-pyi-taw", "yangon", "manila", "singapore", "bangkok", "ha-noi", "ho-chi-minh-city", "dili"),
    )
)
WORK = (
    ("Urban planner", "City planning department"),
    ("Transport engineer", "Department of transport"),
    ("Drainage engineer", "Department of public works"),
    ("Data officer", "Smart city office"),
    ("Environment officer", "Department of environment"),
    ("GIS analyst", "Land and mapping office"),
    ("Housing officer", "Department of housing"),
    ("Project manager", "Investment and project office"),
    ("Policy analyst", "Office of the mayor"),
    ("Disaster management officer", "Disaster management agency"),
    ("Health data officer", "City health office"),
    ("Waste operations manager", "Department of cleansing"),
)
PROBLEMS = (
    "Streets along the river in {city} stand under water after two hours of rain, and nobody knows which.",
    "Buses in {city} are late every morning on the same three routes, and families move to motorcycles.",
    "Half of the households in the new districts of {city} live far from any park or clinic.",
    "The air in the centre of {city} is worst when schools open, and the two stations do not show where.",
    "Waste is collected late in the markets of {city}; the routes were drawn ten years ago.",
    "Citizens of {city} report broken lights in four places, and no one sees all reports.",
    "The plan of {city} allows building where the ground sinks; nobody has laid both maps together.",
    "Visitors fill the old town of {city} on weekends, and residents cannot reach their own streets.",
)
DATA = (
    "Water levels by the hour since 2019, and a drainage map on paper.",
    "Ticket counts of the buses, and the timetable as GTFS.",
    "A register of buildings, with errors, and the census of 2020.",
    "Readings of six sensors, and complaints by telephone in a spreadsheet.",
    "Weights at the landfill, and the positions of the trucks since March.",
)
TOOLS = ("Spreadsheets", "QGIS", "Spreadsheets and QGIS", "A little Python", "Power BI", "None yet")
REMARKS = (
    "The letter has no signature. Please send it signed.",
    "The picture is too dark to read. Please take it once more, by daylight.",
    "The second page is missing. Please send all pages.",
)
