"""The map of member cities."""

import re
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nagara.campus.cities import atlas
from nagara.campus.cities.atlas import LABEL_HEIGHT, LETTER_WIDTH, place_spots
from nagara.campus.cities.borders import _short
from nagara.campus.cities.seeds import known_cities

PATH = re.compile(
    r"(M(-?(\d+\.\d|\d+|\.\d))( ?-?(\d+\.\d|\d+|\.\d))(l(-?(\d+\.\d|\d+|\.\d))( ?-?(\d+\.\d|\d+|\.\d)))*z)+"
)


@given(st.floats(-2000, 2000))
def test_a_short_number_is_the_number_to_one_decimal(value):
    assert float(_short(value)) == pytest.approx(round(value, 1), abs=0.051)
    assert re.fullmatch(r"-?(\d+\.\d|\d+|\.\d)", _short(value))


def test_every_member_city_has_a_spot_and_no_two_labels_overlap():
    spots = place_spots(known_cities().values(), with_data={"jakarta"})
    assert len(spots) == 38
    assert [s.slug for s in spots if s.has_data] == ["jakarta"]
    frames = []
    for s in spots:
        width = len(s.name) * LETTER_WIDTH
        left = s.label_x if s.anchor == "start" else s.label_x - width
        frames.append((s.name, left, s.label_y - 11, left + width, s.label_y - 11 + LABEL_HEIGHT))
    for i, (name, left, top, right, bottom) in enumerate(frames):
        assert left > 0, name
        assert right < atlas.WIDTH, name
        for other, l2, t2, r2, b2 in frames[i + 1 :]:
            assert not (left < r2 and l2 < right and top < b2 and t2 < bottom), f"{name} lies on {other}"


def test_cities_that_a_filter_leaves_out_are_dimmed():
    spots = place_spots(known_cities().values(), with_data=set(), shown={"dili"})
    assert [s.slug for s in spots if not s.dim] == ["dili"]


def test_the_borders_are_well_formed_paths_of_every_member_state():
    shapes = atlas.land()
    if not shapes:
        pytest.skip("third-party files are missing: run `make assets`")
    assert {code for code, _ in shapes} >= {"BN", "ID", "KH", "LA", "MM", "MY", "PH", "TH", "TL", "VN"}
    for _, path in shapes:
        assert PATH.fullmatch(path), path[:80]


@dataclass
class Town:
    slug: str
    name: str
    lon: float
    lat: float


def test_two_cities_at_one_place_get_two_labels():
    spots = place_spots([Town("a", "Alpha", 100, 10), Town("b", "Beta", 100, 10)], with_data=set())
    assert len({(s.label_x, s.label_y, s.anchor) for s in spots}) == 2
