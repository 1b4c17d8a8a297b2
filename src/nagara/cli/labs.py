"""`nagara lab ...`: one's labs on a site, from a terminal; and whether an offline pack is genuine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from nagara.citylab.errors import CityLabError
from nagara.cli.printing import Json, show_json, show_rows

app = typer.Typer(no_args_is_help=True, help="Your labs on a site: NAGARA_SITE and NAGARA_TOKEN say which.")

Which = Annotated[
    str, typer.Argument(help="Number of your work, or the lab's name: the newest of that name.")
]


@app.command("list")
def list_labs(as_json: Json = False) -> None:
    """Your labs, the newest first."""
    from nagara.citylab import remote

    rows = remote.connect().labs()
    columns = ("work", "lab", "city", "points", "most", "state")
    show_json(rows) if as_json else show_rows(columns, rows)


@app.command()
def show(
    which: Which,
    task: Annotated[str, typer.Argument(help="One task: show what it asks.")] = "",
    as_json: Json = False,
) -> None:
    """The tasks of a lab, or what one of them asks."""
    from nagara.citylab import remote

    work = remote.connect().lab(which)
    if task:
        posed = work.task(task)
        show_json(posed) if as_json else typer.echo(f"{posed['title']} ({posed['kind']})\n\n{posed['asks']}")
        return
    rows = work.tasks()
    if as_json:
        show_json({"work": work.number, "tasks": rows, "tables": work.tables()})
        return
    typer.echo(repr(work))
    show_rows(("task", "kind", "title", "points", "most", "tries"), rows)
    typer.echo(f"Tables: {', '.join(work.tables())}")


@app.command()
def table(
    which: Which,
    name: Annotated[str, typer.Argument(help="Name of the table.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="File to write: .parquet or .csv.")],
) -> None:
    """Keep a table of a lab as a file."""
    from nagara.citylab import remote

    found = remote.connect().lab(which).table(name)
    if out.suffix == ".parquet":
        import pyarrow.parquet as pq

        pq.write_table(found, out)
    elif out.suffix == ".csv":
        import pyarrow as pa
        import pyarrow.csv as pacsv

        kept = [f.name for f in found.schema if not pa.types.is_binary(f.type)]
        pacsv.write_csv(found.select(kept), out)
    else:
        raise CityLabError(f"{out.name} ends in neither .parquet nor .csv.", mend="Choose one of them.")
    typer.echo(f"{found.num_rows:,} rows in {out}")


@app.command()
def check(
    which: Which,
    task: Annotated[str, typer.Argument(help="Name of the task.")],
    answer: Annotated[str, typer.Argument(help="The answer; @FILE takes it from a file (SQL, or JSON).")],
    unit: Annotated[str, typer.Option(help="Unit of a number.")] = "",
    zone: Annotated[str, typer.Option(help="Zone of a time.")] = "",
    as_json: Json = False,
) -> None:
    """Hand in an answer. It counts as a try, as on the page. Leaves with 1 where it is not right."""
    from nagara.citylab import remote

    found = remote.connect().lab(which).check(task, _read(answer), unit=unit, zone=zone)
    if as_json:
        show_json(
            {
                "task": task,
                "right": found.right,
                "points": found.points,
                "most": found.most,
                "says": found.says,
            }
        )
    else:
        typer.echo(str(found))
    if found.points is not None and not found.right:
        raise typer.Exit(1)


def _read(answer: str) -> Any:
    """The text, or what stands in a file; JSON objects and lists as such."""
    if answer.startswith("@"):
        path = Path(answer[1:])
        try:
            answer = path.read_text("utf-8")
        except OSError as error:
            raise CityLabError(f"{path} cannot be read.") from error
    if answer.lstrip().startswith(("{", "[")):
        try:
            return json.loads(answer)
        except ValueError:
            return answer
    return answer


@app.command()
def verify(
    pack: Annotated[Path, typer.Argument(help="The zip file of an offline pack.")],
    key: Annotated[str, typer.Option(help="The site's public key, where you know it.")] = "",
    as_json: Json = False,
) -> None:
    """Is this pack as it left the site? Leaves with 1 where it is not. Needs no network."""
    from nagara.citylab.labs import pack as packs

    found = packs.verify(pack, public=key)
    told = found.manifest
    if as_json:
        show_json(
            {"ok": found.ok, "problems": list(found.problems), "key": found.fingerprint, "manifest": told}
        )
    else:
        typer.echo(f"{told.get('title', '')} for {told.get('learner', '')}, made {told.get('made', '')}")
        typer.echo(f"from {told.get('site', '')}, key {found.key_id}: {found.fingerprint}")
        typer.echo("\n".join(found.problems) or "It is as it left the site.")
    if not found.ok:
        raise typer.Exit(1)


def register(parent: typer.Typer) -> None:
    parent.add_typer(app, name="lab")
