from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from apps.artifacts.models import Root
from tests.support.server import LiveServer

pytestmark = pytest.mark.django_db


def test_a_sound_store_is_told_step_by_step_and_nothing_is_left(settings, tmp_path):
    settings.ARTIFACT_ROOT = str(tmp_path / "artifacts")
    out = StringIO()
    call_command("artifact_doctor", stdout=out)
    assert "ok       Read it back" in out.getvalue()
    assert Root.objects.count() == 0


def test_a_store_that_fails_is_an_exit_code_and_a_fix(settings, tmp_path):
    (tmp_path / "file").write_text("")
    settings.ARTIFACT_ROOT = str(tmp_path / "file" / "artifacts")
    out = StringIO()
    with pytest.raises(CommandError, match="do not work"):
        call_command("artifact_doctor", stdout=out)
    assert "folder: Not a directory" in out.getvalue()


def test_the_way_of_a_client_is_tried_against_the_running_server(platform: LiveServer, monkeypatch):
    monkeypatch.setitem(platform.environment, "MLPLATFORM_PUBLIC_URL", platform.base)
    assert "ok       Send it there in chunks" in platform.manage("artifact_doctor", "--public")
