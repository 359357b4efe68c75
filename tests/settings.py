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
from mlplatform.settings import DATABASES, LOGGING  # noqa: E402

# Argon2 takes 0.2 s on purpose; the tests sign in some thousand times.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: WAL, locks between threads and BEGIN IMMEDIATE are part of what is tested.
    DATABASES["default"]["TEST"] = {"NAME": str(_home / "test.sqlite3")}
LOGGING["root"]["level"] = "WARNING"
