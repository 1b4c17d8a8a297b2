"""The pages of lessons: which variant, on which city, and what is said where a city lacks tables."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from nagara.campus.cities.models import City
from nagara.campus.curricula.models import Curriculum
from nagara.campus.learning.steps import next_steps
from nagara.campus.lessons import doors
from nagara.campus.lessons.examples import cities, of_city
from nagara.campus.lessons.models import Example, Reading
from nagara.campus.lessons.progress import read_by
from nagara.campus.lessons.tasks import compute_example
from nagara.campus.lessons.variants import variant_for
from nagara.campus.people import data_port
from nagara.campus.programmes.models import Module as CatalogueModule
from nagara.campus.programmes.models import VersionModule
from nagara.campus.programmes.tabs import Tab
from nagara.citylab.lessons import modules
from nagara.citylab.lessons.reading import Need

LESSON = """+++
title = "{title}"
minutes = 7
competences = ["count"]
needs = [{{table = "{table}", min_rows = {rows}, why = "The lesson counts.", bring = "A list of sensors."}}]
+++
{title}: {{= city.name =}} has {{= all.n =}} series. Read [the next](second) or [M98](m98/first).

:::foundation
For beginners.
:::
:::advanced
For critics.
:::

~~~sql example=all
select count(*) as n from datastream
~~~

~~~sql example=each figure=bar x=property y=n title="Series by property" show=2
select property, count(*) as n from datastream group by property order by n desc, property
~~~

~~~sql example=raw show=3
select datastream_id, unit from datastream order by datastream_id
~~~
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch) -> None:
    """A programme's own module M98, without code."""
    folder = tmp_path / "own" / "modules" / "m98"
    (folder / "lessons").mkdir(parents=True)
    (folder / "module.toml").write_text(
        'code = "M98"\ntitle = "Counting"\ncan = ["count"]\nlessons = ["first", "second"]\n'
    )
    (folder / "lessons" / "first.md").write_text(LESSON.format(title="First", table="datastream", rows=2))
    (folder / "lessons" / "second.md").write_text(LESSON.format(title="Second", table="stop_time", rows=50))
    (folder / "instructor.md").write_text("# Timing\n\nAn hour.\n")
    monkeypatch.setenv("NAGARA_CURRICULUM", str(tmp_path / "own"))


@pytest.fixture
def f():
    from addresses import ROOMS

    return ROOMS["lessons"].load()


def _curriculum(owner, variant: str, version: int = 1) -> Curriculum:
    row = {"code": "M98", "title": "Counting", "variant": variant, "hours": 4}
    row |= {"variant_why": "Data (D4) stands at 1.50.", "why": ["Gap 2.00."]}
    key = "city" if isinstance(owner, City) else "batch"
    return Curriculum.objects.create(
        **{key: owner}, version=version, budget_hours=60, inputs={}, choices={"in": [row], "out": []}
    )


def _batch(f, code: str = "M98"):
    batch = f.make_batch("reading-27")
    module, _ = CatalogueModule.objects.get_or_create(
        code=code, defaults={"title": "Counting", "can": "count"}
    )
    VersionModule.objects.get_or_create(version=batch.version, module=module, defaults={"order": 9})
    return batch


def test_a_stranger_reads_in_standard_on_the_simulated_city(own, crowd, filled, client):
    page = client.get("/modules/m98/first/").content.decode()
    assert "Examples on <strong>Harbour (simulated)</strong>" in page
    assert "simulated data" in page
    assert "First: Harbour (simulated) has" in page
    assert "For beginners" not in page
    assert 'href="/modules/M98/second/"' in page
    assert "/modules/M98/first/harbour/each.svg" in page
    assert "/cities/harbour/sql/?q=select+count" in page
    assert "For beginners" in client.get("/modules/M98/first/?variant=foundation").content.decode()


def test_a_module_of_ones_own_stands_among_the_others(own, seeded, client):
    page = client.get("/modules/").content.decode()
    assert "Counting" in page
    assert set(modules()) >= {"M02", "M98"}


