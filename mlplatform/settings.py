"""Django's settings, from the environment alone (docs/configuration.md lists the variables)."""

import contextlib
import secrets
import socket
from pathlib import Path

from mlplatform import environment as env
from mlplatform import schedule

BASE_DIR = env.CHECKOUT
HOME = env.home()
# The MLflow whose protocol we speak; clients read it at /version.
MLFLOW_VERSION = "3.11.1"


def _secret_key() -> str:
    """The key from the environment, else one made once and kept, readable by us alone, in the home folder."""
    if key := env.text("MLPLATFORM_SECRET_KEY"):
        if len(key) < 32:
            raise env.BadEnvironment("MLPLATFORM_SECRET_KEY: write at least 32 characters")
        return key
    path = HOME / "secret_key"
    if not path.exists():
        fresh = HOME / f".secret_key.{secrets.token_hex(4)}"
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(fresh)  # whoever comes first wins; the web and the worker then share one key
        fresh.unlink()
    return path.read_text().strip()


DEBUG = False
SECRET_KEY = _secret_key()
HOST = env.text("MLPLATFORM_HOST", "127.0.0.1")
PORT = env.integer("MLPLATFORM_PORT", 8000, 1, 65535)
PUBLIC_URL = env.url("MLPLATFORM_PUBLIC_URL", f"http://{'localhost' if HOST in ('0.0.0.0', '::') else HOST}:{PORT}")
# How a job reaches this server: the public address unless that leads through a proxy which workers cannot use.
INTERNAL_URL = env.url("MLPLATFORM_INTERNAL_URL", PUBLIC_URL)
# Who listens on every address is called by the machine's name too.
_names = {HOST} if HOST not in ("0.0.0.0", "::") else {socket.gethostname()}
_names |= {address.split("//", 1)[1].split("/")[0].rsplit(":", 1)[0] for address in (PUBLIC_URL, INTERNAL_URL)}
ALLOWED_HOSTS = env.hosts("MLPLATFORM_ALLOWED_HOSTS") or sorted({*_names, "localhost", "127.0.0.1", "[::1]"})
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []
HTTPS = env.flag("MLPLATFORM_HTTPS")
TRUSTED_PROXIES = env.networks("MLPLATFORM_TRUSTED_PROXIES")
METRICS_FROM = env.networks("MLPLATFORM_METRICS_FROM", "127.0.0.0/8,::1")
DEFAULT_PERMISSION = env.choice("MLPLATFORM_DEFAULT_PERMISSION", "READ", ("NO_PERMISSIONS", "READ", "USE", "EDIT", "MANAGE"))
ALLOW_PRIVATE_WEBHOOKS = env.flag("MLPLATFORM_ALLOW_PRIVATE_WEBHOOKS")
ARTIFACT_ROOT = env.artifact_root(HOME)
AUDIT_KEY = env.text("MLPLATFORM_AUDIT_KEY")
AUDIT_KEY_FILE = HOME / "audit_key"
S3_ENDPOINT_URL = env.url("MLPLATFORM_S3_ENDPOINT_URL")
ALLOW_UNSAFE_DATABASE = env.flag("MLPLATFORM_ALLOW_UNSAFE_DATABASE")
# Where clients find the bucket. Without it all bytes go through the server; with it they get URLs that we sign.
S3_PUBLIC_URL = env.url("MLPLATFORM_S3_PUBLIC_URL")
AZURE_CONNECTION = env.text("AZURE_STORAGE_CONNECTION_STRING")
# Jobs (projects, checks of models, model servers): where they live, how they are kept apart, what they may use.
RUNTIME_DIR = env.text("MLPLATFORM_RUNTIME_DIR", str(HOME / "runtime"))
ISOLATION = env.choice("MLPLATFORM_ISOLATION", "AUTO", ("AUTO", "BWRAP", "NAMESPACES", "PROCESS"))
JOB_UID = env.integer("MLPLATFORM_JOB_UID", 64100, 1000, 2**31 - 1000)
PYTHONS = env.items("MLPLATFORM_PYTHONS")
PROJECT_ROOTS = env.items("MLPLATFORM_PROJECT_ROOTS")
VOLUME_ROOTS = env.items("MLPLATFORM_VOLUME_ROOTS")
EXECUTION_SLOTS = env.integer("MLPLATFORM_EXECUTION_SLOTS", 2, 0, 100)
EXECUTION_MINUTES = env.integer("MLPLATFORM_EXECUTION_MINUTES", 1440, 1, 525_600)
EXECUTION_MEMORY_MB = env.integer("MLPLATFORM_EXECUTION_MEMORY_MB", 8192, 64, 100_000_000)
EXECUTION_DISK_MB = env.integer("MLPLATFORM_EXECUTION_DISK_MB", 20_480, 16, 100_000_000)
WORKER_NAME = env.text("MLPLATFORM_WORKER_NAME")
# Newest first; older ones still read what they wrote. Without any, stored secrets hang on the secret key.
SECRETS_KEYS = env.items("MLPLATFORM_SECRETS_KEYS")
ENVIRONMENT_DAYS = env.integer("MLPLATFORM_ENVIRONMENT_DAYS", 30, 1, 3650)
ENVIRONMENT_GB = env.integer("MLPLATFORM_ENVIRONMENT_GB", 50, 1, 100_000)
# Params and tags of runs that are too long: cut, as MLflow does, or refused.
TRUNCATE_LONG_VALUES = env.flag("MLPLATFORM_TRUNCATE_LONG_VALUES", True)
MAX_BODY_BYTES = env.integer("MLPLATFORM_MAX_BODY_MB", 16, 1, 1024) * 1024 * 1024

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.mfa",
    "rest_framework",
    "drf_spectacular",
    "apps.audit",
    "apps.accounts",
    "apps.access",
    "apps.artifacts",
    "apps.notices",
    "apps.experiments",
    "apps.runtime",
    "apps.projects",
    "apps.registry",
    "apps.api",
    "apps.web",
    "mlplatform",
]

