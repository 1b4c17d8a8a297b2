"""The site, and a city to start with."""

from __future__ import annotations

from typing import Annotated

import typer

from nagara.cli.printing import Json, show_json


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 picks a free one.")] = 8000,
    demo: Annotated[bool, typer.Option("--demo", help="Demo accounts and data.")] = False,
) -> None:
    """Start the site and its worker."""
    from nagara.campus.serve import serve as start

    start(host=host, port=port, demo=demo)


def simulate(
    name: Annotated[str, typer.Argument(help="Short name of the city to make.")],
    seed: Annotated[int, typer.Option(help="The same seed makes the same city.")] = 1,
    days: Annotated[int, typer.Option(min=1, max=366, help="Days of sensor data.")] = 28,
    sensors: Annotated[int, typer.Option(min=1, max=10_000, help="Sensors.")] = 60,
    as_json: Json = False,
) -> None:
    """Make a plausible coastal city with known truth, for labs and a first start."""
    from nagara.citylab import open_lake
    from nagara.citylab.simulate import simulate as make

    made = make(open_lake(), name, seed=seed, days=days, sensors=sensors)
    if as_json:
        show_json(made.as_dict())
    else:
        typer.echo(f"{name} is made: {made.summary}. Truth: {made.truth_path}")


def register(app: typer.Typer) -> None:
    app.command("serve")(serve)
    app.command("simulate")(simulate)
