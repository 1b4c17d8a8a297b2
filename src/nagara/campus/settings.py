"""Settings of the site. Everything that differs between machines comes from the environment."""

SECRET_KEY = "replaced-by-the-site-room"  # noqa: S105
INSTALLED_APPS: list[str] = []
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
USE_TZ = True
