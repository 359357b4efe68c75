"""Projects, their secrets, grants and archives: who may do what, and what is kept."""

import io
import zipfile
from datetime import timedelta

import pytest

from apps.access.levels import Level
from apps.audit.models import AuditRow
from apps.core import cipher, clock
from apps.core.errors import AlreadyExists, Conflict, Denied, Invalid, Missing, Unavailable
from apps.projects.models import Archive, Execution, Project, ProjectSecret
from apps.projects.queries import projects as queries
from apps.projects.records import NewExecution, NewProject
from apps.projects.services import archives, executions, inspection, leases, projects, secrets
from tests.projects.services.conftest import SYSTEM

pytestmark = pytest.mark.django_db
URI = "https://example.com/p.git"


def make(people, **new):
    return projects.create_project(people.manager.actor, NewProject(**{"name": "iris", "uri": URI, **new}))


def zipped(**files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "."), text)
    return content.getvalue()


def upload(actor, content, name="p.zip"):
    return archives.upload(actor, name, io.BytesIO(content), len(content))


def test_whoever_makes_a_project_manages_it(people):
    pk = make(people, uri=f"{URI}#sub", ref="main", description="d", limits={"minutes": 5})
    record = queries.get_project(people.manager.actor, pk)
    assert (record.name, record.uri, record.ref, record.subdirectory, record.level) == ("iris", URI, "main", "sub", Level.MANAGE)
    assert (record.source, record.inspection, record.limits) == ("git", "WAITING", {"minutes": 5})
    assert AuditRow.objects.filter(act="project.create", noun_id=str(pk)).exists()


@pytest.mark.parametrize(
    ("new", "words"),
    [
        ({"name": " "}, "Invalid project name"),
        ({"name": "a/b"}, "Invalid project name"),
        ({"uri": ""}, "give one of them"),
        ({"uri": "ext::sh"}, "not the address"),
        ({"uri": "https://u:p@h/a"}, "GIT_TOKEN"),
        ({"ref": "-x"}, "not the name"),
        ({"limits": {"minutes": 0}}, "minutes"),
    ],
)
def test_nonsense_is_refused(people, new, words):
    with pytest.raises(Invalid, match=words):
        make(people, **new)


def test_names_are_unique_in_a_workspace(people, worlds):
    make(people)
    with pytest.raises(AlreadyExists):
        make(people)
    assert projects.create_project(worlds.there.owner, NewProject("iris", URI))


def test_projects_of_another_workspace_are_not_there(people, worlds):
    pk = projects.create_project(worlds.there.owner, NewProject("iris", URI))
    with pytest.raises(Missing):
        queries.get_project(people.manager.actor, pk)
    assert queries.list_projects(people.manager.actor) == []


def test_levels_say_who_sees_runs_and_changes(people):
    pk = make(people)
    projects.put_grant(people.manager.actor, pk, Level.USE, user="editor")
    projects.put_grant(people.manager.actor, pk, Level.NO_PERMISSIONS, user="stranger")
    assert executions.submit(people.editor.actor, NewExecution(project_id=pk, experiment_id="0"))
    with pytest.raises(Denied):
        projects.update_project(people.editor.actor, pk, {"ref": "x"})
    with pytest.raises(Denied):
        executions.submit(people.reader.actor, NewExecution(project_id=pk, experiment_id="0"))
    with pytest.raises(Missing):
        queries.get_project(people.stranger.actor, pk)
    assert [grant.grantee for grant in queries.list_project_grants(people.manager.actor, pk)] == ["editor", "manager", "stranger"]
    projects.delete_grant(people.manager.actor, pk, user="editor")
    with pytest.raises(Denied):
        executions.submit(people.editor.actor, NewExecution(project_id=pk, experiment_id="0"))


def test_a_changed_source_is_looked_at_again(people):
    pk = make(people)
    Project.objects.filter(pk=pk).update(inspection="READY")
    projects.update_project(people.manager.actor, pk, {"description": "new"})
    assert queries.get_project(people.manager.actor, pk).inspection == "READY"
    projects.update_project(people.manager.actor, pk, {"ref": "dev"})
    record = queries.get_project(people.manager.actor, pk)
    assert (record.ref, record.uri, record.inspection) == ("dev", URI, "WAITING")


