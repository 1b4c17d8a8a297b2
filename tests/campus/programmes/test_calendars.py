"""Holidays, weekends, seasons."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from nagara.campus.cities.models import State
from nagara.campus.programmes import calendars, planning
from nagara.campus.programmes.models import ExtraHoliday

STATES = ["BN", "KH", "ID", "LA", "MY", "MM", "PH", "SG", "TH", "TL", "VN", "KR"]


def test_the_library_knows_all_twelve_states():
    assert calendars.unknown_states(STATES) == []
    for iso2 in STATES:
        assert len(calendars.library_days(iso2, 2027)) >= 7, iso2


def test_days_that_depend_on_the_moon_are_marked_as_estimates():
    fitr = [h for h in calendars.library_days("ID", 2027) if h.name == "Eid al-Fitr"]
    assert [h.estimated for h in fitr] == [True]
    assert fitr[0].words == "Eid al-Fitr (estimated)"
    new_year = next(h for h in calendars.library_days("KR", 2027) if h.day == date(2027, 1, 1))
    assert not new_year.estimated


def test_days_of_one_region_are_told_apart():
    found = [h for h in calendars.library_days("MY", 2027) if h.region]
    assert {"Sarawak", "Kelantan"} <= {h.region for h in found}


def test_brunei_rests_on_friday_and_sunday_unless_the_office_says_otherwise():
    assert calendars.weekend("BN") == {4, 6}
    assert calendars.weekend("KR") == {5, 6}
    assert calendars.weekend("BN", {"weekend": [5, 6]}) == {5, 6}


def test_ramadan_and_lunar_new_year_are_seasons():
    names = {s.name: (s.first, s.last) for s in calendars.seasons_of(2027)}
    first, last = names["Ramadan (estimated)"]
    assert date(2027, 2, 7) <= first <= date(2027, 2, 9)
    assert (last - first).days == 29
    assert names["Lunar New Year week"] == (date(2027, 2, 5), date(2027, 2, 12))
    assert calendars.seasons_between(date(2027, 6, 1), date(2027, 6, 20)) == []


def test_the_office_adds_confirms_and_takes_away_days(seeded):
    indonesia = State.objects.get(iso2="ID")
    eid = next(h.day for h in calendars.library_days("ID", 2027) if h.name == "Eid al-Fitr")
    ExtraHoliday.objects.create(state=indonesia, day=eid, name="Idul Fitri")
    ExtraHoliday.objects.create(state=indonesia, day=date(2027, 8, 17), name="", what="remove")
    ExtraHoliday.objects.create(state=indonesia, day=date(2027, 6, 22), name="Jakarta Day", region="Jakarta")
    got = {h.day: h for h in calendars.holidays_between(date(2027, 1, 1), date(2027, 12, 31), ["ID"])}
    assert (got[eid].name, got[eid].estimated, got[eid].source) == ("Idul Fitri", False, "office")
    assert date(2027, 8, 17) not in got
    assert got[date(2027, 6, 22)].words == "Jakarta Day, Jakarta only"


def test_three_weeks_from_a_monday_in_twelve_states_take_two_queries(seeded, django_assert_num_queries):
    with django_assert_num_queries(2):
        rows = calendars.table(date(2027, 4, 5), 21)
    assert len(rows) == 12
    thailand = next(row for row in rows if row.state.iso2 == "TH")
    assert {cell.day for cell in thailand.holidays} >= {
        date(2027, 4, 13),
        date(2027, 4, 14),
        date(2027, 4, 15),
    }
    brunei = next(row for row in rows if row.state.iso2 == "BN")
    assert [c.kind for c in brunei.cells[4:7]] == ["weekend", "work", "weekend"]


@given(st.dates(date(2000, 1, 1), date(2090, 12, 31)))
def test_next_year_begins_on_the_same_weekday_within_four_days(day):
    later = planning.same_weekday_next_year(day)
    assert later.weekday() == day.weekday()
    assert (later - day).days in (364, 371)
    assert abs((later - day - timedelta(days=365)).days) <= 6
