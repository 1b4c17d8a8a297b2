"""The lake of real cities that other tests read holds what they expect."""

from __future__ import annotations

import lakes
from nagara.citylab.lake import Lake


def test_every_city_is_there_with_its_timetable_or_streets(real_lake):
    lake = Lake(real_lake)
    assert set(lake.cities()) == {*lakes.REAL, "demo"}
    for city in ("jakarta", "singapore", "bandung", "demo"):
        assert lake.city(city).newest().rows("stop") > 100, city
    assert lake.city("ho-chi-minh-city").newest().rows("place") > 100
