"""The rows of environments: what people see of a build, whoever they are and wherever it was."""

import pytest

from apps.core.actor import Actor
from apps.core.errors import Denied, Missing, Unauthenticated
from apps.runtime import configuration, installers, specs
from apps.runtime.building import BuildFailed
from apps.runtime.cache import Cache
from apps.runtime.logs import LogWriter
from apps.runtime.models import EnvironmentBuild
from apps.runtime.queries import environments as queries
from apps.runtime.services import environments
from tests.runtime.real.packages import wheel

SYSTEM = Actor.system("tests")
pytestmark = pytest.mark.django_db


@pytest.fixture
def index(tmp_path, monkeypatch):
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setattr(installers, "index_settings", lambda: {installers.NO_INDEX: "1", "UV_FIND_LINKS": str(folder)})
    cache = Cache(tmp_path / "cache")
    monkeypatch.setattr(configuration, "builder", lambda slot: type(original(slot))(cache, configuration.isolation(), slot))
    return folder


original = configuration.builder


def obtain(tmp_path, *packages):
    with LogWriter(tmp_path / "log") as log:
        return environments.obtain(SYSTEM, specs.plain("", *packages), log)


def test_a_build_is_told_by_its_row(index, tmp_path):
    wheel(index, "alpha")
    obtain(tmp_path, "alpha").close()
    (record,) = queries.list_environments(SYSTEM)
    assert (record.state, record.packages, record.host) == ("READY", ["alpha==1.0"], configuration.host())
    assert record.spec["dependencies"] == ["alpha"]
    assert record.built_at is not None
    assert record.seconds > 0
    assert "+ alpha==1.0" in queries.build_log(SYSTEM, record.key)


def test_a_use_moves_the_last_use_alone(index, tmp_path):
    wheel(index, "alpha")
    obtain(tmp_path, "alpha").close()
    (first,) = queries.list_environments(SYSTEM)
    obtain(tmp_path, "alpha").close()
    (second,) = queries.list_environments(SYSTEM)
    assert second.built_at == first.built_at
    assert second.seconds == first.seconds
    assert second.last_used_at > first.last_used_at


def test_a_failed_build_keeps_its_reason_and_log(index, tmp_path):
    with pytest.raises(BuildFailed):
        obtain(tmp_path, "nonesuch")
    (record,) = queries.list_environments(SYSTEM)
    assert record.state == "FAILED"
    assert "nonesuch" in record.reason
    assert "nonesuch" in queries.build_log(SYSTEM, record.key)


def test_a_failed_build_may_succeed_later(index, tmp_path):
    with pytest.raises(BuildFailed):
        obtain(tmp_path, "alpha")
    wheel(index, "alpha")
    obtain(tmp_path, "alpha").close()
    (record,) = queries.list_environments(SYSTEM)
    assert (record.state, record.reason) == ("READY", "")


def test_what_is_evicted_is_told(index, tmp_path, settings):
    wheel(index, "alpha")
    obtain(tmp_path, "alpha").close()
    settings.ENVIRONMENT_GB = 0
    assert environments.evict(SYSTEM) == 1
    assert queries.list_environments(SYSTEM)[0].state == "REMOVED"
    obtain(tmp_path, "alpha").close()
    assert queries.list_environments(SYSTEM)[0].state == "READY"


def test_only_the_platform_and_administrators_build(people, tmp_path):
    with LogWriter(tmp_path / "log") as log, pytest.raises(Denied):
        environments.obtain(people.manager.actor, specs.plain(), log)
    with pytest.raises(Denied):
        environments.evict(people.manager.actor)


def test_everybody_who_signed_in_may_look(people):
    EnvironmentBuild.objects.create(key="k" * 64, host="h", state="READY", last_used_at="2026-01-01T00:00:00Z")
    assert queries.get_environment(people.reader.actor, "k" * 64).host == "h"
    with pytest.raises(Unauthenticated):
        queries.list_environments(people.anonymous.actor)
    with pytest.raises(Missing):
        queries.get_environment(people.reader.actor, "x")