def test_a_project_goes_and_its_executions_stay(people):
    pk = make(people)
    execution = executions.submit(people.manager.actor, NewExecution(project_id=pk, experiment_id="0"))
    with pytest.raises(Conflict):
        projects.delete_project(people.manager.actor, pk)
    executions.cancel(people.manager.actor, execution)
    projects.delete_project(people.manager.actor, pk)
    row = Execution.objects.get(pk=execution)
    assert (row.project_id, row.project_name) == (None, "iris")


def test_a_secret_is_written_listed_by_name_and_never_read(people):
    pk = make(people)
    secrets.put_secret(people.manager.actor, pk, "DB_PASSWORD", "hunter22")
    secrets.put_secret(people.manager.actor, pk, "DB_PASSWORD", "hunter23")
    (record,) = queries.list_secrets(people.manager.actor, pk)
    assert (record.name, record.updated_by) == ("DB_PASSWORD", "manager")
    assert "hunter" not in repr(record)
    row = ProjectSecret.objects.get()
    assert b"hunter" not in bytes(row.value)
    assert cipher.decrypt(row.value) == "hunter23"
    audited = AuditRow.objects.filter(act="project.secret").values_list("details", flat=True)
    assert all("hunter" not in str(details) for details in audited)
    secrets.delete_secret(people.manager.actor, pk, "DB_PASSWORD")
    assert queries.list_secrets(people.manager.actor, pk) == []


@pytest.mark.parametrize(
    "name", ["", "1X", "A-B", "MLFLOW_TRACKING_TOKEN", "MLFLOW_RUN_ID", "PATH", "LD_PRELOAD", "PYTHONPATH", "HOME"]
)
def test_a_secret_cannot_take_the_place_of_what_the_platform_sets(people, name):
    with pytest.raises(Invalid):
        secrets.put_secret(people.manager.actor, make(people), name, "hunter22")


def test_a_secret_too_short_to_be_masked_is_refused(people):
    with pytest.raises(Invalid, match="4 to"):
        secrets.put_secret(people.manager.actor, make(people), "PIN", "123")


def test_only_managers_write_secrets(people):
    pk = make(people)
    projects.put_grant(people.manager.actor, pk, Level.EDIT, user="editor")
    with pytest.raises(Denied):
        secrets.put_secret(people.editor.actor, pk, "A", "hunter22")


def test_a_worker_gets_the_secrets_with_the_claim(people):
    pk = make(people)
    secrets.put_secret(people.manager.actor, pk, "DB_PASSWORD", "hunter22")
    executions.submit(people.manager.actor, NewExecution(project_id=pk, experiment_id="0"))
    claimed = leases.claim(SYSTEM, "w")
    assert claimed.secrets == {"DB_PASSWORD": "hunter22"}
    assert "hunter22" not in repr(claimed)


def test_keys_can_be_changed_without_losing_secrets(people, settings):
    pk = make(people)
    secrets.put_secret(people.manager.actor, pk, "A", "hunter22")
    settings.SECRETS_KEYS = ["a new key", settings.SECRET_KEY]
    assert cipher.decrypt(ProjectSecret.objects.get().value) == "hunter22"
    assert secrets.renew_all(SYSTEM) == 1
    settings.SECRETS_KEYS = ["a new key"]
    assert cipher.decrypt(ProjectSecret.objects.get().value) == "hunter22"
    settings.SECRETS_KEYS = ["another key"]
    with pytest.raises(Unavailable, match="MLPLATFORM_SECRETS_KEYS"):
        cipher.decrypt(ProjectSecret.objects.get().value)


def test_a_secret_whose_key_is_gone_fails_the_execution_with_a_reason(people, settings):
    pk = make(people)
    secrets.put_secret(people.manager.actor, pk, "A", "hunter22")
    execution = executions.submit(people.manager.actor, NewExecution(project_id=pk, experiment_id="0"))
    settings.SECRETS_KEYS = ["another key"]
    assert leases.claim(SYSTEM, "w") is None
    assert "MLPLATFORM_SECRETS_KEYS" in Execution.objects.get(pk=execution).reason