def test_the_variant_comes_from_the_own_citys_curriculum_then_from_the_batchs(own, f, crowd):
    batch = _batch(f)
    learner = f.learner(batch, "Lia", "jakarta")
    assert variant_for(learner.user, batch, "M98").variant == "standard"
    _curriculum(batch, "foundation")
    chosen = variant_for(learner.user, None, "M98")
    assert (chosen.variant, chosen.city_slug) == ("foundation", "jakarta")
    assert "the batch's curriculum (version 1)" in chosen.why
    _curriculum(City.objects.get(slug="jakarta"), "standard")
    _curriculum(City.objects.get(slug="jakarta"), "advanced", version=2)
    chosen = variant_for(learner.user, batch, "M98")
    assert chosen.variant == "advanced"
    assert "the curriculum of Jakarta (version 2). Data (D4) stands at 1.50." in chosen.why


def test_a_learner_reads_on_the_own_city_and_is_told_where_its_tables_do_not_suffice(own, f, crowd, filled):
    learner = f.learner(_batch(f), "Lia", "jakarta")
    client = crowd.client(learner.user)
    page = client.get("/modules/M98/first/").content.decode()
    assert "Examples on <strong>Jakarta</strong>" in page
    assert "Jakarta has 4 series" in page
    page = client.get("/modules/M98/second/").content.decode()
    assert "Not on Jakarta, on Harbour (simulated) instead" in page
    assert "at least 50 rows of stop_time; this city has none. The lesson counts. A list of sensors." in page
    assert "/cities/jakarta/bring/" in page


def test_rows_of_a_closed_source_are_shown_to_its_team_only(own, f, crowd, filled):
    address = "/modules/M98/first/?city=jakarta"
    for person, seen in {"nobody": False, "charlie": False, "bob": True, "olga": True}.items():
        page = crowd.client(person).get(address).content.decode()
        assert ("does not allow passing them on" in page) is not seen, person
        assert page.count("<table") == (3 if seen else 2), person  # what is counted stays


def test_examples_are_kept_until_the_city_or_the_text_is_newer(
    own, seeded, filled, django_assert_num_queries
):
    module = modules()["M98"]
    harbour = cities()["harbour"]
    first = of_city(module, module.lessons[0], harbour)
    with django_assert_num_queries(1):
        assert of_city(module, module.lessons[0], harbour) == first
    Example.objects.update(lesson_sha256="of an older text")
    of_city(module, module.lessons[0], harbour)
    assert Example.objects.get().lesson_sha256 == module.lessons[0].sha256


def test_a_figure_is_drawn_in_the_colours_of_the_page(own, seeded, filled, client):
    client.get("/modules/M98/first/")
    light = client.get("/modules/M98/first/harbour/each.svg?theme=light")
    assert light["Content-Type"] == "image/svg+xml"
    assert b"#0072b2" in light.content
    assert b"prefers-color-scheme" in client.get("/modules/M98/first/harbour/each.svg").content
    assert client.get("/modules/M98/first/harbour/all.svg").status_code == 404
    assert client.get("/modules/M98/nothing/").status_code == 404


def test_reading_is_marked_once_taken_back_exported_and_erased(own, f, crowd, filled):
    user = f.learner(_batch(f), "Lia", "jakarta").user
    client = crowd.client(user)
    assert client.post("/modules/M98/first/read/", {"say": "read"}).url == "/modules/M98/second/"
    client.post("/modules/M98/first/read/", {"say": "read"})
    assert read_by(user) == {"M98": {"first"}}
    assert "Take the mark back" in client.get("/modules/M98/first/").content.decode()
    holder = next(h for h in data_port.all_holders() if h.room == "lessons")
    assert holder.export(user)["lessons_read"][0]["city"] == "jakarta"
    client.post("/modules/M98/first/read/", {"say": "unread"})
    assert not Reading.objects.exists()
    client.post("/modules/M98/second/read/", {"say": "read"})
    holder.erase(user)
    assert not Reading.objects.exists()


def test_the_next_unread_lesson_is_a_next_step(own, f, crowd, now=None):
    from django.utils import timezone

    batch = _batch(f)
    _curriculum(batch, "foundation")
    user = f.learner(batch, "Lia", "jakarta").user

    def steps() -> list[str]:
        return [s.title for s in next_steps(user, timezone.now()) if s.url.startswith("/modules/")]

    assert steps() == ["Read: First"]
    for slug, left in (("first", ["Read: Second"]), ("second", [])):
        crowd.client(user).post(f"/modules/M98/{slug}/read/", {"say": "read"})
        assert steps() == left


