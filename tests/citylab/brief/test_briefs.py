"""Briefs of a simulated city: their words, their numbers, their pictures, on the page and in print."""

import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from nagara.citylab import runs
from nagara.citylab.brief import write
from nagara.citylab.brief.document import clip, in_periods, make
from nagara.citylab.brief.naming import Names
from nagara.citylab.brief.palette import for_page
from nagara.citylab.brief.pdf import NUMBERS, in_rows
from nagara.citylab.brief.periods import parse_periods
from nagara.citylab.brief.sayings import Sayings, picked
from nagara.citylab.evidence import SHOWN
from nagara.citylab.findings import CityLabError
from nagara.citylab.lake import Lake
from nagara.citylab.recipes import catalogue, load
from nagara.citylab.simulate import simulate
from nagara.citylab.tables import TABLES

RECIPES = ("early-warning", "flood-exposure", "sensor-qa", "access", "inequality", "transit-service")


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    lake = Lake(tmp_path_factory.mktemp("lake"))
    simulate(lake, "harbour", seed=3, days=10, sensors=24)
    return lake.city("harbour")


@pytest.fixture(scope="module")
def made(city):
    return {name: runs.run(city, name) for name in RECIPES}


@pytest.fixture(scope="module")
def page(city, made, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "brief.html"
    ids = [made["early-warning"].run_id, made["flood-exposure"].run_id]
    write(city, path, run_ids=ids, title="High water")
    return path.read_text(encoding="utf-8")


def rows_of(*given):
    blank = dict.fromkeys(name for name in SHOWN)
    full = [blank | {"unit_kind": "city", "unit_id": "harbour", "quality": "verified"} | row for row in given]
    schema = pa.schema([TABLES["result"].schema.field(name) for name in SHOWN])
    return pa.Table.from_pylist(full, schema=schema)


def say(city, recipe, *given):
    return Sayings(load(recipe), rows_of(*given), Names(city.newest()), "Asia/Kuching")


def test_every_recipe_has_words_for_its_brief():
    for recipe in catalogue().values():
        words = recipe.extra.get("brief")
        assert words, f"{recipe.name} has no [brief]"
        assert "answer" in words or "otherwise" in words, recipe.name


def test_what_a_brief_names_is_there():
    """Picks, figures, maps and fields that [brief] names exist in the recipe's header."""
    for recipe in catalogue().values():
        words = recipe.extra.get("brief", {})
        drawn = {f.get("name") for f in (*recipe.figures, *recipe.maps)}
        assert set(words.get("figures", ())) | set(words.get("maps", ())) <= drawn, recipe.name
        given = words.get("answer", ())
        texts = [*([given] if isinstance(given, str) else given), *words.get("meaning", ())]
        texts += [text for tile in words.get("tile", ()) for text in (tile["show"], tile["label"])]
        used = {name for text in texts for name in re.findall(r"\{(\w+)\.", text)}
        assert used <= set(words.get("pick", {})), recipe.name


def test_a_sentence_is_filled_with_numbers_of_the_run(city):
    at = datetime(2020, 1, 1, 17, 40, tzinfo=UTC)
    says = say(
        city,
        "early-warning",
        {"indicator": "report_lead_h", "value": 4.0, "lo": 3.0, "hi": 5.0, "quality": "estimate", "ts": at},
        {"indicator": "report_burst", "value": 38.0, "lo": 38.0, "hi": 38.0, "ts": at},
    )
    assert says.answer() == (
        "When people reported, their reports burst 4 hours (3 to 5 hours) before the official marking grew."
    )
    assert [t.value for t in says.tiles()] == ["4 hours"]
    assert any("38 reports" in text and "2 January 2020, 01:40 (+08)" in text for text in says.meaning())


def test_a_sentence_whose_numbers_are_not_there_is_left_out(city):
    says = say(city, "early-warning")
    assert says.answer() == "No event stands out in this period."
    assert says.meaning() == () and says.tiles() == () and says.numbers() == ()


def test_estimates_are_rounded_and_counts_are_not(city):
    says = say(
        city,
        "flood-exposure",
        {
            "indicator": "flood_people",
            "value": 4644472.1,
            "lo": 3483603.0,
            "hi": 6587963.0,
            "quality": "estimate",
        },
        {"indicator": "flood_zones", "value": 1082.0, "lo": 1082.0, "hi": 1241.0},
        {"indicator": "flood_people_share", "value": 42.19, "lo": 31.6, "hi": 59.8, "quality": "estimate"},
    )
    assert says.answer().startswith("3.48 to 6.59 million people live in 1,082 zones that are flooded")
    assert "4.64 million people, 42.2 % of all" in says.answer()
    lines = {line.label: line for line in says.numbers()}
    assert lines["Flooded or flood-prone zones"].span == "1,082 to 1,241 zones"


def test_rows_are_picked_by_order_and_only_sure_ones_where_asked():
    rows = rows_of(
        {"indicator": "lag_h", "unit_id": "a > b", "value": 9.0, "lo": 0.0, "reason": "the order is open"},
        {"indicator": "lag_h", "unit_id": "c > d", "value": 5.0, "lo": 4.0},
        {"indicator": "lag_h", "unit_id": "e > f", "value": 7.0, "lo": 4.0},
        {"indicator": "lag_r", "unit_id": "e > f", "value": 1.0},
    )
    best = picked(rows, {"indicator": "lag_h", "sure": True, "order": "lo desc, value desc"})
    assert [r["unit_id"] for r in best] == ["e > f", "c > d"]
    assert picked(rows, {"indicator": "lag_h"})[0]["unit_id"] == "a > b"
    assert [r["indicator"] for r in picked(rows, {"indicator": ["none", "lag_r"]})] == ["lag_r"]
    assert len(picked(rows, {"indicator": "lag_*"})) == 4
    assert picked(rows, {"indicator": "lag_"}) == []


def test_pairs_are_called_by_the_names_of_their_stations(city):
    names = Names(city.newest())
    streams = city.newest().table("datastream").to_pylist()
    first, second = (s["datastream_id"] for s in streams[:2])
    called = names.of("thing_pair", f"{first} > {second}")
    assert " to " in called and first not in called
    assert names.unit("datastream", first) == streams[0]["unit"]
    assert names.of("zone", "no such zone") == "no such zone"


def test_a_brief_reports_the_newest_run_of_each_recipe(city, made):
    brief = make(city)
    assert {s.recipe for s in brief.sections} == set(RECIPES)
    assert brief.simulated
    for section in brief.sections:
        assert section.answer and section.question and section.digest
        assert all(n.label and n.value for n in section.numbers), section.recipe


def test_numbers_of_another_time_are_left_out_of_a_period(city, made):
    run = made["early-warning"]
    times = [t for t in run.rows.column("ts").to_pylist() if t is not None]
    day = min(times).date()
    periods = parse_periods(f"{day}/{day}", "Asia/Kuching")
    kept = in_periods(run.rows, periods)
    assert 0 < kept.num_rows < run.rows.num_rows
    assert all(t is None or abs(t.date() - day) <= timedelta(days=1) for t in kept.column("ts").to_pylist())
    brief = make(city, run_ids=[run.run_id], event="1999-01-01/1999-01-02")
    assert brief.period == "1 to 2 January 1999"
    assert "rose first" not in brief.sections[0].answer
    assert not any("threshold" in p.title for p in brief.sections[0].figures)


def test_bars_of_a_timeline_are_cut_to_the_period():
    rows = pa.table(
        {
            "start": pa.array([datetime(2020, 1, 1), datetime(2020, 2, 1)], pa.timestamp("us")),
            "end": pa.array([datetime(2020, 1, 9), datetime(2020, 2, 2)], pa.timestamp("us")),
        }
    )
    cut = clip(rows, {"start": "start", "end": "end"}, parse_periods("2020-01-03/2020-01-04", "UTC"))
    assert cut.num_rows == 1
    assert cut.column("start")[0].as_py() == datetime(2020, 1, 3, tzinfo=UTC)
    assert cut.column("end")[0].as_py().date().isoformat() == "2020-01-04"


def test_a_city_without_runs_has_no_brief(tmp_path):
    lake = Lake(tmp_path / "lake")
    simulate(lake, "empty", seed=1, days=2, sensors=4)
    with pytest.raises(CityLabError) as caught:
        make(lake.city("empty"))
    assert "no finished run" in str(caught.value) and "nagara run" in caught.value.mend


def test_a_brief_is_html_or_pdf(city, made, tmp_path):
    with pytest.raises(CityLabError) as caught:
        write(city, tmp_path / "brief.docx")
    assert ".html or .pdf" in caught.value.mend


def test_a_refused_run_says_why(tmp_path):
    row = {
        "city_id": "bare",
        "name": "Bare",
        "country": "XX",
        "tz": "Asia/Yangon",
        "epsg": 32647,
        "bbox": None,
    }
    bare = Lake(tmp_path / "lake").create(row)
    refused = runs.run(bare, "flood-exposure")
    assert refused.status == "refused" and "Import the zones" in refused.reason
    assert make(bare, run_ids=[refused.run_id]).sections[0].answer == refused.reason
    with pytest.raises(CityLabError):
        make(bare)


def test_an_erased_source_is_named_as_erased(tmp_path):
    lake = Lake(tmp_path / "lake")
    simulate(lake, "brief-town", seed=2, days=2, sensors=6)
    town = lake.city("brief-town")
    run = runs.run(town, "points-by-zone", {"kind": "stop"})
    source = next(s for s in make(town, run_ids=[run.run_id]).sources if "stop" in s.source_id or s.source_id)
    town.erase(source.source_id, "asked for")
    lines = {s.source_id: s.title for s in make(town, run_ids=[run.run_id]).sources}
    assert lines[source.source_id] == f"{source.source_id} (erased since)"


def test_the_page_stands_alone_and_can_be_read_aloud(page):
    assert "<script" not in page and "http-equiv" not in page
    links = re.findall(r"""(?:src|href|url)\s*[=(]\s*["']?([^"')\s>]+)""", page)
    assert [x for x in links if not x.startswith("#")] == []
    assert page.count("<h1>") == 1 and '<html lang="en">' in page
    assert all('scope="col"' in head for head in re.findall(r"<th\b[^>]*>(?=Number|For|Value)", page))
    figures = re.findall(r"<figure.*?</figure>", page, re.DOTALL)
    assert figures and all("<figcaption>" in f and 'role="img"' in f for f in figures)
    assert "Simulated data" in page
    assert "#0102" not in page, "a marker colour was not painted"


def test_what_a_source_says_is_text_and_never_markup(city, made, tmp_path):
    path = tmp_path / "brief.html"
    write(city, path, run_ids=[made["sensor-qa"].run_id], title="<b>High</b> & low")
    page = path.read_text(encoding="utf-8")
    assert "&lt;b&gt;High&lt;/b&gt; &amp; low" in page and "<b>High" not in page


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler-utils is not installed")
def test_the_print_says_the_same_in_two_pages(city, made, tmp_path):
    path = tmp_path / "brief.pdf"
    ids = [made[name].run_id for name in ("early-warning", "flood-exposure")]
    brief = write(city, path, run_ids=ids, title="High water *now* #1 @home")
    said = re.sub(
        r"\s+",
        " ",
        subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=True).stdout.decode(),
    )
    assert "High water *now* #1 @home" in said
    assert "Simulated data." in said and "How far to trust it" in said
    for section in brief.sections:
        assert section.run_id in said and section.digest[:16] in said
        assert re.sub(r"\s+", " ", section.answer)[:60] in said
    pages = subprocess.run(["pdfinfo", str(path)], capture_output=True, check=True, text=True).stdout
    assert int(re.search(r"Pages:\s+(\d+)", pages)[1]) <= 3


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler-utils is not installed")
def test_scripts_of_the_region_are_in_the_print(city, made, tmp_path):
    path = tmp_path / "brief.pdf"
    titles = "น้ำท่วม ទឹកជំនន់ ນ້ຳຖ້ວມ ရေကြီး"
    write(city, path, run_ids=[made["inequality"].run_id], title=titles)
    fonts = subprocess.run(["pdffonts", str(path)], capture_output=True, check=True, text=True).stdout
    assert path.stat().st_size > 10_000 and fonts.count("\n") > 2


def test_pictures_are_laid_out_wide_first_and_the_last_beside_the_numbers():
    wide, a, b, c = ({"title": t, "wide": t == "w"} for t in "wabc")
    assert in_rows([a, wide, b], with_numbers=True) == [[wide], [a, b]]
    assert in_rows([a, b, c], with_numbers=True) == [[a, b], [c, NUMBERS]]
    assert in_rows([a], with_numbers=False) == [[a]]
    assert in_rows([], with_numbers=True) == []


def test_every_colour_of_every_figure_can_be_painted(city, made):
    """A blend of marker colours would stay almost black on paper and in the dark."""
    for section in make(city).sections:
        for picture in (*section.figures, *section.maps):
            left = for_page(picture.svg)
            assert not re.search(r"#010[2-4][0-9a-f]{2}|rgb\(1, [2-4], ", left), picture.title


def test_stations_of_several_properties_are_told_apart(city, made):
    labels = [n.unit_name for s in make(city, run_ids=[made["sensor-qa"].run_id]).sections for n in s.numbers]
    assert any(", " in label for label in labels)
