"""For notebooks and programs: one's labs, their tables as Arrow, and answers that are graded."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
from django.http import Http404, HttpResponse, JsonResponse, StreamingHttpResponse
from django.utils import timezone

from nagara.campus.labwork.domain import submit
from nagara.campus.labwork.domain.answering import limits, task_of
from nagara.campus.labwork.domain.keys import prepared_of
from nagara.campus.labwork.models import LabWork, TaskState, TaskTry
from nagara.campus.labwork.offline.tables import carried, pieces
from nagara.campus.people.programs import body_of, for_programs
from nagara.campus.people.requests import SignedIn
from nagara.citylab.errors import CityLabError

MOST_LISTED = 200


def _work(request: SignedIn, pk: int) -> LabWork:
    """One's own work: programs act for nobody else."""
    found = (
        LabWork.objects.select_related("assignment__batch", "user").filter(pk=pk, user=request.user).first()
    )
    if found is None:
        raise Http404("There is no such work, or it is not yours.")
    return found


@for_programs("read")
def labs(request: SignedIn) -> HttpResponse:
    """One's labs, the newest first."""
    now = timezone.now()
    mine = LabWork.objects.filter(user=request.user).select_related("assignment").defer("prepared")
    rows = [
        {
            "work": w.pk,
            "lab": w.lab,
            "city": w.city_slug,
            "snapshot": w.snapshot,
            "points": float(w.points),
            "most": float(w.most),
            "state": w.assignment.standing(now) if w.assignment else "practice",
        }
        for w in mine[:MOST_LISTED]
    ]
    return JsonResponse({"labs": rows})


@for_programs("read")
def lab(request: SignedIn, pk: int) -> HttpResponse:
    """One lab: its tasks as they are posed, without the key, and the tables it speaks of."""
    work = _work(request, pk)
    prepared = prepared_of(work)
    given = carried(prepared, user=request.user)
    states = {s.task: s for s in TaskState.objects.filter(work=work).defer("draft")}
    told = {
        "work": work.pk,
        "lab": work.lab,
        "title": prepared.lab.title,
        "city": work.city_slug,
        "tz": given.catalogue.tz,
        "snapshot": work.snapshot,
        "run_id": work.run_id,
        "points": float(work.points),
        "most": float(work.most),
        "tasks": [_task(posed, states[name]) for name, posed in prepared.posed.items() if name in states],
        "tables": list(given.names),
        "left_out": [s["source_id"] for s in given.closed],
    }
    return JsonResponse(told, json_dumps_params={"default": str})


def _task(posed: Any, state: TaskState) -> dict[str, Any]:
    return {
        "task": state.task,
        "kind": state.kind,
        "title": state.title,
        "asks": posed.asks,
        "body": dict(posed.body),
        "table": posed.table,
        "points": None if state.points is None else float(state.points),
        "most": float(state.most),
        "right": state.right,
        "tries": state.tries,
    }


@for_programs("read")
def table(request: SignedIn, pk: int, name: str) -> StreamingHttpResponse:
    """A table as an Arrow IPC stream, at the lab's snapshot, as far as one may see it."""
    given = carried(prepared_of(_work(request, pk)), user=request.user)
    if name not in given.names:
        raise Http404(f"This lab has no table {name}.")
    schema, rows = pieces(given.catalogue, name)
    answer = StreamingHttpResponse(_stream(schema, rows), content_type="application/vnd.apache.arrow.stream")
    answer["Content-Disposition"] = f'attachment; filename="{name}.arrow"'
    answer["Cache-Control"] = "no-store"
    return answer


def _stream(schema: pa.Schema, rows: Iterator[pa.Table]) -> Iterator[bytes]:
    out = io.BytesIO()
    with pa.ipc.new_stream(out, schema) as writer:
        for piece in rows:
            writer.write_table(piece)
            yield _taken(out)
    yield _taken(out)


def _taken(out: io.BytesIO) -> bytes:
    data = out.getvalue()
    out.seek(0)
    out.truncate()
    return data


@for_programs("answer", methods=["POST"])
def check(request: SignedIn, pk: int, task: str) -> HttpResponse:
    """Hand in an answer: {"answer": {...}, "key": "..."}; the same key again gives the same try."""
    work, told, now = _work(request, pk), body_of(request), timezone.now()
    answer = told.get("answer")
    if not isinstance(answer, dict):
        raise CityLabError("The answer must be a JSON object.", mend="See docs/notebook.md.")
    made = submit(work, task, answer, key=str(told.get("key", "")), via=TaskTry.Via.NOTEBOOK, now=now)
    work.refresh_from_db()
    state = TaskState.objects.get(work=work, task=task)
    prepared = prepared_of(work)
    left = limits(work, state, task_of(prepared, task), now=now).tries
    return JsonResponse(_graded(made, state, left, prepared.explains(task) if made.right else ""))


def _graded(made: TaskTry, state: TaskState, left: int | None, explains: str) -> dict[str, Any]:
    waits = "Your lecturer marks it." if made.points is None else ""
    said = [made.because, made.remark, explains, waits]
    return {
        "task": state.task,
        "try": made.number,
        "right": made.right,
        "points": None if made.points is None else float(made.points),
        "most": float(state.most),
        "mistake": made.mistake,
        "says": " ".join(text.strip() for text in said if text.strip()),
        "differs": made.differs,
        "facts": made.facts,
        "tries_left": left,
        "run_id": made.run_id,
    }
