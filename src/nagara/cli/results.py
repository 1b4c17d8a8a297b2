"""Recipes, runs and briefs."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nagara.citylab.errors import CityLabError
from nagara.cli.cities import CityName, answer, find_city, plain_rows
from nagara.cli.printing import Json, as_json_text, err, show_json, show_rows

if TYPE_CHECKING:
    from nagara.citylab.evidence import Run
    from nagara.citylab.lake import Snapshot

Param = Annotated[
    list[str] | None, typer.Option("--param", "-p", help="name=value; may be given many times.")
]


def parse_params(given: list[str] | None) -> dict[str, str]:
    """`["k=v"]` -> `{"k": "v"}`. Raises CityLabError where there is no `=`."""
    params = {}
    for text in given or ():
        name, equals, value = text.partition("=")
        if not equals:
            raise CityLabError(f"--param {text!r} has no value.", mend="Write it as --param name=value.")
        params[name.strip().replace("-", "_")] = value.strip()
    return params


def recipes(
    name: Annotated[str | None, typer.Argument(help="One recipe: show its question, method and SQL.")] = None,
    as_json: Json = False,
) -> None:
    """List the recipes, or show one."""
    from nagara.citylab.recipes import catalogue, load

    if name is None:
        rows = [
            {"recipe": r.name, "version": r.version, "question": r.question} for r in catalogue().values()
        ]
        show_json(rows) if as_json else show_rows(("recipe", "version", "question"), rows)
        return
    recipe = load(name)
    if as_json:
        show_json(recipe.as_dict())
        return
    typer.echo(f"{recipe.title} ({recipe.name} {recipe.version})\n\n{recipe.question}\n\n{recipe.method}\n")
    for input_ in recipe.inputs:
        typer.echo(f"needs {input_.table}{' (if there)' if input_.optional else ''} {input_.why}")
    for param in recipe.params:
        typer.echo(f"--param {param.name}={param.default} {param.unit}  {param.why}")
    for step in recipe.steps:
        typer.echo(f"\n-- step {step.name}\n{step.sql or 'kernel ' + step.kernel}")


def _print_run(made: Run, limit: int) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc

    from nagara.citylab.evidence import SHOWN

    err.print(
        f"{made.recipe} {made.recipe_version} on {made.city_id}, snapshot {made.snapshot}: {made.status}"
    )
    for finding in made.findings:
        err.print(f"  {finding.severity}: {finding.message}", soft_wrap=True)
    rows = made.rows.select(list(SHOWN))
    wide = pc.equal(rows.column("unit_kind"), "city")
    rows = pa.concat_tables([rows.filter(wide), rows.filter(pc.invert(wide))])
    show_rows(SHOWN, rows.slice(0, limit).to_pylist())
    if rows.num_rows > limit:
        err.print(f"({rows.num_rows:,} rows in all; --limit N or --json shows more)")
    err.print(f"run {made.run_id}, digest {made.digest[:16]}, {made.seconds:.2f} s")


def run(
    recipe: Annotated[str, typer.Argument(help="Name of the recipe. See `nagara recipes`.")],
    city: CityName,
    param: Param = None,
    at: Annotated[int | None, typer.Option(help="Snapshot to read; the newest by default.")] = None,
    scenario: Annotated[str | None, typer.Option(help="Scenario to lay over the city.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Most rows to print.")] = 40,
    as_json: Json = False,
) -> None:
    """Run a recipe on a city and keep it as evidence."""
    from nagara.citylab import runs

    made = runs.run(find_city(city), recipe, parse_params(param), snapshot=at, scenario=scenario)
    if as_json:
        show_json(made.as_dict())
    elif made.status == "done":
        _print_run(made, limit)
    if made.status == "refused":
        raise CityLabError(f"{recipe} cannot answer on {city}: {made.reason}")


def list_runs(
    city: CityName,
    recipe: Annotated[str | None, typer.Option(help="Only this recipe.")] = None,
    as_json: Json = False,
) -> None:
    """List the runs of a city, newest first."""
    from nagara.citylab import runs

    rows = [
        {
            "run": r.run_id,
            "status": r.status,
            "snapshot": r.snapshot,
            "started": r.started,
            "digest": r.digest[:16],
        }
        for r in runs.recent(find_city(city), recipe=recipe)
    ]
    show_json(rows) if as_json else show_rows(("run", "status", "snapshot", "started", "digest"), rows)


def show(
    city: CityName,
    run_id: Annotated[str, typer.Argument(help="Name of the run, as `nagara runs` shows it.")],
    limit: Annotated[int, typer.Option(min=1, help="Most rows to print.")] = 40,
    to: Annotated[
        Path | None, typer.Option("--to", help="Write all results: .csv, or .parquet with their geometry.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show a kept run with its results, or write them to a file."""
    from nagara.citylab import runs

    lake = find_city(city)
    made = runs.read(lake, run_id)
    if to is not None:
        from nagara.citylab.result_files import write_results

        typer.echo(f"{write_results(lake, made, to):,} results written to {to}")
    elif as_json:
        show_json(made.as_dict())
    else:
        _print_run(made, limit)


