"""The site, the demonstration, and a city to start with."""

from __future__ import annotations

from typing import Annotated

import typer

from nagara.cli.printing import Json, err, show_json

DEMO_CITY = "demo"
DEMO_RECIPES = (
    "sensor-qa",
    "early-warning",
    "flood-exposure",
    "transit-service",
    "transit-reach",
    "near-transit",
    "street-form",
    "cycling",
    "land-use",
    "built-up",
    "road-safety",
    "citizen-requests",
    "access",
    "fifteen-minute",
    "exposure",
    "inequality",
)
"""Recipes that the demonstration runs on its simulated city, where they are there."""


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 picks a free one.")] = 8000,
    demo: Annotated[bool, typer.Option("--demo", help="Demo accounts; pick a free port if needed.")] = False,
) -> None:
    """Start the site and its worker."""
    from nagara.campus.serve import serve as start

    raise typer.Exit(
        start(host, port, demo=demo, find_port=demo, say=typer.echo, ready=_first_steps if demo else None)
    )


def _first_steps(address: str) -> None:
    """What to click first."""
    from nagara.campus.people.demo_accounts import ACCOUNTS, PASSWORD

    typer.echo("\nClick first:")
    typer.echo(f"  {address}demo/          sign in as a person of any role with one press; their desk opens")
    typer.echo(f"  {address}cities/{DEMO_CITY}/   the simulated city: data, indicators, maps, brief")
    typer.echo(f"  {address}cities/{DEMO_CITY}/sql/   ask its tables in SQL (signed in)")
    typer.echo(f"  {address}modules/       lessons and labs on a city's own data")
    typer.echo(f"  {address}calls/         what one can apply for")
    typer.echo(f"  {address}webinars/      open webinars: register, join, read the transcript")
    typer.echo(f"  {address}check/         is this certificate real?")
    typer.echo(f"  {address}cities/        the 38 member cities")
    typer.echo(f"  {address}recipes/       questions that can be asked of any city")
    typer.echo(f"\nSign in with the password {PASSWORD} as:")
    for account in ACCOUNTS:
        typer.echo(f"  {account.email:26} {account.may}")
    typer.echo("")


def person(
    email: Annotated[str, typer.Argument(help="E-mail to sign in with.")],
    name: Annotated[str, typer.Argument(help="Name as in passport.")],
    office: Annotated[str, typer.Option(help="Role in the office: manager or coordinator.")] = "",
) -> None:
    """Add a person who may sign in, and print a first password."""
    import os

    import django
    from django.core.management import CommandError, call_command

    from nagara.citylab.errors import CityLabError

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nagara.campus.settings")
    django.setup()
    call_command("migrate", verbosity=0)
    try:
        call_command("person", email, name, office=office)
    except CommandError as error:
        raise CityLabError(str(error)) from error


def demo() -> None:
    """Prepare the demonstration: a simulated city and runs of its recipes. Safe to repeat."""
    from nagara.citylab import open_lake, runs
    from nagara.citylab.recipes import catalogue
    from nagara.citylab.simulate import simulate as make

    lake = open_lake()
    if DEMO_CITY not in lake.cities():
        err.print("Making the simulated city ...")
        err.print(make(lake, DEMO_CITY).summary)
    city = lake.city(DEMO_CITY)
    done = {made.recipe for made in runs.recent(city, limit=500)}
    for name in DEMO_RECIPES:
        if name in catalogue() and name not in done:
            made = runs.run(city, name)
            err.print(
                f"{name}: {made.status} {made.reason} ({made.rows.num_rows:,} results, {made.seconds:.1f} s)"
            )


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
    app.command("person")(person)
    app.command("demo")(demo)
    app.command("simulate")(simulate)
