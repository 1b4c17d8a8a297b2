"""The programming interface keeps its own description, whatever is sent."""

from __future__ import annotations

import json

import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from nagara.campus.lab.api import api
from nagara.campus.lab.models import RunJob
from nagara.citylab import runs

schema = schemathesis.openapi.from_dict(json.loads(json.dumps(api.get_openapi_schema())))


@pytest.fixture
def example(seeded, filled):
    return filled


@schema.parametrize()
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_every_answer_is_as_described(case, live_server, example):
    for name, there in (
        ("slug", ["jakarta", "harbour", "atlantis"]),
        ("name", ["stop", "zone", "sensor-qa"]),
    ):
        if name in (case.path_parameters or {}) and case.operation.path.count("layers") == 0:
            case.path_parameters[name] = there[len(str(case.query)) % 3]
    case.call_and_validate(
        base_url=live_server.url,
        checks=[
            not_a_server_error,
            status_code_conformance,
            content_type_conformance,
            response_schema_conformance,
        ],
    )


def test_cities_come_with_their_clock_and_whether_they_have_data(example, client):
    cities = {c["slug"]: c for c in client.get("/api/cities").json()}
    assert len(cities) == 39
    assert cities["jakarta"]["has_data"] is True
    assert cities["dili"] == {
        "slug": "dili",
        "name": "Dili",
        "country": "TL",
        "tz": "Asia/Dili",
        "lat": -8.5569,
        "lon": 125.5603,
        "member": True,
        "has_data": False,
        "simulated": False,
    }
    assert (cities["harbour"]["member"], cities["harbour"]["simulated"]) == (False, True)


def test_a_run_is_the_record_that_the_command_line_prints(example, client, a_run):
    assert client.get(f"/api/cities/jakarta/runs/{a_run}").json() == json.loads(
        json.dumps(runs.read(example.city("jakarta"), a_run).as_dict())
    )


def test_every_recipe_can_be_read(example, client):
    names = [r["name"] for r in client.get("/api/recipes").json()]
    assert "sensor-qa" in names
    for name in names:
        assert client.get(f"/api/recipes/{name}").json()["question"]


@pytest.mark.parametrize(
    ("person", "status"), [("nobody", 401), ("charlie", 403), ("bob", 202), ("alice", 202), ("olga", 202)]
)
def test_runs_are_started_by_those_who_may(person, status, crowd, filled, django_capture_on_commit_callbacks):
    body = {"recipe": "sensor-qa", "params": {"spike_k": 7}}
    client = crowd.client(person)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/api/cities/jakarta/runs", body, content_type="application/json")
    assert answer.status_code == status, answer.content
    if status == 202:
        done = client.get(f"/api/jobs/{answer.json()['job']}").json()
        assert done["state"] == "done"
        assert runs.read(filled.city("jakarta"), done["run_id"]).params["spike_k"] == 7


def test_a_run_needs_the_token_of_the_session(crowd, filled):
    client = Client(enforce_csrf_checks=True)
    client.force_login(crowd.alice, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post("/api/cities/jakarta/runs", {"recipe": "sensor-qa"}, content_type="application/json")
    assert answer.status_code == 403
    assert RunJob.objects.count() == 0


def test_a_bad_parameter_says_what_is_allowed(crowd, filled):
    body = {"recipe": "sensor-qa", "params": {"spike_k": 1}}
    answer = crowd.client("alice").post("/api/cities/jakarta/runs", body, content_type="application/json")
    assert answer.status_code == 409
    assert "between 3" in answer.json()["detail"]


def test_a_job_is_hidden_from_strangers(crowd, filled):
    job = RunJob.objects.create(city="jakarta", by=crowd.alice, recipe="sensor-qa")
    assert crowd.client("charlie").get(f"/api/jobs/{job.pk}").status_code == 404
    assert crowd.client("bob").get(f"/api/jobs/{job.pk}").status_code == 200
