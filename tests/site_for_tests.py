"""Settings of the site under test: a home folder of its own, quick password hashes, jobs done at once."""

import atexit
import os
import shutil
import tempfile

_HOME = tempfile.mkdtemp(prefix="nagara-tests-")
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
os.environ["NAGARA_HOME"] = _HOME
for _name in ("NAGARA_LAKE", "DATABASE_URL", "NAGARA_DEMO", "NAGARA_HTTPS", "NAGARA_SMTP", "SECRET_KEY"):
    os.environ.pop(_name, None)
if "NAGARA_TEST_DATABASE_URL" in os.environ:
    os.environ["DATABASE_URL"] = os.environ["NAGARA_TEST_DATABASE_URL"]

from nagara.campus.settings import *  # noqa: E402, F403
from nagara.campus.settings import DATABASES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
ALLOWED_HOSTS = ["*"]
if "sqlite3" in DATABASES["default"]["ENGINE"]:
    # a file, so that the threads of a live server see one database
    DATABASES["default"]["TEST"] = {"NAME": f"{_HOME}/test.sqlite3"}
