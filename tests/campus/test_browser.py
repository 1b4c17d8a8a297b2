"""Every page in a real browser: accessible, no wider than the screen, light, in both colour schemes."""

from __future__ import annotations

import pytest

from addresses import ROOMS
from browsing import complaints
from nagara.campus.cities.models import CityMember

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PUBLIC = [
    "/",
    "/cities/",
    "/cities/?state=ID",
    "/cities/?state=SG&focus=health-well-being",
    "/cities/jakarta/",
    "/cities/dili/",
    "/cities/harbour/",
    "/cities/jakarta/tables/observation/",
    "/cities/jakarta/sources/levels/",
    "/cities/jakarta/runs/",
    "/cities/jakarta/runs/RUN/",
    "/cities/jakarta/runs/RUN/compare/",
    "/cities/harbour/map/",
    "/cities/jakarta/runs/RUN/figure/coverage/",
    "/cities/jakarta/brief.html",
    "/recipes/",
    "/recipes/sensor-qa/?city=jakarta",
    "/api/",
    "/about/",
    "/account/login/",
    "/nowhere/",
]
INSIDE = ["/me/", "/cities/jakarta/bring/", "/recipes/sensor-qa/?city=jakarta", "/account/2fa/"]
HEAVY = ("/map/", "/figure/", "brief.html")
"""Pages that load the code of an interactive map or chart, or carry their figures, because someone asked."""


@pytest.mark.parametrize(
    ("screen", "scheme"),
    [
        ("phone", "light"),
        pytest.param("desktop", "dark", marks=pytest.mark.full),
        pytest.param("desktop", "light", marks=pytest.mark.full),
    ],
)
def test_every_page_is_accessible_and_fits_the_screen(screen, scheme, visit, live_server):
    problems = {}
    for path in PUBLIC:
        page = visit(path, screen=screen, scheme=scheme)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found = complaints(page) + ([f"{wide} px too wide"] if wide > 0 else [])
        found += [t for t in page.said if "GL Driver" not in t and "404" not in t]
        outside = [r.url for r in page.asked if not r.url.startswith((live_server.url, "data:", "blob:"))]
        found += [f"outside request {url}" for url in outside]
        if found:
            problems[path] = found
        page.context.close()
    assert not problems, "\n".join(f"{path}: {t}" for path, all_ in problems.items() for t in all_)


@pytest.mark.parametrize(
    ("screen", "scheme"),
    [("phone", "dark"), pytest.param("desktop", "light", marks=pytest.mark.full)],
)
@pytest.mark.parametrize("room", ROOMS)
def test_so_are_the_pages_of_the_room(room, screen, scheme, visit, crowd):
    module = ROOMS[room]
    made = module.make(crowd)
    problems = {}
    for template, who in module.PAGES:
        path = template
        for placeholder, value in made.ids.items():
            path = path.replace(placeholder, str(value))
        page = visit(path, screen=screen, scheme=scheme, who=made.people.get(who, who), keep=True)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found = complaints(page) + ([f"{wide} px too wide"] if wide > 0 else []) + page.said
        if found:
            problems[f"{path} as {who}"] = found
        page.close()
    assert not problems, "\n".join(f"{path}: {t}" for path, all_ in problems.items() for t in all_)


@pytest.mark.parametrize("screen", ["desktop", pytest.param("phone", marks=pytest.mark.full)])
def test_so_is_every_page_behind_the_sign_in(screen, visit):
    problems = {}
    for path in INSIDE:
        page = visit(path, screen=screen, who="olga")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found = complaints(page) + ([f"{wide} px too wide"] if wide > 0 else []) + page.said
        if found:
            problems[path] = found
        page.context.close()
    assert not problems, "\n".join(f"{path}: {t}" for path, all_ in problems.items() for t in all_)


def test_pages_stay_light_until_someone_asks_for_a_map(visit):
    import gzip

    weights = {}
    for path in PUBLIC:
        if any(word in path for word in HEAVY):
            continue
        page = visit(path)
        first = [r for r in page.asked if not r.url.endswith(".svg") and ".svg?" not in r.url]
        weight = sum(len(gzip.compress(r.response().body())) for r in first)
        weights[path] = (weight, len(first))
        page.context.close()
    assert {p: w for p, w in weights.items() if w[0] > 60_000 or w[1] > 12} == {}


def test_the_map_moves_and_asks_nobody_else(visit, live_server):
    page = visit("/cities/harbour/map/")
    page.wait_for_selector("#island[data-ready=true]", timeout=20_000)
    page.wait_for_selector("#layers:not([hidden])")
    asked = len([r for r in page.asked if "/layers/" in r.url])
    assert asked >= 2
    with page.expect_request("**/layers/streets?*"):
        page.check("#layers input[value=streets]")
    assert all(r.url.startswith((live_server.url, "blob:", "data:")) for r in page.asked)


def test_a_figure_becomes_interactive_under_the_strict_policy(visit):
    page = visit("/cities/jakarta/runs/RUN/figure/coverage/")
    page.wait_for_selector("#island[data-ready=true] svg", timeout=20_000)
    assert [t for t in page.said if "Content Security Policy" in t] == []


def test_the_keyboard_reaches_the_content_and_every_city_on_the_map(visit):
    page = visit("/cities/?state=TL")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    links = page.eval_on_selector_all(".atlas a", "all => all.map(a => a.getAttribute('href'))")
    assert len(links) == 38
    page.focus(".atlas a[href='/cities/dili/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cities/dili/")


def test_colours_are_chosen_without_javascript(visit):
    page = visit("/about/", javascript=False)
    page.click("text=Colours: as your device")
    page.wait_for_load_state()
    assert page.get_attribute("html", "data-theme") == "dark"


@pytest.mark.parametrize("javascript", [True, False])
def test_a_person_brings_a_file_reads_the_clinic_and_keeps_the_rows(javascript, visit, tmp_path):
    file = tmp_path / "gates.csv"
    file.write_text("gate,when,level\nNorth,2021-01-01 00:00,110\nSouth,2021-01-01 00:00,x\n")
    mapping = (
        'kind = "observations"\n[thing]\nid = "gate"\n[time]\ncolumn = "when"\ntz = "city"\n'
        '[property.water_level]\ncolumn = "level"\nunit = "cm"\n'
    )
    page = visit("/cities/jakarta/", who="alice", javascript=javascript)
    page.click("text=Bring data")
    page.set_input_files("#id_files", str(file))
    page.fill("#id_mapping", mapping)
    page.select_option("#id_nature", "measured")
    page.fill("#id_licence", "CC BY 4.0")
    page.click("text=Examine the files")
    page.wait_for_selector("text=Nothing is kept yet.")
    assert "level" in page.text_content("section table")
    if javascript:
        assert complaints(page) == []
    page.click("text=Keep these rows")
    page.wait_for_selector("text=The rows are in the city")
    page.click("text=See the source")
    page.wait_for_selector("h1")
    assert "gates" in page.url


def test_a_stranger_is_offered_no_button_that_would_be_refused(visit):
    assert CityMember.objects.filter(user__email="charlie@example.org", city__slug="jakarta").count() == 0
    page = visit("/cities/jakarta/", who="charlie")
    assert page.locator("text=Bring data").count() == 0
