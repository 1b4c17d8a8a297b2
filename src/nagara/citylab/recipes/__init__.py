"""Recipes: a planner's question, its method as portable SQL and kernels, and what comes out.

A recipe is a folder: `recipe.toml` (the header) and its SQL files. The header names inputs, parameters,
steps and outputs; `load` reads and checks it, `evidence.run` runs it on a city's snapshot.
"""

from __future__ import annotations

import hashlib
import importlib
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nagara.citylab.errors import CityLabError
from nagara.citylab.table_names import TABLE_NAMES

if TYPE_CHECKING:
    import pyarrow as pa

HERE = Path(__file__).parent

Kernel = Callable[[Mapping[str, "pa.Table"], Mapping[str, Any], "Context"], "pa.Table"]
PartKernel = Callable[
    [Iterable["pa.Table"], Mapping[str, "pa.Table"], Mapping[str, Any], "Context"], Mapping[str, "pa.Table"]
]


class UnknownRecipe(CityLabError):
    """No recipe of that name."""


class BadParameter(CityLabError):
    """A parameter that the recipe does not have, or a value outside its range."""


class BadRecipe(CityLabError):
    """A recipe folder that does not hold together."""


@dataclass(frozen=True)
class Context:
    """What a kernel may know of the city: name, time zone (IANA), metric system (EPSG), box (WGS 84)."""

    city_id: str
    name: str
    tz: str
    epsg: int
    bbox: tuple[float, float, float, float] | None = None


@dataclass(frozen=True)
class Input:
    """A table that a recipe needs. `where` (SQL) narrows what counts; fewer than `min_rows` refuses.

    Of optional tables with the same word under `one_of`, one at least must carry the recipe.
    """

    table: str
    min_rows: int = 1
    optional: bool = False
    where: str = ""
    why: str = ""
    one_of: str = ""


@dataclass(frozen=True)
class Param:
    """A parameter: type text, float, int, bool or date; range; unit (UCUM); default; why that default."""

    name: str
    type: str
    default: Any = None
    min: float | None = None
    max: float | None = None
    choices: tuple[Any, ...] = ()
    unit: str = ""
    title: str = ""
    why: str = ""

    def parse(self, value: Any) -> Any:
        """The value in its type. Raises BadParameter with what is allowed."""
        if value is None or value == "":
            return None
        try:
            parsed = _PARSERS[self.type](value)
        except (ValueError, TypeError):
            raise BadParameter(f"{self.name} must be {_A_TYPE[self.type]}, not {value!r}.") from None
        if self.choices and parsed not in self.choices:
            raise BadParameter(f"{self.name} must be one of {', '.join(map(str, self.choices))}.")
        too_low = self.min is not None and parsed < self.min
        if too_low or (self.max is not None and parsed > self.max):
            allowed = f"between {self.min} and {self.max} {self.unit}".strip()
            raise BadParameter(f"{self.name} must be {allowed}.")
        return parsed


def _truth(value: Any) -> bool:
    text = str(value).lower()
    if text in {"1", "true", "yes", "on"}:
        return True
    if text in {"0", "false", "no", "off"}:
        return False
    raise ValueError(value)


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


_PARSERS: dict[str, Callable[[Any], Any]] = {
    "text": str,
    "float": float,
    "int": int,
    "bool": _truth,
    "date": _day,
}
_A_TYPE = {
    "text": "text",
    "float": "a number",
    "int": "a whole number",
    "bool": "yes or no",
    "date": "a day such as 2020-01-31",
}


@dataclass(frozen=True)
class Step:
    """One step: SQL text, or a kernel with the tables it reads. Its rows are a table for later steps.

    A step with both reads more rows than memory should hold: its SQL runs once for each row of the step
    `parts`, whose columns are parameters; the kernel gets the answers one after the other and gives the
    tables `gives`.
    """

    name: str
    sql: str = ""
    file: str = ""
    kernel: str = ""
    inputs: tuple[str, ...] = ()
    parts: str = ""
    gives: tuple[str, ...] = ()

    def call(self, tables: Mapping[str, pa.Table], params: Mapping[str, Any], context: Context) -> pa.Table:
        kernel: Kernel = self._kernel()
        return kernel(tables, params, context)

    def call_in_parts(
        self,
        parts: Iterable[pa.Table],
        tables: Mapping[str, pa.Table],
        params: Mapping[str, Any],
        context: Context,
    ) -> Mapping[str, pa.Table]:
        """The tables that the kernel gives from all parts."""
        kernel: PartKernel = self._kernel()
        return kernel(parts, tables, params, context)

    def _kernel(self) -> Any:
        module, _, name = self.kernel.partition(":")
        return getattr(importlib.import_module(module), name)


@dataclass(frozen=True)
class Output:
    """An indicator that the recipe computes. One that ends in "*" is a family: `places_*` has a member a
    category, and the star in its title stands for that category in words."""

    indicator: str
    title: str
    unit: str = ""
    standard: str = ""

    def named(self, indicator: str) -> Output | None:
        """This output as it is called for one indicator; None where that is not of its family."""
        if self.indicator == indicator:
            return self
        family = self.indicator.removesuffix("*")
        if family == self.indicator or not indicator.startswith(family):
            return None
        member = indicator.removeprefix(family).replace("_", " ").strip()
        return replace(self, indicator=indicator, title=self.title.replace("*", member))


