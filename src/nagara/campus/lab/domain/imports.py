"""Verbs of an import by upload: bring, examine, amend, keep, drop.

Nothing is kept in the city before a person has seen the clinic report and said so.
"""

from __future__ import annotations

import logging
import shutil
import time
import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from nagara.campus.audit.domain import record
from nagara.campus.cities.lakes import Place, find_place, open_for_writing
from nagara.campus.lab.models import ImportJob, State
from nagara.campus.lab.proposals import as_plain
from nagara.campus.lab.uploads import file_name
from nagara.campus.people.models import User
from nagara.citylab.clinic import Clinic
from nagara.citylab.errors import CityLabError
from nagara.citylab.importing import Progress, Request, examine, take
from nagara.citylab.lake import CityLake, Lake

log = logging.getLogger(__name__)

AT_ONCE = 5
"""Jobs that one person may have waiting or working."""

ABOUT = ("kind", "title", "licence", "attribution", "nature", "mapping")
"""Fields that a person may change and examine again."""


class NotNow(CityLabError):
    """The job is in a state that does not allow this."""


def bring(
    place: Place, files: Iterable[UploadedFile], *, by: User, start: Callable[[int], Any], **about: str
) -> ImportJob:
    """Put uploaded files aside and ask for their examination. `start` queues the task with the job's id.

    Raises NotNow where the person has too many jobs open."""
    _not_too_many(by)
    with transaction.atomic():
        job = ImportJob.objects.create(city=place.slug, by=by, **_known(about))
        job.folder.mkdir(parents=True)
        names: list[str] = []
        for file in files:
            name = file_name(file.name or "", set(names))
            with (job.folder / name).open("xb") as target:
                for chunk in file.chunks():
                    target.write(chunk)
            names.append(name)
        job.files = names
        job.save(update_fields=["files"])
        record("files brought", f"city/{place.slug}", by=by, job=job.pk, files=names)
        transaction.on_commit(lambda: start(job.pk))
    return job


def amend(
    job: ImportJob,
    *,
    by: User,
    start: Callable[[int], Any],
    matches: Mapping[str, str] | None = None,
    personal_reason: str | None = None,
    **about: str,
) -> ImportJob:
    """Change what is said about the files, or confirm names of zones, and examine again."""
    with transaction.atomic():
        job = _locked(job, State.EXAMINED, State.REFUSED)
        for name, value in _known(about).items():
            setattr(job, name, value)
        if matches is not None:
            job.matches = {**job.matches, **matches}
        if personal_reason is not None:
            job.personal_reason = personal_reason
        _wait(job, keep=False)
        record(
            "import amended",
            f"city/{job.city}",
            by=by,
            job=job.pk,
            reason=personal_reason or "",
            matches=len(matches or {}),
        )
        transaction.on_commit(lambda: start(job.pk))
    return job


def keep(job: ImportJob, *, by: User, start: Callable[[int], Any]) -> ImportJob:
    """Say yes to an examined import: its rows go into the city."""
    with transaction.atomic():
        job = _locked(job, State.EXAMINED)
        _wait(job, keep=True)
        record("import confirmed", f"city/{job.city}", by=by, job=job.pk)
        transaction.on_commit(lambda: start(job.pk))
    return job


def drop(job: ImportJob, *, by: User) -> ImportJob:
    """Throw the uploaded files away; the city stays as it is."""
    with transaction.atomic():
        job = _locked(job, State.EXAMINED, State.REFUSED, State.FAILED)
        job.state, job.ended = State.DROPPED, datetime.now(UTC)
        job.save(update_fields=["state", "ended"])
        record("import dropped", f"city/{job.city}", by=by, job=job.pk)
    shutil.rmtree(job.folder, ignore_errors=True)
    return job


def carry_out(job_id: int) -> None:
    """What the worker does: examine or keep, with progress, and write down how it ended."""
    job = ImportJob.objects.get(pk=job_id)
    if job.state != State.WAITING:
        return
    _update(job, state=State.WORKING, doing="reading")
    try:
        clinic = _work(job)
    except CityLabError as error:
        where = f"{error.where}: " if error.where else ""
        _end(job, State.REFUSED, reason=f"{where}{error.what}", mend=error.mend)
    except Exception:
        log.exception("import job %s failed", job_id)
        _end(job, State.FAILED, reason="This is a fault of ours; it was written to the log.")
    else:
        ends = {"examined": State.EXAMINED, "refused": State.REFUSED}
        state = ends.get(clinic["status"], State.DONE)
        _end(job, state, reason=clinic["reason"], report=clinic, kind=clinic["kind"], source=clinic["source"])
    if job.state in {State.DONE, State.FAILED}:
        shutil.rmtree(job.folder, ignore_errors=True)


def _work(job: ImportJob) -> dict[str, Any]:
    place = find_place(job.city)
    request = Request(
        paths=job.paths,
        kind=job.kind or None,
        map=tomllib.loads(job.mapping),
        title=job.title or None,
        licence=job.licence or None,
        attribution=job.attribution or None,
        nature=job.nature or None,
        accept_matches=job.matches,
        personal_reason=job.personal_reason,
    )
    if job.keep:
        return _report(take(open_for_writing(place), request, _teller(job)))
    try:
        return _report(examine(_to_look_into(place, job), request, _teller(job)))
    finally:
        shutil.rmtree(job.folder / ".lake", ignore_errors=True)


def _report(clinic: Clinic) -> dict[str, Any]:
    """The clinic as plain values, with the names to confirm."""
    return clinic.as_dict() | {"proposals": as_plain(clinic.findings)}


def _to_look_into(place: Place, job: ImportJob) -> CityLake:
    """The city's lake; for a city without data one that lasts as long as the examination."""
    if place.data is not None:
        return place.data
    return open_for_writing(place, Lake(job.folder / ".lake"))


def _teller(job: ImportJob) -> Progress:
    """Writes progress down, at most twice a second."""
    last = [0.0]

    def tell(doing: str, rows: int) -> None:
        if time.monotonic() - last[0] > 0.5:
            last[0] = time.monotonic()
            _update(job, doing=doing, rows=rows)

    return tell


def _not_too_many(by: User) -> None:
    if ImportJob.objects.filter(by=by).unfinished().count() >= AT_ONCE:
        raise NotNow(f"You have {AT_ONCE} imports under way.", mend="Wait until one has ended.")


def _known(about: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in about.items() if name in ABOUT}


def _locked(job: ImportJob, *states: State) -> ImportJob:
    """The job as it is now, locked; NotNow where it is in another state."""
    job = ImportJob.objects.select_for_update().get(pk=job.pk)
    if job.state not in states:
        raise NotNow(f"This import is {job.get_state_display()}.", mend="Load its page again.")
    return job


def _wait(job: ImportJob, *, keep: bool) -> None:
    job.keep, job.state, job.reason, job.mend, job.ended = keep, State.WAITING, "", "", None
    job.rows, job.doing = 0, ""
    job.save()


def _update(job: ImportJob, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(job, name, value)
    ImportJob.objects.filter(pk=job.pk).update(**fields)


def _end(job: ImportJob, state: State, **fields: Any) -> None:
    _update(job, state=state, ended=datetime.now(UTC), doing="", **fields)