def rerun(
    city: CityName,
    run_id: Annotated[str, typer.Argument(help="Name of the run, as `nagara runs` shows it.")],
    threads: Annotated[int | None, typer.Option(min=1, help="Threads to use.")] = None,
    as_json: Json = False,
) -> None:
    """Repeat a run on the very versions it cites and compare digests."""
    from nagara.citylab import runs

    got = runs.rerun(find_city(city), run_id, threads=threads)
    if as_json:
        show_json(got.as_dict())
    else:
        typer.echo(f"{'same' if got.same else 'DIFFERENT'}: {got.before[:16]} then, {got.after[:16]} now")
        for reason in got.reasons:
            typer.echo(f"  {reason}")
        for name in got.newer_inputs:
            typer.echo(f"  {name} has newer rows today; a new run would read them")
    if not got.same:
        raise typer.Exit(1)


def brief(
    city: CityName,
    output: Annotated[Path, typer.Option("-o", "--output", help="brief.html or brief.pdf")],
    run_id: Annotated[
        list[str] | None, typer.Option("--run", help="Runs to report; the newest of each recipe by default.")
    ] = None,
    title: Annotated[str, typer.Option(help="Title of the brief.")] = "",
    event: Annotated[
        str, typer.Option(help="Period to report, local time: 2020-01-01/2020-01-03; several after commas.")
    ] = "",
) -> None:
    """Make a two-page decision brief from runs."""
    from nagara.citylab.brief import write

    write(find_city(city), output, run_ids=run_id or [], title=title, event=event)
    typer.echo(f"Brief written to {output}")


def _unfolded(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in {"[", "{"}:
        with contextlib.suppress(ValueError):
            return json.loads(value)
    return value


def _fact(snapshot: Snapshot, path: Path) -> list[dict[str, Any]]:
    """Rows of the question in a file; texts that are JSON lists or objects become such.

    Raises CityLabError that names the file.
    """
    try:
        rows = plain_rows(answer(snapshot, path.read_text(encoding="utf-8")))
        return [{name: _unfolded(value) for name, value in row.items()} for row in rows]
    except OSError as error:
        raise CityLabError(f"cannot be read: {error.strerror}.", where=str(path)) from error
    except CityLabError as error:
        raise CityLabError(error.what, where=path.name, mend=error.mend) from error


def results(
    city: CityName,
    output: Annotated[Path, typer.Option("-o", "--output", help="File to write, e.g. results.json")],
    facts: Annotated[
        list[Path] | None, typer.Option("--facts", help="SQL file of one row; its name is the fact's name.")
    ] = None,
    run_id: Annotated[list[str] | None, typer.Option("--run", help="Runs to write; all by default.")] = None,
) -> None:
    """Write runs, and answers to questions in SQL files, as one JSON file: {"facts": ..., "runs": ...}."""
    from nagara.citylab import runs

    lake = find_city(city)
    snapshot = lake.newest()
    found = {}
    for path in facts or ():
        rows = _fact(snapshot, path)
        if len(rows) != 1:
            raise CityLabError(f"gives {len(rows)} rows; a fact is one row.", where=path.name)
        found[path.stem] = rows[0]
    ids = run_id or [made.run_id for made in runs.recent(lake, limit=10_000)]
    written = {"facts": found, "runs": [runs.read(lake, name).as_dict() for name in ids]}
    output.write_text(as_json_text(written), encoding="utf-8")
    typer.echo(f"{len(found)} facts and {len(ids)} runs written to {output}")


def register(app: typer.Typer) -> None:
    app.command("recipes")(recipes)
    app.command("run")(run)
    app.command("runs")(list_runs)
    app.command("show")(show)
    app.command("rerun")(rerun)
    app.command("brief")(brief)
    app.command("results")(results)