MIDDLEWARE = [
    "mlplatform.middleware.GuardMiddleware",
    "apps.web.workspaces.WorkspaceMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "mlplatform.static.StaticMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "mlplatform.urls"
SILENCED_SYSTEM_CHECKS = ["urls.W003"]  # the wire's addresses are named wire:<path>; no namespace is meant
WSGI_APPLICATION = "mlplatform.wsgi.application"
APPEND_SLASH = True
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "apps.web.shell.context",
            ],
        },
    }
]

DATABASES = {"default": env.database(HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ATOMIC_REQUESTS = False

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "apps.accounts.hashers.Argon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"
CSRF_FAILURE_VIEW = "mlplatform.errors.csrf_failure"
SESSION_ENGINE = "apps.accounts.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "style-src-attr": ["'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
ACCOUNT_ADAPTER = "apps.web.allauth.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "apps.web.allauth.SocialAccountAdapter"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
# An image brings them collected; elsewhere they are collected into the home folder whenever they changed.
COLLECTED = env.text("MLPLATFORM_STATIC_ROOT")
STATIC_ROOT = Path(COLLECTED) if COLLECTED else HOME / "static"
# What people wrote, and what the front-end build made of it and of the packages.
STATICFILES_DIRS: list[Path] = [folder for folder in (BASE_DIR / "static", BASE_DIR / "build" / "static") if folder.is_dir()]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # bytes go through apps.artifacts, nowhere else
    "staticfiles": {"BACKEND": "mlplatform.static.StaticStorage"},
}
WHITENOISE_MAX_AGE = 60

REDIS_URL = env.redis()
EMBEDDED_SOCKET = env.embedded_socket(HOME)
# Set by `run` for the processes it starts: only beside a running broker is there a cache that processes share.
EMBEDDED_BROKER = env.flag("MLPLATFORM_EMBEDDED_BROKER")
CACHES: dict[str, dict[str, object]] = (
    {
        "default": {
            "BACKEND": "mlplatform.cache.ForgivingRedisCache",
            "LOCATION": REDIS_URL or f"unix://{EMBEDDED_SOCKET}?db=1",
            "KEY_PREFIX": "mlplatform",
            "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
        }
    }
    if REDIS_URL or EMBEDDED_BROKER
    else {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
)

CELERY_BROKER_URL = env.broker(REDIS_URL, EMBEDDED_SOCKET)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # A message that a dead worker held comes back after this many seconds; without the next two it is looked for only
    # every 100 s. Longer than any task may take, see the limits below.
    "visibility_timeout": 300,
    "unacked_restore_interval": 2,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    # Kombu tries three times, 2 and 4 s apart, inside the request that only wants to wake a worker.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.2,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_TIME_LIMIT = 270
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
WORKER_PROCESSES = env.integer("MLPLATFORM_WORKER_PROCESSES", 2, 1, 256)
# Projects are a queue of their own, which runners take from (`serve --runner`) and workers do not.
CELERY_TASK_DEFAULT_QUEUE = "celery"
EXECUTION_QUEUE = "projects"
CELERY_TASK_ROUTES = {name: {"queue": EXECUTION_QUEUE} for name in ("projects.work", "projects.inspect")}
CELERY_WORKER_MAX_TASKS_PER_CHILD = 1000
CELERY_BEAT_SCHEDULE = schedule.ENTRIES
CELERY_BEAT_SCHEDULE_FILENAME = str(HOME / "beat")
CELERY_TIMEZONE = "UTC"

FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["apps.api.base.ActorAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["apps.api.base.IsKnown"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "apps.api.errors.handle",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "MLPlatform API",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    # Several things have a `kind`.
    "ENUM_NAME_OVERRIDES": {
        "TrashKindEnum": "apps.experiments.trash_items.KINDS",
        "QuotaKindEnum": "apps.artifacts.services.quotas.KINDS",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.choice("MLPLATFORM_LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))},
    "loggers": {
        # 4xx are the client's news, not ours: a line for each costs more than the answer.
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        # Where it found its credentials: a line for every command.
        "botocore.credentials": {"level": "WARNING"},
    },
}

for _name, _value in env.email().items():
    globals()[_name] = _value
