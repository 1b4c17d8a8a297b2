"""A run once more: with the same settings on the newest rows, exactly as it was, beside an earlier one."""

from __future__ import annotations

import pytest

from nagara.campus.cities.lakes import find_place
from nagara.campus.lab.domain.running import repeat_run
from nagara.campus.lab.models import RunJob, State
from nagara.citylab import runs
from nagara.citylab.errors import CityLabError


@pytest.fixture
def send(crowd, filled, django_capture_on_commit_callbacks):
    def post(path, person="alice"):
        client = crowd.client(person)
        with django_capture_on_commit_callbacks(execute=True):
            return client, client.post(path, follow=False)

    return post


@pytest.fixture
def asked(filled):
    """A run with a setting that is not the usual one."""
    return runs.run(filled.city("jakarta"), "sensor-qa", {"spike_k": 6.5})


def test_running_again_keeps_the_settings_and_makes_a_run_of_its_own(send, asked, filled):
    send(f"/cities/jakarta/runs/{asked.run_id}/again/")
    job = RunJob.objects.get()
    assert job.state == State.DONE, job.reason
    made = runs.read(filled.city("jakarta"), job.run_id)
    assert made.run_id != asked.run_id
    assert made.params == asked.params
    assert made.snapshot > asked.snapshot


def test_repeating_says_in_words_that_the_results_are_the_same(send, asked, filled):
    client, answer = send(f"/cities/jakarta/runs/{asked.run_id}/repeat/")
    job = RunJob.objects.get()
    assert (job.state, job.run_id, job.report["same"]) == (State.DONE, "", True)
    assert len(runs.recent(filled.city("jakarta"))) == 2
    said = client.get(answer.url).content.decode()
    assert "Exactly the same results." in said
    assert asked.digest in said
    page = client.get(f"/cities/jakarta/runs/{asked.run_id}/").content.decode()
    assert "Last repeated" in page


def test_a_repeat_that_differs_says_why(client, send, asked, monkeypatch):
    send(f"/cities/jakarta/runs/{asked.run_id}/repeat/")
    job = RunJob.objects.get()
    job.report |= {
        "same": False,
        "digest_after": "x",
        "reasons": ["the recipe changed: version 1 then, 2 now"],
    }
    job.save()
    page = client.get(f"/cities/jakarta/runs/{asked.run_id}/").content.decode()
    assert "Not the same results." in page
    assert "The recipe changed: version 1 then, 2 now." in page


def test_a_refused_run_has_nothing_to_repeat(crowd, filled):
    made = runs.run(filled.city("jakarta"), "transit-service")
    with pytest.raises(CityLabError, match="no results to repeat"):
        repeat_run(find_place("jakarta"), made, by=crowd.alice, start=lambda _: None)


def test_two_runs_stand_side_by_side_the_older_one_first(client, seeded, a_run, asked):
    page = client.get(f"/cities/jakarta/runs/{a_run}/compare/").content.decode()
    assert page.index(f'runs/{a_run}/">') < page.rindex(f'runs/{asked.run_id}/">')
    assert "Numbers that changed" in page
    assert "spike_k: 8.0 and 6.5" in page or "different parameters" in page
    same = client.get(f"/cities/jakarta/runs/{asked.run_id}/compare/?with={a_run}")
    assert same.status_code == 200


def test_a_run_without_a_brother_says_so(client, seeded, a_run):
    page = client.get(f"/cities/jakarta/runs/{a_run}/compare/").content.decode()
    assert "no other finished run" in page
    assert "Compare with an earlier run" not in client.get(f"/cities/jakarta/runs/{a_run}/").content.decode()


def test_visitors_see_no_button_that_would_be_refused(client, seeded, a_run):
    page = client.get(f"/cities/jakarta/runs/{a_run}/").content.decode()
    assert "Run again on the newest data" not in page
