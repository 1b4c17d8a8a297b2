"""The site's own tests that touch the database, once more on a PostgreSQL server started for them.

The server is ours: a new cluster in a temporary folder on a free port, ended afterwards.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

pytestmark = [pytest.mark.postgres, pytest.mark.xdist_group("postgres")]
ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent

QUICK = (
    "selection/test_drafts.py",
    "learning/test_at_once.py",
    "admissions/test_nominating.py",
    "programmes/test_copying.py",
    "programmes/test_versions.py",
    "readiness/test_at_once.py",
    "curricula/test_making.py",
    "visits/test_seats.py",
    "evaluation/test_answering.py",
    "attendance/test_code.py",
    "attendance/test_roster.py",
    "credentials/test_concurrency.py",
    "timetable/test_at_once.py",
    "webinars/test_last_seat.py",
    "degrees/test_courses.py",
    "quizzes/test_taking.py",
    "test_migrations.py",
    "test_query_counts.py",
)
"""What differs in SQL: constraints, locks, transactions, migrations. The whole site runs there in the long form."""


def programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name), reverse=True)
    if found:
        return found[0]
    on_path = shutil.which("initdb")
    if on_path is None:
        pytest.skip("no PostgreSQL server on this machine: install the package postgresql")
    return Path(on_path).parent


def unprivileged(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root."""
    if os.getuid() != 0:
        return command
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]


@pytest.fixture(scope="module")
def address():
    """DATABASE_URL of a server that lives as long as this module's tests."""
    bin_ = programs()
    folder = Path(tempfile.mkdtemp(prefix="nagara-pg-"))
    if os.getuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    cluster = str(folder / "cluster")
    made = [
        str(bin_ / "initdb"),
        "-D",
        cluster,
        "-U",
        "nagara",
        "--auth=trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
    ]
    subprocess.run(unprivileged(made), check=True, capture_output=True)
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    start = [str(bin_ / "pg_ctl"), "-D", cluster, "-o", options, "-w", "-l", str(folder / "log"), "start"]
    subprocess.run(unprivileged(start), check=True, capture_output=True)
    try:
        yield f"postgresql://nagara@127.0.0.1:{port}/postgres"
    finally:
        stop = [str(bin_ / "pg_ctl"), "-D", cluster, "-m", "immediate", "stop"]
        subprocess.run(unprivileged(stop), check=False, capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)


def run_tests(address: str, names: list[str]) -> subprocess.CompletedProcess:
    env = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")} | {
        "NAGARA_TEST_DATABASE_URL": address
    }
    env.pop("NAGARA_NO_SKIPS", None)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-n",
        "0",
        "--create-db",
        *names,
    ]
    command += ["-m", "not browser and not postgres"]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def test_what_differs_in_sql_holds_on_postgresql(address):
    names = [str(HERE / name) for name in QUICK if (HERE / name).exists()]
    done = run_tests(address, names)
    assert done.returncode == 0, done.stdout[-4000:]
    assert " passed" in done.stdout


@pytest.mark.full
def test_the_whole_site_holds_on_postgresql(address):
    done = run_tests(address, [str(HERE)])
    assert done.returncode == 0, done.stdout[-4000:]


@pytest.mark.full
def test_the_site_serves_from_postgresql(address, tmp_path):
    """Migrate, seed and read a page: the settings really talk to the server."""
    env = os.environ | {"DATABASE_URL": address, "NAGARA_HOME": str(tmp_path), "NAGARA_DEMO": "1"}
    env["DJANGO_SETTINGS_MODULE"] = "nagara.campus.settings"
    prepared = [sys.executable, "-m", "django", "prepare"]
    for _ in range(2):  # safe to repeat
        done = subprocess.run(prepared, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    code = (
        "import django; django.setup()\n"
        "from django.db import connection\n"
        "from django.test import Client\n"
        "page = Client(SERVER_NAME='127.0.0.1').get('/cities/')\n"
        "print(connection.vendor, page.status_code, b'Makassar' in page.content)\n"
    )
    read = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
    assert read.stdout.split() == ["postgresql", "200", "True"], read.stderr
