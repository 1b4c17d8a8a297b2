"""Categories of places: what tags and words mean."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nagara.citylab.places import categories, category_of_tags, category_of_words, osm_keys


def test_there_are_about_thirty_categories_with_titles() -> None:
    assert 30 <= len(categories()) <= 40
    assert all(name.islower() and title for name, title in categories().items())


@pytest.mark.parametrize(
    ("tags", "category", "tag"),
    [
        ({"amenity": "hospital", "healthcare": "hospital"}, "hospital", "amenity=hospital"),
        ({"amenity": "pharmacy", "shop": "yes"}, "pharmacy", "amenity=pharmacy"),
        ({"healthcare": "rehabilitation"}, "clinic", "healthcare=rehabilitation"),
        ({"shop": "bakery;butcher"}, "grocery", "shop=bakery"),
        ({"shop": "jewelry"}, "shop", "shop=jewelry"),
        ({"leisure": "park"}, "park", "leisure=park"),
        ({"office": "government"}, "government", "office=government"),
        ({"highway": "bus_stop"}, "transit", "highway=bus_stop"),
        ({"waterway": "weir"}, "water_gate", "waterway=weir"),
    ],
)
def test_tags_tell_a_category(tags: dict[str, str], category: str, tag: str) -> None:
    assert category_of_tags(tags) == (category, tag)


@pytest.mark.parametrize(
    "tags", [{}, {"highway": "residential"}, {"shop": "vacant"}, {"amenity": "bench"}, {"shop": "no"}]
)
def test_what_is_no_place_has_no_category(tags: dict[str, str]) -> None:
    assert category_of_tags(tags) is None


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("Hospital_Public", "hospital"),
        ("community_healthcenter", "clinic"),
        ("Puskesmas Kecamatan Tebet", "clinic"),
        ("RSUD Pasar Minggu", "hospital"),
        ("Hospital Road Primary School", "school"),
        ("Rumah Sakit Umum", "hospital"),
        ("โรงพยาบาลส่งเสริมสุขภาพ", "hospital"),
        ("ตลาดสดคลองขวาง", "market"),
        ("ร้านขายยา", "pharmacy"),
        ("Trường tiểu học Lê Lợi", "school"),
        ("Bệnh viện Chợ Rẫy", "hospital"),
        ("SDN 01 Menteng", "school"),
        ("Pintu Air Manggarai", "water_gate"),
        ("pharmacy", "pharmacy"),
        ("drinking_water", "drinking_water"),
    ],
)
def test_words_tell_a_category(text: str, category: str) -> None:
    assert category_of_words(text) == category


@pytest.mark.parametrize("text", ["", "xyz", "Sparkling", "12345", "Sdnx"])
def test_unknown_words_are_not_guessed(text: str) -> None:
    assert category_of_words(text) is None


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(osm_keys()), st.text(max_size=10), max_size=5), st.text(max_size=40))
def test_any_text_gives_a_known_category_or_none(tags: dict[str, str], text: str) -> None:
    found = category_of_tags(tags)
    assert found is None or found[0] in categories()
    assert category_of_words(text) in {None, *categories()}