def test_the_page_of_a_module_holds_doors_and_needs_of_rooms_above(own, f, crowd, filled, monkeypatch):
    monkeypatch.setattr(doors, "_doors", {"x": lambda code, batch, user: [Tab("Lab of " + code, "/lab/")]})
    monkeypatch.setattr(
        doors, "_needs", {"x": lambda code, variant: [Need("population", 5, "", "", "A census.")]}
    )
    user = f.learner(_batch(f), "Lia", "jakarta").user
    page = crowd.client(user).get("/modules/M98/").content.decode()
    assert "Lab of M98" in page
    assert "A census." in page
    assert "Jakarta does not have all of it yet" in page


def test_the_instructors_page_tells_what_a_class_did_wrong(own, f, crowd, monkeypatch):
    wrong = doors.Mistake("Autumn", "headway", "You took the mean.", 9, 40)
    monkeypatch.setattr(doors, "_classes", {"x": lambda code, user: [wrong]})
    page = crowd.client("olga").get("/modules/M98/instructor/").content.decode()
    assert "9 of 40" in page
    assert "An hour." in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_modules_of_a_batch_ask_as_often_for_three_as_for_one(
    count, own, f, crowd, django_assert_num_queries
):
    batch = _batch(f)
    _curriculum(batch, "foundation")
    for number in range(count):
        f.learner(batch, f"Lia {number}", ("jakarta", "manila", "ha-noi")[number])
    client = crowd.client(f.staff(batch, "Lena", "lecturer"))
    client.get("/batches/reading-27/modules/")
    with django_assert_num_queries(
        14
    ):  # among them: curricula, titles of modules, labs, people, what they read
        page = client.get("/batches/reading-27/modules/").content.decode()
    assert page.count('data-label="Lessons read"') == count
    assert client.get("/batches/reading-27/modules/?export=csv").content.decode().count("\n") == count + 1


def test_a_lesson_asks_the_database_a_few_questions(own, f, crowd, filled, django_assert_num_queries):
    user = f.learner(_batch(f), "Lia", "jakarta").user
    client = crowd.client(user)
    client.get("/modules/M98/first/")
    # session, person, place, curricula, the batch's example city, holdings, example, reading; for a closed
    # source: city, office, team
    with django_assert_num_queries(11):
        client.get("/modules/M98/first/")


def test_every_shipped_lesson_is_light(crowd, filled, client):
    heavy = {}
    for module in modules().values():
        for lesson in module.lessons[:1]:
            page = client.get(f"/modules/{module.code}/{lesson.slug}/")
            assert page.status_code == 200
            heavy[lesson.slug] = len(gzip.compress(page.content))
    assert max(heavy.values()) < 20_000, heavy


def test_a_run_that_somebody_keeps_does_not_make_examples_old(own, seeded, filled):
    from nagara.citylab import runs

    module = modules()["M98"]
    first = of_city(module, module.lessons[0], cities()["jakarta"])
    runs.run(filled.city("jakarta"), "sensor-qa", {})
    assert of_city(module, module.lessons[0], cities()["jakarta"]) == first
    assert first.snapshot < filled.city("jakarta").newest().number


def test_what_takes_long_is_left_to_the_worker(own, f, crowd, filled, tmp_path):
    path = tmp_path / "own/modules/m98/lessons/first.md"
    recipe = 'runs = [{recipe = "sensor-qa", as = "qa"}]\n+++\nFirst'
    path.write_text(
        path.read_text()
        .replace("+++\nFirst", recipe)
        .replace("from datastream order", "from qa order")
        .replace("datastream_id, unit", "unit_id, indicator")
        .replace("by datastream_id", "by unit_id")
    )
    client = crowd.client(f.learner(_batch(f), "Lia", "jakarta").user)
    page = client.get("/modules/M98/first/").content.decode()
    assert "Not on Jakarta, on Harbour (simulated) instead" in page
    assert "being computed" in page
    assert "result of the recipe" in page
    assert Example.objects.get(city="jakarta").asked_at
    compute_example.call("M98", "first", "jakarta")
    assert "Examples on <strong>Jakarta</strong>" in client.get("/modules/M98/first/").content.decode()


def test_the_sql_page_opens_with_the_query_of_the_lesson(own, crowd, filled):
    page = crowd.client("bob").get("/cities/harbour/sql/?q=select+count(*)+as+n+from+datastream")
    assert "select count(*) as n from datastream" in page.content.decode()
