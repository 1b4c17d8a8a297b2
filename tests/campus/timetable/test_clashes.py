"""The finder of clashes: the sweep equals looking at every pair; zones, holidays, prayers, meals, travel."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nagara.campus.programmes.calendars import Holiday, Season
from nagara.campus.timetable.clashes import find, sweep
from nagara.campus.timetable.clashes.free import Wish, subtract, windows
from nagara.campus.timetable.clashes.meals import longest_hole
from nagara.campus.timetable.clashes.shapes import (
    Board,
    Hours,
    Meal,
    Prayer,
    RoomFacts,
    Slot,
    Teacher,
    instant_of,
    minutes_of,
    wall,
)

MONDAY = date(2027, 6, 14)
SEOUL, YANGON, BERLIN = "Asia/Seoul", "Asia/Yangon", "Europe/Berlin"


def slot(number, at="09:30", minutes=90, day=MONDAY, tz=SEOUL, **fields) -> Slot:
    first = minutes_of(at)
    starts = instant_of(day, first, tz)
    fields.setdefault("title", f"S{number}")
    return Slot(number, starts=starts, ends=starts + minutes, day=day, first=first, tz=tz, **fields)


def board(*slots, people=None, **fields) -> Board:
    return Board(
        SEOUL,
        MONDAY,
        MONDAY + timedelta(days=18),
        list(slots),
        people=people if people is not None else {1: (SEOUL, "KR")},
        states={"KR": "Korea", "MM": "Myanmar", "ID": "Indonesia", "TH": "Thailand", "BN": "Brunei"},
        **{"host": "KR", "weekends": {"KR": frozenset({5, 6})}, **fields},
    )


def kinds(held: Board) -> list[str]:
    return [f.kind for f in find(held) if f.kind != "no-room"]


SLOTS = st.lists(
    st.fixed_dictionaries(
        {
            "at": st.integers(0, 600),
            "minutes": st.integers(5, 240),
            "room": st.sampled_from([None, 1, 2]),
            "group": st.sampled_from([None, 1, 2, 3]),
            "speakers": st.frozensets(st.sampled_from([1, 2, "guest"]), max_size=2),
            "counts": st.booleans(),
            "foreign": st.booleans(),
        }
    ),
    max_size=25,
)
MEMBERS = {1: frozenset({1, 2}), 2: frozenset({3, 4}), 3: frozenset({2, 3}), 4: frozenset()}


@settings(max_examples=150, deadline=None)
@given(SLOTS)
def test_the_sweep_finds_what_looking_at_every_pair_finds(rows):
    made = [
        Slot(
            n,
            str(n),
            r["at"],
            r["at"] + r["minutes"],
            MONDAY,
            r["at"],
            "UTC",
            r["room"],
            r["group"],
            r["speakers"],
            counts=r["counts"],
            foreign=r["foreign"],
        )
        for n, r in enumerate(rows)
    ]
    held = board(*made, people=dict.fromkeys(range(1, 6), ("UTC", "KR")), members=MEMBERS)
    rooms, speakers, people = {}, {}, {}
    for a, b in combinations(made, 2):
        if a.starts >= b.ends or b.starts >= a.ends:
            continue
        key = frozenset((a.id, b.id))
        if not (a.foreign and b.foreign):
            if a.room is not None and a.room == b.room:
                rooms[key] = a.room
            if a.speakers & b.speakers:
                speakers[key] = a.speakers & b.speakers
        if not a.foreign and not b.foreign and (a.counts or b.counts):
            both = len(held.audience(a.audience) & held.audience(b.audience))
            if both:
                people[key] = both
    assert {frozenset(k): v for k, v in sweep.rooms_twice(held).items()} == rooms
    assert {frozenset(k): frozenset(v) for k, v in sweep.speakers_twice(held).items()} == speakers
    assert {frozenset(k): v for k, v in sweep.people_twice(held).items()} == people


def test_sessions_that_only_touch_do_not_clash():
    held = board(slot(1, "09:00", 60, room=1), slot(2, "10:00", 60, room=1), rooms={1: RoomFacts("R", 9)})
    assert kinds(held) == []


def test_a_room_that_is_too_small_and_one_that_is_taken_by_another_batch():
    rooms = {1: RoomFacts("Lab 1, Hall", 1)}
    people = {1: (SEOUL, "KR"), 2: (SEOUL, "KR")}
    held = board(
        slot(1, room=1), slot(2, room=1, foreign=True, title="Exam of M25"), rooms=rooms, people=people
    )
    said = [f.words for f in find(held)]
    assert kinds(held) == ["room", "seats"]
    assert "Lab 1, Hall is booked twice: S1 (Mon 14 Jun, 09:30 to 11:00) and Exam of M25" in said[0]
    assert "has 1 seats; S1 (Mon 14 Jun, 09:30 to 11:00) is for 2 people" in said[1]
    assert find(held)[0].slots == (1,)


def test_a_speaker_who_cannot_come():
    at = instant_of(MONDAY, 10 * 60, SEOUL)
    teachers = {7: Teacher("Lena", SEOUL, ((at, at + 30, "Dentist"),))}
    held = board(
        slot(1, speakers=frozenset({7})), slot(2, "14:00", speakers=frozenset({7})), teachers=teachers
    )
    found = [f for f in find(held) if f.kind == "away"]
    assert [f.slots for f in found] == [(1,)]
    assert "Lena cannot come then (Dentist)" in found[0].words


def test_the_usual_live_slot_is_inside_working_hours_from_yangon_to_seoul():
    people = {1: (YANGON, "MM"), 2: ("Asia/Jakarta", "ID"), 3: (SEOUL, "KR")}
    live = slot(1, "15:00", 90, online=True, at_home=True)
    assert wall(live.starts, YANGON) == (MONDAY, 12 * 60 + 30)
    assert kinds(board(live, people=people)) == []
    early = slot(1, "10:00", 90, online=True, at_home=True)
    found = [f for f in find(board(early, people=people)) if f.kind == "zone-hours"]
    assert found[0].people == 2
    assert "07:30 to 09:00 in Yangon (1), 08:00 to 09:30 in Jakarta (1)" in found[0].words


@pytest.mark.parametrize(
    ("day", "hour"), [(date(2027, 3, 25), 7), (date(2027, 3, 29), 8), (date(2027, 10, 28), 8)]
)
def test_a_zone_with_summer_time_is_judged_by_its_own_clock_on_that_day(day, hour):
    live = slot(1, "15:00", 60, day=day, online=True, at_home=True)
    assert wall(live.starts, BERLIN) == (day, hour * 60)
    held = board(live, people={1: (BERLIN, "DE")}, hours=Hours(work_first=8 * 60))
    assert ("zone-hours" in kinds(held)) is (hour < 8)


def test_a_speaker_joins_from_another_clock():
    held = board(
        slot(1, "10:00", online=True, at_home=True, speakers=frozenset({7})),
        teachers={7: Teacher("Lena", BERLIN)},
    )
    assert "speaker-hours" in kinds(held)
    assert "03:00 to 04:30 in Berlin for Lena" in next(
        f.words for f in find(held) if f.kind == "speaker-hours"
    )


def test_holidays_and_weekends_at_the_host_and_at_home():
    sunday = MONDAY + timedelta(days=6)
    days = {
        ("KR", MONDAY): [Holiday("KR", MONDAY, "Some Day")],
        ("TH", MONDAY): [Holiday("TH", MONDAY, "Visakha Bucha", estimated=True)],
        ("ID", MONDAY): [Holiday("ID", MONDAY, "Bali Day", region="Bali")],
    }
    people = {1: ("Asia/Bangkok", "TH"), 2: ("Asia/Jakarta", "ID"), 3: ("Asia/Brunei", "BN")}
    weekends = {"KR": frozenset({5, 6}), "BN": frozenset({4, 6})}
    friday = slot(3, "15:00", day=MONDAY + timedelta(days=4), online=True, at_home=True)
    held = board(
        slot(1), slot(2, day=sunday), friday, slot(4, "15:00", online=True, at_home=True),
        people=people, holidays=days, weekends=weekends,
    )  # fmt: skip
    found = {(f.kind, f.severity): f.words for f in find(held) if "holiday" in f.kind or "weekend" in f.kind}
    assert set(found) == {
        ("holiday", "bad"),
        ("weekend", "bad"),
        ("holiday-home", "warn"),
        ("holiday-home", "note"),
        ("holiday-region", "note"),
        ("weekend-home", "warn"),
    }
    assert "Visakha Bucha (estimated)" in found["holiday-home", "warn"]
    assert "Bali only" in found["holiday-region", "note"]
    assert "Brunei (1 person)" in found["weekend-home", "warn"]


def test_nothing_that_counts_on_a_travel_day():
    travel = Hours(travel={MONDAY: "Arrival"})
    assert kinds(board(slot(1), hours=travel)) == ["travel"]
    assert kinds(board(slot(1, counts=False), hours=travel)) == []


def test_prayers_are_kept_free_in_the_clock_where_people_are():
    friday = MONDAY + timedelta(days=4)
    noon = Prayer("Friday prayer", 12 * 60, 13 * 60 + 30, frozenset({4}), "", frozenset({"ID"}))
    hours = Hours(prayers=(noon,))
    people = {1: ("Asia/Jakarta", "ID"), 2: (SEOUL, "KR")}
    at_host = slot(1, "13:00", 60, day=friday)
    assert kinds(board(at_host, people=people, hours=hours)) == ["prayer"]
    from_home = slot(1, "15:00", 60, day=friday, online=True, at_home=True)  # 13:00 in Jakarta
    assert kinds(board(from_home, people=people, hours=hours)) == ["prayer"]
    later = slot(1, "15:30", 60, day=friday, online=True, at_home=True)
    assert kinds(board(later, people=people, hours=hours)) == []
    assert kinds(board(at_host, people={2: (SEOUL, "KR")}, hours=hours)) == []


def test_evenings_of_ramadan_are_kept_free_in_ramadan_only():
    iftar = Prayer("Breaking the fast", 17 * 60 + 30, 19 * 60, frozenset(), "Ramadan", frozenset())
    evening = slot(1, "17:00", 60)
    ramadan = Season("Ramadan (estimated)", MONDAY, MONDAY, "")
    assert kinds(board(evening, hours=Hours(prayers=(iftar,)), seasons=[ramadan])) == ["prayer"]
    assert kinds(board(evening, hours=Hours(prayers=(iftar,)))) == []


LUNCH = Meal("Lunch", minutes_of("11:30"), minutes_of("14:00"), 45)


def test_a_day_without_a_hole_for_lunch():
    hours = Hours(meals=(LUNCH,))
    full = board(slot(1, "09:30", 150), slot(2, "12:30", 120), hours=hours)
    assert kinds(full) == ["meal"]
    assert kinds(board(slot(1, "09:30", 150), slot(2, "12:45", 120), hours=hours)) == []
    group = board(
        slot(1, "09:30", 150), slot(2, "12:00", 120, audience=1),
        hours=hours, people={1: (SEOUL, "KR"), 2: (SEOUL, "KR")}, members={1: frozenset({2})},
    )  # fmt: skip
    assert [f.people for f in find(group) if f.kind == "meal"] == [1]


@given(st.lists(st.tuples(st.integers(600, 900), st.integers(1, 120)), max_size=6))
def test_the_longest_hole_is_what_counting_minutes_finds(rows):
    spans = [(a, a + n, i) for i, (a, n) in enumerate(rows)]
    longest = run = 0
    for minute in range(LUNCH.first, LUNCH.last):
        run = 0 if any(a <= minute < b for a, b, _ in spans) else run + 1
        longest = max(longest, run)
    assert longest_hole(LUNCH, spans) == longest


SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)).map(lambda t: (t[0], t[0] + t[1])))


@given(st.integers(1, 60), SPANS)
def test_what_is_left_of_a_span(length, holes):
    left = subtract([(0, length)], holes)
    minutes = {m for a, b in left for m in range(a, b)}
    assert minutes == {m for m in range(length) if not any(a <= m < b for a, b in holes)}


def test_free_times_keep_every_rule():
    people = {1: (YANGON, "MM"), 2: (SEOUL, "KR")}
    busy = slot(1, "15:00", 60, online=True, at_home=True)
    held = board(busy, people=people, hours=Hours(meals=(LUNCH,)))
    saturday = MONDAY + timedelta(days=5)
    found = windows(held, Wish(60, at_home=True), [MONDAY, saturday])
    assert {w.day for w in found} == {MONDAY}
    assert [w.words for w in found] == ["11:30 to 13:15", "16:00 to 17:00"]
    for window in found:
        for at in range(window.first, window.last + 1, 15):
            minute = wall(at, YANGON)[1]
            trial = Slot(9, "T", at, at + 60, MONDAY, wall(at, SEOUL)[1], SEOUL, online=True, at_home=True)
            assert minute >= 9 * 60
            assert kinds(board(busy, trial, people=people, hours=Hours(meals=(LUNCH,)))) == []


def test_every_time_that_is_not_offered_breaks_a_rule():
    people = {1: (YANGON, "MM"), 2: ("Asia/Jakarta", "ID"), 3: (SEOUL, "KR")}
    noon = Prayer("Friday prayer", 12 * 60, 13 * 60 + 30, frozenset({4}), "", frozenset({"ID"}))
    hours = Hours(meals=(LUNCH,), prayers=(noon,))
    friday = MONDAY + timedelta(days=4)
    busy = slot(1, "15:00", 60, day=friday, online=True, at_home=True)
    held = board(busy, people=people, hours=hours)
    offered = {
        at for w in windows(held, Wish(60, at_home=True), [friday]) for at in range(w.first, w.last + 1, 15)
    }
    before = kinds(held)
    for minute in range(0, 23 * 60, 15):
        at = instant_of(friday, minute, SEOUL)
        trial = Slot(9, "T", at, at + 60, friday, minute, SEOUL, online=True, at_home=True)
        fine = len(kinds(board(busy, trial, people=people, hours=hours))) == len(before)
        assert (at in offered) is (fine and minute >= 9 * 60 and minute + 60 <= 18 * 60), minute


def many(count: int) -> Board:
    """A busy programme: sessions in ten rooms, of ten groups, with fifty speakers, over weeks, zones mixed."""
    zones = [(SEOUL, "KR"), (YANGON, "MM"), ("Asia/Jakarta", "ID"), ("Asia/Manila", "PH"), (BERLIN, "DE")]
    people = {n: zones[n % 5] for n in range(200)}
    members = {g: frozenset(range(g * 20, g * 20 + 20)) for g in range(10)}
    slots = []
    for n in range(count):
        day = MONDAY + timedelta(days=(n // 40) % 90)
        at = f"{9 + (n // 10) % 4 * 2:02d}:30"
        slots.append(
            slot(
                n, at, 90, day, room=n % 10, audience=n % 10, speakers=frozenset({n % 50}),
                online=n % 3 == 0, at_home=n % 3 == 0,
            )
        )  # fmt: skip
    return Board(
        SEOUL, MONDAY, MONDAY + timedelta(days=90), slots,
        rooms={n: RoomFacts(f"R{n}", 15 + n) for n in range(10)}, people=people, members=members,
        teachers={n: Teacher(f"T{n}", zones[n % 5][0]) for n in range(50)}, host="KR",
        weekends={"KR": frozenset({5, 6}), "MM": frozenset({5, 6})}, hours=Hours(meals=(LUNCH,)),
    )  # fmt: skip


@pytest.mark.parametrize(("count", "seconds"), [(240, 0.1), (2000, 1.0)])
def test_it_is_fast(count, seconds):
    held = many(count)
    took = []
    for _ in range(3):
        begun = process_time()
        found = find(held)
        took.append(process_time() - begun)
    assert found
    assert min(took) < seconds


def test_instants_and_walls_agree():
    at = instant_of(MONDAY, minutes_of("23:30"), YANGON)
    assert datetime.fromtimestamp(at * 60, UTC) == datetime(2027, 6, 14, 17, 0, tzinfo=UTC)
    assert wall(at, SEOUL) == (MONDAY + timedelta(days=1), 2 * 60)
