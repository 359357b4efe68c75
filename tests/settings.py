"""The platform's own settings in a clean environment: nothing of the machine's comes in, everything lies in the session's folder.

MLPLATFORM_TEST_DATABASE=postgresql runs the same tests on PostgreSQL; `manage.py test` does both.
"""

import os

from tests.support import postgres, session

OURS = ("MLPLATFORM_", "AWS_", "MLFLOW_")
KEPT = {"MLPLATFORM_TEST_SESSION", "MLPLATFORM_TEST_OWNER", "MLPLATFORM_TEST_DATABASE"}
for _name in [*os.environ]:
    if (_name.startswith(OURS) and _name not in KEPT) or _name in {"DATABASE_URL", "REDIS_URL"}:
        del os.environ[_name]

_home = session.FOLDER / session.WORKER
os.environ["MLPLATFORM_HOME"] = str(_home)
os.environ["MLPLATFORM_SECRET_KEY"] = "a key for tests only, of the length that is asked for"
if os.environ.get("MLPLATFORM_TEST_DATABASE", "sqlite") == "postgresql":
    os.environ["DATABASE_URL"] = postgres.shared_url("mlplatform")

from mlplatform.settings import *  # noqa: E402, F403
from mlplatform.settings import DATABASES, LOGGING, STATIC_ROOT, STORAGES  # noqa: E402

# Argon2 takes a tenth of a second on purpose; the tests make some thousand people.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# Pages under test name their files as they are: the manifest is made when the platform starts.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: WAL, locks between threads and BEGIN IMMEDIATE are part of what is tested.
    DATABASES["default"]["TEST"] = {"NAME": str(_home / "test.sqlite3")}
LOGGING["root"]["level"] = "WARNING"
