"""The shapes that the programming interface takes and gives."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from ninja import Schema
from pydantic import Field

NAME = r"^[a-z0-9][a-z0-9_-]*$"
"""What a short name looks like."""


class Problem(Schema):
    """Why a request was not answered, and what to do."""

    detail: str
    mend: str = ""


class Invalid(Schema):
    """What was wrong with the parameters, one entry each."""

    detail: list[dict[str, Any]]


class CityOut(Schema):
    """A city. `member` is true for member cities of the network."""

    slug: str
    name: str
    country: str
    tz: str
    lat: float | None = None
    lon: float | None = None
    member: bool
    has_data: bool
    simulated: bool = False


class SourceOut(Schema):
    """Where rows came from. `open` is true where the licence allows passing them on."""

    source_id: str
    kind: str
    title: str | None
    uri: str | None
    licence: str | None
    attribution: str | None
    nature: str
    imported_at: datetime | None
    valid_from: date | None
    valid_to: date | None
    sha256: str
    open: bool


class TableOut(Schema):
    """A canonical table of a city. `content` is the snapshot in which its rows last changed."""

    name: str
    meaning: str
    rows: int
    content: int


class RowsOut(Schema):
    """A page of rows in canonical columns; geometry is in words here, complete in CSV and Arrow."""

    table: str
    total: int
    page: int
    size: int
    hidden_sources: list[str]
    rows: list[dict[str, Any]]


class FindingOut(Schema):
    """What the clinic found in a source."""

    source_id: str
    severity: str
    rule: str
    message: str | None
    file: str | None
    row: int | None
    column: str | None
    count: int | None
    mend: str | None


class ParamOut(Schema):
    """A parameter of a recipe."""

    name: str
    type: str
    default: Any = None
    min: float | None = None
    max: float | None = None
    choices: list[Any] = []
    unit: str = ""
    title: str = ""
    why: str = ""


class OutputOut(Schema):
    """An indicator that a recipe computes."""

    indicator: str
    title: str
    unit: str = ""
    standard: str = ""


class RecipeOut(Schema):
    """A recipe: question, method, parameters, outputs."""

    name: str
    version: str
    title: str
    question: str
    method: str
    citation: list[str]
    limits: list[str]
    inputs: list[str]
    params: list[ParamOut]
    outputs: list[OutputOut]
    sha256: str


class RunLine(Schema):
    """A run in a list."""

    run_id: str
    recipe: str
    recipe_version: str
    started: datetime
    seconds: float
    status: str
    digest: str | None
    snapshot: int


class RunIn(Schema):
    """A run to start: a recipe and the parameters that differ from its defaults."""

    recipe: str = Field(pattern=NAME, max_length=60)
    params: dict[str, str | int | float | bool | None] = Field(default={}, max_length=60)


class JobOut(Schema):
    """Where a run that was asked for stands. `run_id` is there once the run is kept."""

    job: int
    city: str
    recipe: str
    state: str
    run_id: str
    reason: str
