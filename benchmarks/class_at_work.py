"""A class works through two labs at once over HTTP: right grades, what the lecturer is shown, and how long
the site took to answer. Two web processes, as `nagara serve --workers 2` starts them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from random import Random
from typing import Any

from benchmarks import data, nagara_site
from benchmarks.case import Plan, Run, Target, run_side, timed
from benchmarks.measure import Compared

TITLE = "A class of 48 works through M05 and M07 at once, two web processes"
PEOPLE, FEW = 48, 8
PACE = 10.0
"""Seconds between two answers of a person: a query every ten seconds, as the design asks."""
STYLES = ("good",) * 29 + ("hurried",) * 11 + ("copying",) * 4 + ("lost",) * 4
FEW_STYLES = ("good", "good", "hurried", "hurried", "hurried", "copying", "lost", "good")
MODULES = ("M05", "M07")


def plan(quick: bool) -> Plan:
    folder = str(data.work_folder() / "nagara-class")
    arguments = (folder, str(FEW), "0", "M05") if quick else (folder, str(PEOPLE), str(PACE), *MODULES)
    return Plan(Run("nagara", arguments), most_rounds=1, warm_up=0)


def nagara(folder: str, people: str, pace: str, *modules: str) -> None:
    """Fill a site, start it, let everybody work, look at what came of it."""
    count = int(people)
    nagara_site._start(folder)
    from nagara.campus.serve import _free, environment, prepare, web_command

    env = environment()
    prepare(env)
    assignments, users = _fill(count, modules)
    port = _free("127.0.0.1", 0)
    server = subprocess.Popen(web_command("127.0.0.1", port, 2), env=env)
    try:
        crowd = _crowd(f"http://127.0.0.1:{port}", users, float(pace))
        with timed():
            _work(crowd, assignments)
        seconds = _seconds(crowd)
        for one in crowd:
            one.line.close()
    finally:
        server.terminate()
        server.wait(timeout=30)
    print(json.dumps(_found(crowd, assignments) | seconds))


def _fill(count: int, modules: Sequence[str]) -> tuple[dict[str, Any], list[Any]]:
    """The simulated city, a batch of `count` people, and a published lab of each module."""
    from nagara.campus.labwork.domain import publish, set_lab
    from nagara.campus.people.models import User
    from nagara.campus.programmes.models import Batch, Enrolment, ProgrammeVersion
    from nagara.citylab import open_lake
    from nagara.citylab.simulate import simulate

    lake = open_lake()
    if "demo" not in lake.cities():
        simulate(lake, "demo")
    now = datetime.now(UTC)
    version = ProgrammeVersion.objects.filter(status="published").order_by("pk").first()
    batch = Batch.objects.create(
        version=version,
        slug=f"class-{now:%H%M%S}",
        name="Class",
        starts=now.date() - timedelta(days=3),
        ends=now.date() + timedelta(days=9),
        state="running",
    )
    users = User.objects.bulk_create(
        User(
            email=f"{batch.slug}-{n}@example.org",
            passport_name=f"Learner {n}",
            sort_key=f"{n:03d}",
            password="!",
        )
        for n in range(count)
    )
    Enrolment.objects.bulk_create(Enrolment(batch=batch, user=user) for user in users)
    wall = now.replace(tzinfo=None, microsecond=0)
    times = {
        "opens": wall - timedelta(hours=1),
        "due": wall + timedelta(days=1),
        "closes": wall + timedelta(days=2),
    }
    found = {}
    for module in modules:
        row = set_lab(batch, by=None, module=module, variant="standard", tz="UTC", **times)
        found[module] = publish(row, by=None, now=now)
    return found, list(users)


def _crowd(address: str, users: Sequence[Any], pace: float) -> list[Any]:
    from benchmarks.learners import Learner, Line

    styles = STYLES if len(users) == PEOPLE else FEW_STYLES
    crowd: list[Any] = []
    for n, (user, style) in enumerate(zip(users, styles, strict=True)):
        cookie = nagara_site.signed_in(user.email).partition("=")[2]
        line = Line(address, cookie)
        one = Learner(str(user.pk), style, line, _prepared_of, chance=Random(n), pace=pace)
        if style == "copying":
            one.neighbour = crowd[n % 3]
        crowd.append(one)
    for _ in range(100):
        try:
            crowd[0].line.get("/health/")
            break
        except (HTTPException, OSError):
            time.sleep(0.2)
    return crowd


def _prepared_of(work: int) -> Any:
    from nagara.campus.labwork.domain.keys import prepared_of
    from nagara.campus.labwork.models import LabWork

    return prepared_of(LabWork.objects.get(pk=work))


def _work(crowd: Sequence[Any], assignments: dict[str, Any]) -> None:
    """Everybody at once, one lab after the other; who copies begins when the neighbour has."""
    from django.db import connection

    def one(learner: Any, at: int) -> None:
        try:
            learner.do(at)
        finally:
            connection.close()

    for row in assignments.values():
        with ThreadPoolExecutor(len(crowd)) as pool:
            first = [pool.submit(one, x, row.pk) for x in crowd if x.style != "copying"]
            while not all(x.works.get(row.pk) for x in crowd if x in [c.neighbour for c in crowd]):
                if any(f.done() and f.exception() for f in first):
                    break
                time.sleep(0.1)
            rest = [pool.submit(one, x, row.pk) for x in crowd if x.style == "copying"]
        for done in first + rest:
            done.result()


def _seconds(crowd: Sequence[Any]) -> dict[str, Any]:
    """95 of 100 answers of the site came within these seconds, by what was asked."""
    from benchmarks.learners import percentile

    every: dict[str, list[float]] = defaultdict(list)
    for learner in crowd:
        for what, seconds in learner.line.seconds.items():
            every[what] += seconds
    return {f"p95 {what}": round(percentile(seconds, 0.95), 3) for what, seconds in sorted(every.items())} | {
        "answers": sum(map(len, every.values()))
    }


def _found(crowd: Sequence[Any], assignments: dict[str, Any]) -> dict[str, Any]:
    """What the site made of it: wrong grades, and who was found of those that were planted."""
    from nagara.campus.labwork import classroom
    from nagara.campus.labwork.domain.regrading import recompute
    from nagara.campus.labwork.models import LabWork, TaskState

    wrong, other, missed = 0, 0, []
    by_style = {style: {int(x.name) for x in crowd if x.style == style} for style in STYLES}
    for row in assignments.values():
        room = classroom.room_of(row)
        for work in LabWork.objects.filter(assignment=row):
            states = {s.task: s for s in TaskState.objects.filter(work=work)}
            learner = next(x for x in crowd if int(x.name) == work.user_id)
            wrong += sum(not (states[task].right or states[task].waiting) for task in learner.done[row.pk])
            other += not recompute(work).same
        stuck = {s.enrolment.user_id for s in classroom.stuck(room, datetime.now(UTC))}
        missed += [f"{row.module}: stuck {pk}" for pk in by_style["lost"] - stuck]
        alike = {w.user_id for group in classroom.lookalikes(row) for _, w, _ in group.answers}
        missed += [f"{row.module}: copying {pk}" for pk in by_style["copying"] - alike]
        planted = defaultdict(set)
        for x in crowd:
            for task, key in x.mistakes:
                planted[task, key].add(x.name)
        shown = {(m.task, m.mistake): m.people for m in classroom.mistakes(room)}
        mine = {t for w in room.works.values() for t in [s.task for s in room.states[w.pk]]}
        missed += [
            f"{row.module}: {task} {key} {shown.get((task, key))} of {len(people)}"
            for (task, key), people in planted.items()
            if task in mine and (task, key) in _of(row) and shown.get((task, key), 0) < len(people)
        ]
    return {
        "wrong grades": wrong,
        "other when recomputed": other,
        "missed": missed[:12],
        "missing": len(missed),
    }


def _of(row: Any) -> set[tuple[str, str]]:
    """Tasks and named mistakes of the lab of an assignment."""
    from nagara.campus.labwork.models import LabWork
    from nagara.citylab import labs

    names = set(LabWork.objects.filter(assignment=row).values_list("lab", flat=True))
    return {(t.id, m.key) for name in names for t in labs.load(name).tasks for m in t.mistakes}


def targets(found: Sequence[Compared]) -> list[Target]:
    (one,) = found
    said = json.loads(re.search(r"\{.*\}", one.said)[0])  # type: ignore[index]
    goals = [
        Target("wrong grades", said["wrong grades"], 0, at_least=False),
        Target("grades that differ when recomputed", said["other when recomputed"], 0, at_least=False),
        Target("planted behaviour that the class view missed", said["missing"], 0, at_least=False),
    ]
    asked = [what for what in ("query", "hand-in", "page") if f"p95 {what}" in said]
    return goals + [
        Target(f"95 % of answers to {what}", said[f"p95 {what}"], 2, "s", at_least=False) for what in asked
    ]


SIDES = {"nagara": nagara}
if __name__ == "__main__":
    sys.exit(run_side(SIDES))