@dataclass(frozen=True)
class Recipe:
    """A recipe as read from its folder. `sha256` is the digest of the header and every SQL text."""

    name: str
    version: str
    title: str
    question: str
    method: str
    steps: tuple[Step, ...]
    inputs: tuple[Input, ...]
    params: tuple[Param, ...]
    outputs: tuple[Output, ...]
    citation: tuple[str, ...]
    limits: tuple[str, ...]
    sha256: str
    folder: Path
    figures: tuple[Mapping[str, Any], ...] = ()
    maps: tuple[Mapping[str, Any], ...] = ()
    validation: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    def settle(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Every parameter with its value: given ones parsed and checked, defaults for the others."""
        known = {p.name: p for p in self.params}
        unknown = sorted(set(given) - set(known))
        if unknown:
            raise BadParameter(
                f"{self.name} has no parameter {', '.join(unknown)}.",
                mend=f"It has: {', '.join(sorted(known)) or 'none'}.",
            )
        values = {name: p.parse(p.default) for name, p in known.items()}
        for name, value in given.items():
            parsed = known[name].parse(value)
            if parsed is not None:
                values[name] = parsed
        return values

    def output(self, indicator: str) -> Output | None:
        """What the recipe says of an indicator that it gave: title, unit, standard. Of one that another
        recipe computed ("profile:I02", "difference:I02"), what that one says. None where nobody does."""
        _, foreign, name = indicator.partition(":")
        if foreign:
            found = (recipe.output(name) for recipe in catalogue().values() if recipe is not self)
            said = next((output for output in found if output), None)
            if said is not None:
                return replace(said, indicator=indicator)
        exact = sorted(self.outputs, key=lambda output: output.indicator != indicator)
        return next((named for output in exact if (named := output.named(indicator))), None)

    def as_dict(self) -> dict[str, Any]:
        """Header and texts as plain data, for programs."""
        return {
            "name": self.name,
            "version": self.version,
            "title": self.title,
            "question": self.question,
            "method": self.method,
            "citation": list(self.citation),
            "limits": list(self.limits),
            "sha256": self.sha256,
            "inputs": [asdict(i) for i in self.inputs],
            "params": [asdict(p) | {"default": _plain(p.default)} for p in self.params],
            "outputs": [asdict(o) for o in self.outputs],
            "steps": [{"name": s.name, "sql": s.sql, "kernel": s.kernel} for s in self.steps],
        }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


_TOP = {
    "name",
    "version",
    "title",
    "question",
    "method",
    "citation",
    "limits",
    "input",
    "params",
    "step",
    "output",
    "figure",
    "map",
    "validation",
}


def read_folder(folder: Path) -> Recipe:
    """Read a recipe's folder. Raises BadRecipe where header and files do not agree."""
    raw = (folder / "recipe.toml").read_text(encoding="utf-8")
    head = tomllib.loads(raw)
    where = f"recipe {folder.name}"
    missing = {"name", "version", "title", "question", "method", "step"} - set(head)
    if missing:
        raise BadRecipe(f"header lacks {', '.join(sorted(missing))}", where=where)
    digest = hashlib.sha256(raw.encode())
    steps = []
    for item in head["step"]:
        text = ""
        if "sql" in item:
            text = (folder / item["sql"]).read_text(encoding="utf-8").strip().rstrip(";")
            digest.update(b"\0" + text.encode())
        elif "kernel" not in item:
            raise BadRecipe(f"step {item.get('name')} has neither sql nor kernel", where=where)
        if bool(item.get("parts")) != ("sql" in item and "kernel" in item):
            raise BadRecipe(f"step {item.get('name')} needs sql, kernel and parts, or one alone", where=where)
        kernel, reads = item.get("kernel", ""), tuple(item.get("inputs", ()))
        more = {"parts": item.get("parts", ""), "gives": tuple(item.get("gives", ()))}
        steps.append(Step(item["name"], text, item.get("sql", ""), kernel, reads, **more))
    if steps[-1].name != "result":
        raise BadRecipe("the last step must be named result", where=where)
    inputs = tuple(Input(**item) for item in head.get("input", ()))
    unknown = {i.table for i in inputs} - set(TABLE_NAMES)
    if unknown:
        raise BadRecipe(f"unknown tables {sorted(unknown)}", where=where)
    params = tuple(
        Param(name=name, **(spec | {"choices": tuple(spec.get("choices", ()))}))
        for name, spec in head.get("params", {}).items()
    )
    figures = tuple(head.get("figure", ()))
    maps = tuple(head.get("map", ()))
    kept = {item["step"] for item in (*figures, *maps) if "step" in item} - {"result"}
    return Recipe(
        name=head["name"],
        version=head["version"],
        title=head["title"],
        question=head["question"],
        method=head["method"],
        steps=tuple(steps),
        inputs=inputs,
        params=params,
        outputs=tuple(Output(**item) for item in head.get("output", ())),
        citation=tuple(head.get("citation", ())),
        limits=tuple(head.get("limits", ())),
        sha256=digest.hexdigest(),
        folder=folder,
        figures=figures,
        maps=maps,
        validation=tuple(head.get("validation", ())),
        keep=tuple(sorted(kept)),
        extra={key: value for key, value in head.items() if key not in _TOP},
    )


@cache
def _shipped(folder: Path) -> Recipe:
    return read_folder(folder)


@cache
def catalogue() -> dict[str, Recipe]:
    """All recipes by name."""
    found = (_shipped(path.parent) for path in sorted(HERE.glob("*/recipe.toml")))
    return {recipe.name: recipe for recipe in found}


def load(name: str) -> Recipe:
    """One recipe. Raises UnknownRecipe with the names there are."""
    folder = HERE / name.replace("-", "_")
    if name.replace("-", "").isalnum() and (folder / "recipe.toml").is_file():
        recipe = _shipped(folder)
        if recipe.name == name:
            return recipe
    recipes = catalogue()
    if name not in recipes:
        raise UnknownRecipe(f"There is no recipe {name!r}.", mend=f"There are: {', '.join(recipes)}.")
    return recipes[name]
