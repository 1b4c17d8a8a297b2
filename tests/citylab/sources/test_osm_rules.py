"""What OpenStreetMap tags say of a street."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nagara.citylab.sources.osm.rules import Street, judge


def street(**tags):
    found = judge({key.replace("__", ":"): value for key, value in tags.items()})
    assert isinstance(found, Street), found
    return found


@pytest.mark.parametrize(
    ("tags", "modes"),
    [
        ({"highway": "residential"}, "wbc"),
        ({"highway": "motorway"}, "c"),
        ({"highway": "footway"}, "w"),
        ({"highway": "footway", "bicycle": "yes"}, "wb"),
        ({"highway": "pedestrian", "motor_vehicle": "destination"}, "wc"),
        ({"highway": "cycleway", "foot": "no"}, "b"),
        ({"highway": "primary", "foot": "no", "bicycle": "use_sidepath"}, "c"),
        ({"highway": "trunk", "motorroad": "yes"}, "c"),
        ({"highway": "service", "access": "private", "foot": "permissive"}, "w"),
        ({"highway": "residential", "vehicle": "no"}, "w"),
        ({"highway": "residential", "vehicle": "no", "bicycle": "yes"}, "wb"),
        ({"highway": "residential", "motor_vehicle": "private"}, "wb"),
        ({"highway": "track"}, "wb"),
        ({"highway": "track", "motor_vehicle": "yes"}, "wbc"),
        ({"highway": "steps", "access": "yes"}, "w"),
        ({"highway": "path", "bicycle": "dismount"}, "w"),
        ({"highway": "busway", "foot": "yes"}, "w"),
        (
            {
                "highway": "living_street",
                "access": "no",
                "access__conditional": "yes @ (22:00-05:00)",
                "foot": "yes",
            },
            "w",
        ),
    ],
)
def test_the_most_special_access_tag_decides_who_may_use_a_street(tags, modes):
    assert street(**tags).modes == modes


@pytest.mark.parametrize(
    ("tags", "why"),
    [
        ({"highway": "proposed"}, "no-street"),
        ({"highway": "platform"}, "no-street"),
        ({"highway": "service", "access": "private"}, "no-mode"),
        ({"highway": "service", "service": "private"}, "no-mode"),
        ({"highway": "bus_guideway"}, "no-mode"),
        ({"highway": "yes please"}, "unknown-class"),
        ({}, "no-street"),
    ],
)
def test_lines_that_are_no_street_say_why(tags, why):
    assert judge(tags) == why


@pytest.mark.parametrize(
    ("tags", "cars", "bicycles"),
    [
        ({"oneway": "yes"}, 1, 1),
        ({"oneway": "-1"}, -1, -1),
        ({"oneway": "no", "junction": "roundabout"}, 0, 0),
        ({"junction": "roundabout"}, 1, 1),
        ({"oneway": "yes", "oneway__bicycle": "no"}, 1, 0),
        ({"oneway": "yes", "cycleway": "opposite_lane"}, 1, 0),
        ({"oneway__bicycle": "yes"}, 0, 1),
        ({"oneway": "reversible"}, 0, 0),
    ],
)
def test_direction_of_cars_and_bicycles(tags, cars, bicycles):
    found = street(highway="residential", **tags)
    assert (found.oneway, found.oneway_bicycle) == (cars, bicycles)


def test_motorways_run_one_way_and_people_on_foot_both():
    assert street(highway="motorway").oneway == 1
    assert street(highway="footway", oneway="yes").oneway == 0


@pytest.mark.parametrize(
    ("text", "speed", "odd"),
    [
        ("50", 50.0, False),
        ("30 mph", 48.28, False),
        ("30mph", 48.28, False),
        ("40 km/h", 40.0, False),
        ("walk", 6.0, False),
        ("none", None, False),
        ("VN:urban", None, True),
        ("50;60", None, True),
        ("0", None, True),
    ],
)
def test_speed_is_read_in_any_unit_or_left_empty(text, speed, odd):
    found = street(highway="primary", maxspeed=text)
    assert found.speed_kmh == pytest.approx(speed, abs=0.001) if speed else found.speed_kmh is None
    assert found.odd_speed is odd


@pytest.mark.parametrize(
    ("tags", "sides"),
    [
        ({"highway": "cycleway"}, 1),
        ({"highway": "path", "bicycle": "designated"}, 1),
        ({"highway": "primary", "cycleway": "lane"}, 2),
        ({"highway": "primary", "cycleway": "lane", "oneway": "yes"}, 1),
        ({"highway": "primary", "cycleway__both": "track"}, 2),
        ({"highway": "primary", "cycleway__right": "lane"}, 1),
        ({"highway": "primary", "cycleway": "shared_lane"}, 0),
        ({"highway": "primary"}, 0),
    ],
)
def test_bicycle_lanes_count_by_side(tags, sides):
    assert street(**tags).cycle_sides == sides


def test_the_outline_of_a_square_is_told_from_a_street():
    assert street(highway="pedestrian", area="yes").highway == "pedestrian:area"


@given(
    st.dictionaries(
        st.sampled_from(["highway", "access", "foot", "oneway", "maxspeed", "junction"]), st.text()
    )
)
def test_no_tags_break_the_rules(tags):
    found = judge(tags)
    assert isinstance(found, Street) or found in {"no-street", "unknown-class", "no-mode"}
