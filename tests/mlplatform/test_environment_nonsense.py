"""What cannot be meant stops the start with one clear line that names the variable; what can be meant is understood."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mlplatform import environment as env

CHECKOUT = Path(__file__).resolve().parents[2]
HOME = Path("/srv/home")

NONSENSE = [
    ("MLPLATFORM_PORT", "abc", lambda: env.integer("MLPLATFORM_PORT", 8000, 1, 65535)),
    ("MLPLATFORM_PORT", "70000", lambda: env.integer("MLPLATFORM_PORT", 8000, 1, 65535)),
    ("MLPLATFORM_PORT", "²", lambda: env.integer("MLPLATFORM_PORT", 8000, 1, 65535)),
    ("MLPLATFORM_HTTPS", "maybe", lambda: env.flag("MLPLATFORM_HTTPS")),
    ("MLPLATFORM_DEFAULT_PERMISSION", "ALL", lambda: env.choice("MLPLATFORM_DEFAULT_PERMISSION", "READ", ("READ", "EDIT"))),
    ("MLPLATFORM_PUBLIC_URL", "ml.example.com", lambda: env.url("MLPLATFORM_PUBLIC_URL")),
    ("MLPLATFORM_PUBLIC_URL", "ftp://ml.example.com", lambda: env.url("MLPLATFORM_PUBLIC_URL")),
    ("MLPLATFORM_ALLOWED_HOSTS", "https://ml.example.com", lambda: env.hosts("MLPLATFORM_ALLOWED_HOSTS")),
    ("MLPLATFORM_ALLOWED_HOSTS", "ml.example.com:8000", lambda: env.hosts("MLPLATFORM_ALLOWED_HOSTS")),
    ("MLPLATFORM_TRUSTED_PROXIES", "10.0.0.0/8,proxy", lambda: env.networks("MLPLATFORM_TRUSTED_PROXIES")),
    ("MLPLATFORM_TRUSTED_PROXIES", "10.0.0.1/99", lambda: env.networks("MLPLATFORM_TRUSTED_PROXIES")),
    ("REDIS_URL", "localhost:6379", env.redis),
    ("REDIS_URL", "http://localhost:6379", env.redis),
    ("MLPLATFORM_ARTIFACT_ROOT", "ftp://bucket", lambda: env.artifact_root(HOME)),
    ("MLPLATFORM_ARTIFACT_ROOT", "s3://", lambda: env.artifact_root(HOME)),
    ("MLPLATFORM_EMAIL_URL", "mail.example.com", env.email),
    ("MLPLATFORM_EMAIL_URL", "smtp://host:port", env.email),
    ("MLPLATFORM_EMAIL_URL", "smtp://host?ssl=1", env.email),
    ("DATABASE_URL", "mysql://u:p@host/db", lambda: env.database(HOME)),
    ("DATABASE_URL", "postgresql://host", lambda: env.database(HOME)),
    ("DATABASE_URL", "postgresql://host:port/db", lambda: env.database(HOME)),
    ("DATABASE_URL", "sqlite:db.sqlite3", lambda: env.database(HOME)),
    ("MLPLATFORM_HOME", "/proc/nowhere", env.home),
]


@pytest.mark.parametrize(("name", "value", "read"), NONSENSE, ids=[f"{name}={value}" for name, value, _ in NONSENSE])
def test_nonsense_is_refused_by_name_in_one_line(monkeypatch, name, value, read):
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as stopped:
        read()
    assert str(stopped.value).startswith(name)
    assert "\n" not in str(stopped.value)


def test_the_command_line_shows_that_line_and_no_traceback(tmp_path):
    environment = {**os.environ, "MLPLATFORM_HOME": str(tmp_path), "MLPLATFORM_SKIP_SETUP": "1", "MLPLATFORM_PORT": "no"}
    environment["DJANGO_SETTINGS_MODULE"] = "mlplatform.settings"
    for command in ("check", "run"):
        line = [sys.executable, "manage.py", command]
        done = subprocess.run(line, cwd=CHECKOUT, env=environment, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (1, "MLPLATFORM_PORT='no': write a whole number from 1 to 65535\n")


def test_a_password_with_special_characters_reaches_the_database(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://u%40x:p%2Fw%3F@db:5433/ml?sslmode=require")
    found = env.database(HOME)
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"], found["NAME"]) == ("u@x", "p/w?", "db", "5433", "ml")
    assert found["OPTIONS"]["sslmode"] == "require"


def test_a_deep_home_gets_its_socket_in_a_short_folder_of_the_same_name_each_time():
    deep = Path("/srv") / ("d" * 120)
    assert env.embedded_socket(HOME) == HOME / "valkey.sock"
    assert len(str(env.embedded_socket(deep))) < 100
    assert env.embedded_socket(deep) == env.embedded_socket(deep) != env.embedded_socket(deep / "other")


def test_request_counts_lie_in_memory_where_the_system_has_a_folder_for_it(monkeypatch):
    """A page of a mapped file for which a full disk has no room kills the process that writes to it."""
    monkeypatch.setattr(env.os, "access", lambda *_: False)
    assert env.numbers_folder(HOME) == HOME / "metrics"
    monkeypatch.undo()
    if os.access("/dev/shm", os.W_OK | os.X_OK):
        assert env.numbers_folder(HOME).parent == Path("/dev/shm")
        assert env.numbers_folder(HOME) != env.numbers_folder(HOME / "other")


def test_celery_gets_the_socket_in_its_own_spelling():
    assert env.broker("", Path("/x/valkey.sock")) == "redis+socket:///x/valkey.sock"
    assert env.broker("unix:///run/redis.sock", Path("/x")) == "redis+socket:///run/redis.sock"
    assert env.broker("redis://host:6379/1", Path("/x")) == "redis://host:6379/1"


def test_mail_goes_where_the_address_says(monkeypatch):
    monkeypatch.setenv("MLPLATFORM_EMAIL_URL", "smtp://user%40x:secret@mail.example.com?tls=1&from=ml@example.com")
    found = env.email()
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"], found["EMAIL_HOST_USER"]) == ("mail.example.com", 587, "user@x")
    assert (found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"], found["DEFAULT_FROM_EMAIL"]) == (True, False, "ml@example.com")


def test_without_an_address_mail_goes_to_the_console(monkeypatch):
    monkeypatch.delenv("MLPLATFORM_EMAIL_URL", raising=False)
    assert env.email() == {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}


def test_a_new_home_is_for_its_owner_alone(monkeypatch, tmp_path):
    monkeypatch.setenv("MLPLATFORM_HOME", str(tmp_path / "new"))
    assert env.home().stat().st_mode & 0o077 == 0