def test_an_uploaded_archive_becomes_a_project(people):
    row = upload(people.manager.actor, zipped(MLproject="name: x"))
    pk = projects.create_project(people.manager.actor, NewProject("iris", archive_id=row.pk))
    record = queries.get_project(people.manager.actor, pk)
    assert (record.source, record.archive, record.archive_sha256) == ("archive", "p.zip", row.sha256)


@pytest.mark.parametrize("name", ["p.exe", "p", "p.tar.xz", "../p"])
def test_an_archive_is_named_as_one(people, name):
    with pytest.raises(Invalid, match="has to be one of"):
        upload(people.manager.actor, b"x", name)


def test_an_archive_is_its_uploaders_alone(people):
    row = upload(people.manager.actor, zipped(MLproject="name: x"))
    with pytest.raises(Missing):
        projects.create_project(people.editor.actor, NewProject("mine", archive_id=row.pk))
    with pytest.raises(Missing):
        executions.submit(people.editor.actor, NewExecution(archive_id=row.pk, experiment_id="0"))


def test_archives_that_nothing_points_to_go(people):
    used, unused, fresh = (upload(people.manager.actor, zipped(MLproject=f"name: {n}")) for n in "abc")
    projects.create_project(people.manager.actor, NewProject("iris", archive_id=used.pk))
    Archive.objects.exclude(pk=fresh.pk).update(created_at=clock.now() - timedelta(days=3))
    assert archives.clean(SYSTEM) == 1
    assert set(Archive.objects.values_list("pk", flat=True)) == {used.pk, fresh.pk}
    assert unused.pk


PARAMETERS = "{alpha: {type: float, default: 0.5}, data: path}"
OFFER = {
    "MLproject": f"name: iris\nentry_points: {{main: {{parameters: {PARAMETERS}, command: 'x {{alpha}} {{data}}'}}}}",
    "conda.yaml": "dependencies: []",
}


def test_a_worker_looks_what_a_project_offers(people, machine):
    pk = make(people, uri=machine.repository(OFFER))
    inspection.inspect(SYSTEM, pk)
    record = queries.get_project(people.manager.actor, pk)
    assert (record.inspection, record.inspected_commit, record.problem) == ("READY", machine.commit, "")
    (entry,) = record.offer["entry_points"]
    assert entry["parameters"][0] == {"name": "alpha", "type": "float", "default": "0.5"}
    assert record.offer["environment"] == "conda"


def test_an_archive_is_looked_at_too(people, machine):
    row = upload(people.manager.actor, zipped(**{"wrapped/MLproject": OFFER["MLproject"]}))
    pk = projects.create_project(people.manager.actor, NewProject("iris", archive_id=row.pk))
    inspection.inspect(SYSTEM, pk)
    assert queries.get_project(people.manager.actor, pk).offer["name"] == "iris"


def test_why_a_project_cannot_be_read_is_told(people, machine):
    pk = make(people, uri=machine.repository({"MLproject": "python_env: a\nconda_env: b"}))
    inspection.inspect(SYSTEM, pk)
    record = queries.get_project(people.manager.actor, pk)
    assert record.inspection == "FAILED"
    assert "multiple environment fields" in record.problem


def test_wrong_parameters_are_told_at_submission_where_the_offer_is_known(people, machine):
    pk = make(people, uri=machine.repository(OFFER))
    inspection.inspect(SYSTEM, pk)
    with pytest.raises(Invalid) as refusal:
        executions.submit(people.manager.actor, NewExecution(project_id=pk, experiment_id="0", params={"alpha": "abc"}))
    assert refusal.value.message == "Parameter 'alpha': 'abc' is not a number; Parameter 'data': A value is required"
    assert executions.submit(people.manager.actor, NewExecution(project_id=pk, experiment_id="0", params={"data": "x"}))


def test_an_old_look_does_not_overwrite_a_newer_source(people, machine, monkeypatch):
    pk = make(people, uri=machine.repository(OFFER))
    look = inspection._look

    def slow(*arguments):
        found = look(*arguments)
        Project.objects.filter(pk=pk).update(ref="other")
        return found

    monkeypatch.setattr(inspection, "_look", slow)
    inspection.inspect(SYSTEM, pk)
    assert queries.get_project(people.manager.actor, pk).inspection == "WAITING"
