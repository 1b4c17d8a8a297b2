"""`nagara ...`: the whole product from a terminal.

Exit codes: 0 done; 1 refused or failed, with what to do; 2 wrong use of the command; 3 done in part
(something in the files was refused, the rest was kept).
"""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import typer

from nagara import __version__
from nagara.citylab.errors import CityLabError
from nagara.cli import cities, imports, lakes, results, site
from nagara.cli.printing import fail

app = typer.Typer(
    name="nagara",
    help="Train the people who plan and run cities, on their own city's data.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"nagara {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Say the version."
    ),
) -> None:
    """Train the people who plan and run cities, on their own city's data."""


cities.register(app)
imports.register(app)
results.register(app)
lakes.register(app)
site.register(app)


def main() -> NoReturn:
    """Run a command; errors for people become one line and an exit code, never a traceback."""
    try:
        app()
    except CityLabError as error:
        fail(error)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(0)
