"""Runs from the site: asked for by those who may, done by the worker, kept in the lake."""

from __future__ import annotations

import json

import pytest

from nagara.campus.lab.models import RunJob, State
from nagara.citylab import runs


@pytest.fixture
def start(crowd, filled, django_capture_on_commit_callbacks):
    def send(person="alice", slug="jakarta", name="sensor-qa", **params):
        client = crowd.client(person)
        with django_capture_on_commit_callbacks(execute=True):
            return client, client.post(f"/cities/{slug}/run/{name}/", params)

    return send


def test_a_run_from_the_form_is_a_run_like_any_other(start, filled):
    client, answer = start(spike_k="6.5")
    job = RunJob.objects.get()
    assert job.state == State.DONE, job.reason
    made = runs.read(filled.city("jakarta"), job.run_id)
    assert made.params["spike_k"] == 6.5
    assert made.params["gap_periods"] == 2.5
    page = client.get(answer.url, follow=True)
    text = page.content.decode()
    assert page.redirect_chain[-1][0] == f"/cities/jakarta/runs/{job.run_id}/"
    assert f"nagara rerun jakarta {job.run_id}" in text
    assert "--param spike_k=6.5" in text
    assert "gap_periods=" not in text
    assert made.digest in text


def test_a_parameter_out_of_its_range_is_said_beside_its_field(start):
    _, answer = start(spike_k="1")
    assert answer.status_code == 422
    assert "greater than or equal to 3" in answer.content.decode()
    assert RunJob.objects.count() == 0


def test_a_recipe_that_the_data_cannot_carry_says_what_is_missing(start, filled):
    client, answer = start(name="transit-service")
    job = RunJob.objects.get()
    assert job.state == State.REFUSED
    text = client.get(answer.url, follow=True).content.decode()
    assert "The recipe did not compute." in text
    assert "needs at least" in text


def test_a_city_without_data_says_so(start):
    _, answer = start(person="olga", slug="dili")
    assert answer.status_code == 400
    assert "Dili has no data yet." in answer.content.decode()


def test_simulated_data_are_labelled_on_every_page_that_shows_them(seeded, filled, client):
    made = runs.recent(filled.city("harbour"))[0]
    for page in (
        "/cities/",
        "/",
        "/cities/harbour/",
        "/cities/harbour/runs/",
        f"/cities/harbour/runs/{made.run_id}/",
        "/cities/harbour/tables/stop/",
        "/cities/harbour/map/",
        f"/cities/harbour/runs/{made.run_id}/figure/coverage/",
        "/cities/harbour/brief.html",
    ):
        assert "simulated" in client.get(page).content.decode().lower(), page


def test_results_as_csv_are_the_run(seeded, a_run, filled, client):
    text = client.get(f"/cities/jakarta/runs/{a_run}/results.csv").content.decode()
    assert len(text.strip().splitlines()) == runs.read(filled.city("jakarta"), a_run).rows.num_rows + 1


def test_filters_narrow_the_results(seeded, a_run, client):
    page = client.get(f"/cities/jakarta/runs/{a_run}/?indicator=I16&unit_kind=city").content.decode()
    table = page.split('id="results"')[1].split("</tbody>")[0]
    assert table.count("<tr><th") == 2  # the head, and the one value of the city
    nothing = client.get(f"/cities/jakarta/runs/{a_run}/?indicator=nonsense").content.decode()
    assert "No result matches." in nothing


@pytest.mark.parametrize("theme", ["", "dark", "light"])
def test_a_figure_is_an_svg_without_script_in_real_colours(theme, seeded, a_run, client):
    answer = client.get(f"/cities/jakarta/runs/{a_run}/figure/coverage.svg?theme={theme}")
    text = answer.content.decode()
    assert answer["Content-Type"] == "image/svg+xml"
    assert text.startswith("<svg")
    assert "<script" not in text
    assert "#0102" not in text  # a marker colour that nobody painted


def test_the_specification_of_a_figure_is_json(seeded, a_run, client):
    spec = json.loads(client.get(f"/cities/jakarta/runs/{a_run}/figure/coverage.json").content)
    assert spec["$schema"].startswith("https://vega.github.io/schema/vega-lite/")
    assert "#0102" not in json.dumps(spec)


def test_a_brief_is_a_pdf_or_a_page_of_its_own(seeded, a_run, client):
    page = client.get(f"/cities/jakarta/brief.html?run={a_run}")
    assert "script-src" not in page["Content-Security-Policy"]
    assert "default-src 'none'" in page["Content-Security-Policy"]
    assert "<script" not in page.content.decode()
    assert client.get(f"/cities/jakarta/brief.pdf?run={a_run}").content.startswith(b"%PDF")
    assert client.get("/cities/jakarta/brief.html?run=nonsense").status_code == 404
