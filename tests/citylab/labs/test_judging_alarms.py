"""What an alarm is worth: one that never stops, or cries every day, is worth nothing much."""

import pytest

from nagara.citylab.labs.kinds.alarms import Event, Terms, judge

HOUR, DAY = 60, 1440
TERMS = Terms(hit=50, false_alarms=25, lead=25, lead_full_h=4)
FLOODS = [Event("a", 10 * DAY, 11 * DAY, 10 * DAY), Event("b", 20 * DAY, 21 * DAY, 20 * DAY)]
PERIOD = (0, 30 * DAY)


def test_an_alarm_some_hours_before_each_flood_earns_everything():
    spoken = [(event.starts - 4 * HOUR, event.ends) for event in FLOODS]
    judged = judge(spoken, FLOODS, PERIOD, TERMS)
    assert (judged.hits, judged.false_alarms, judged.lead_h, judged.worth) == (2, 0, 4.0, 1.0)


def test_an_alarm_that_never_stops_tells_of_nothing():
    judged = judge([(0, 30 * DAY)], FLOODS, PERIOD, TERMS)
    assert (judged.hits, judged.false_alarms, judged.worth) == (0, 1, 0.0)


def test_an_alarm_every_day_meets_every_flood_and_is_hardly_believed():
    spoken = [(day * DAY, day * DAY + 6 * HOUR) for day in range(30)]
    judged = judge(spoken, FLOODS, PERIOD, TERMS)
    assert judged.hits == 2
    assert judged.worth < 0.2


def test_an_alarm_that_comes_with_the_water_is_a_hit_without_lead():
    spoken = [(event.starts, event.ends) for event in FLOODS]
    judged = judge(spoken, FLOODS, PERIOD, TERMS)
    assert (judged.hits, judged.lead_h) == (2, 0.0)
    assert judged.worth == pytest.approx(0.75)


def test_silence_is_worth_nothing():
    assert judge([], FLOODS, PERIOD, TERMS).worth == 0


def test_where_a_least_lead_is_asked_an_alarm_with_the_water_is_late_and_no_hit():
    spoken = [(event.starts, event.ends) for event in FLOODS]
    judged = judge(spoken, FLOODS, PERIOD, Terms(hit=50, lead=50, lead_least_h=0.25))
    assert (judged.hits, judged.late, judged.false_alarms, judged.worth) == (0, 2, 0, 0.0)
