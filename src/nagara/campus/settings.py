"""Settings of the site. Everything that differs between machines comes from the environment.

The variables are listed, one a line, in docs/site.md; a test fails when one is missing there.
"""

from __future__ import annotations

import os

from nagara.campus.database import database
from nagara.campus.home import field_keys, flag, home, lake_root, secret_key, whole, words

HOME = home()
NAGARA_LAKE = lake_root()
NAGARA_DEMO = flag("NAGARA_DEMO")
DEBUG = flag("NAGARA_DEBUG")
SECRET_KEY = secret_key()
ALLOWED_HOSTS = words("NAGARA_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = words("NAGARA_ORIGINS")

INSTALLED_APPS = [
    "nagara.campus.design",
    "nagara.campus.audit",
    "nagara.campus.notices",
    "nagara.campus.people",
    "nagara.campus.cities",
    "nagara.campus.lab",
    "nagara.campus.workbench",
    "nagara.campus.readiness",
    "nagara.campus.programmes",
    "nagara.campus.curricula",
    "nagara.campus.admissions",
    "nagara.campus.selection",
    "nagara.campus.timetable",
    "nagara.campus.visits",
    "nagara.campus.webinars",
    "nagara.campus.attendance",
    "nagara.campus.quizzes",
    "nagara.campus.learning",
    "nagara.campus.lessons",
    "nagara.campus.labwork",
    "nagara.campus.degrees",
    "nagara.campus.credentials",
    "nagara.campus.evaluation",
    "nagara.campus.desk",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "rules",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]

MIDDLEWARE = [
    "nagara.campus.design.security.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "nagara.campus.design.errors.CityLabErrors",
]

ROOT_URLCONF = "nagara.campus.urls"
WSGI_APPLICATION = "nagara.campus.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "nagara.campus.design.context.frame",
            ]
        },
    }
]

# Data
DATABASES = {"default": database(os.environ.get("DATABASE_URL", ""), HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    # counts of attempts (rate limits), shared by every process; nothing else is cached
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "rate_limit"}
}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

# Languages and clocks
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# People
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "nagara.campus.people.accounts.Accounts"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "nagara.campus.people.forms.SignUp"
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Nagara] "
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key", "signup": "10/h/ip"}
NAGARA_SIGNUP = flag("NAGARA_SIGNUP", default=NAGARA_DEMO)
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not flag("NAGARA_HTTPS")
MFA_TOTP_ISSUER = "Nagara"

# Mail: a server by NAGARA_SMTP, else files in the home folder
_SMTP = os.environ.get("NAGARA_SMTP", "")
EMAIL_HOST, _, _port = _SMTP.partition(":")
EMAIL_PORT = int(_port or 25)
EMAIL_HOST_USER = os.environ.get("NAGARA_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("NAGARA_SMTP_PASSWORD", "")
EMAIL_USE_TLS = flag("NAGARA_SMTP_TLS", default=bool(EMAIL_HOST_USER))
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if _SMTP else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = str(HOME / "mail")
DEFAULT_FROM_EMAIL = os.environ.get("NAGARA_MAIL_FROM", "nagara@localhost")
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if _SMTP else "none"

# Security
NAGARA_HTTPS = flag("NAGARA_HTTPS")
SECURE_SSL_REDIRECT = NAGARA_HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if NAGARA_HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if flag("NAGARA_BEHIND_PROXY") else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "nagara.campus.design.errors.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = NAGARA_HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "nagara_session"
CSRF_COOKIE_NAME = "nagara_csrf"
SESSION_COOKIE_AGE = 14 * 24 * 3600

# Uploads
UPLOADS = HOME / "uploads"
NAGARA_UPLOAD_MB = whole("NAGARA_UPLOAD_MB", 512)
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 50
FILE_UPLOAD_HANDLERS = [
    "nagara.campus.lab.uploads.BoundedUpload",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_UPLOAD_PERMISSIONS = 0o600

# Files that the site serves: collected by `nagara serve`, with names by content, kept for ever by browsers
STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATIC_ROOT.mkdir(exist_ok=True)
NAGARA_COLLECTED = (STATIC_ROOT / "staticfiles.json").is_file() and not DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": UPLOADS}},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if NAGARA_COLLECTED or flag("NAGARA_COLLECTING")
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "nagara.campus.design.finders.AssetsFinder",
]
WHITENOISE_USE_FINDERS = not NAGARA_COLLECTED
WHITENOISE_AUTOREFRESH = DEBUG

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("NAGARA_LOG", "WARNING")},
}

# Room people: the keys of encrypted fields; the address that letters name
NAGARA_FIELD_KEYS = field_keys()
NAGARA_ADDRESS = (
    os.environ.get("NAGARA_ADDRESS") or (CSRF_TRUSTED_ORIGINS or ["http://127.0.0.1:8000"])[0]
).rstrip("/")

# Room people: a code by mail instead of a password; sign-in by an organisation's own server (OpenID Connect)
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_RATE_LIMITS |= {"request_login_code": "20/m/ip,3/5m/key"}
SOCIALACCOUNT_ADAPTER = "nagara.campus.people.accounts.OtherServers"
SOCIALACCOUNT_LOGIN_ON_GET = True  # a form that redirects to another server is stopped by form-action 'self'
SOCIALACCOUNT_EMAIL_AUTHENTICATION = SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
_oidc_apps: list[dict[str, object]] = []
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": _oidc_apps}}
if _oidc := os.environ.get("NAGARA_OIDC_SERVER", ""):
    _oidc_apps.append(
        {
            "provider_id": "oidc",
            "name": os.environ.get("NAGARA_OIDC_NAME", "your organisation"),
            "client_id": os.environ.get("NAGARA_OIDC_CLIENT", ""),
            "secret": os.environ.get("NAGARA_OIDC_SECRET", ""),
            "settings": {"server_url": _oidc},
        }
    )

# Room credentials: the keys that sign badges (a file, or its text); else made once in the home folder
NAGARA_BADGE_KEY = os.environ.get("NAGARA_BADGE_KEY", "")
