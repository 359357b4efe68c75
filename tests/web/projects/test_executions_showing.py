"""Executions on their pages: the form that submits, what one sees, queue and history, workers."""

import pytest

from apps.access.levels import Level
from apps.experiments.models import Run
from apps.experiments.records import Batch, Tag
from apps.experiments.services.batches import log_batch
from apps.projects.models import Execution, Worker
from apps.projects.records import NewExecution, Outcome
from apps.projects.services import executions, leases, projects, workers
from apps.runtime.models import EnvironmentBuild
from tests.web.projects.conftest import SYSTEM, URI, ready, submit, take
from tests.web.projects.test_projects_managing import error_of

pytestmark = pytest.mark.django_db
DATA = "https://host/d.csv"


@pytest.fixture
def editor(web, people):
    return web(people.editor)


def end(claimed, state: str = "FINISHED", reason: str = "", code: int = 0) -> None:
    """As if the worker had ended it."""
    leases.end(SYSTEM, claimed.id, claimed.claim, Outcome(state, reason, code, {"memory_peak": 1000, "cpu_seconds": 2.0}))


def test_the_form_has_the_parameters_with_types_and_defaults(editor, project):
    page = editor.get(f"/projects/{project}/").content.decode()
    assert 'value="0.1"' in page
    assert 'data-type="float"' in page
    assert page.count("data-required") == 1
    assert "python train.py {alpha} {data}" in page


def test_the_page_has_the_lines_that_start_it_from_elsewhere(editor, project):
    page = editor.get(f"/projects/{project}/").content.decode()
    assert f"mlflow run {URI} --backend mlplatform -e main -v main -P alpha=0.1 -P &#x27;data=…&#x27; -P note=" in page
    assert f"&quot;project_id&quot;: {project}" in page


def test_another_entry_point_has_another_form(editor, project):
    page = editor.get(f"/projects/{project}/?entry=check").content.decode()
    assert "This entry point takes no parameters" in page
    assert 'value="check"' in page


def test_a_submitted_form_leads_to_its_execution_and_the_run_is_there(editor, people, project, worlds):
    body = {"chosen": "main", "entry_point": "main", "param-0": "0.5", "param-1": DATA, "ref": "main", "run_name": "first try"}
    answer = editor.post(f"/projects/{project}/", {**body, "priority": "7", "minutes": "3", "more": "seed=4\n"})
    row = Execution.objects.get()
    assert answer["Location"] == f"/executions/{row.pk}/"
    assert row.params == {"alpha": "0.5", "data": DATA, "seed": "4"}
    assert (row.run.name, row.priority, row.limits["minutes"]) == ("first try", 7, 3)
    assert str(row.run.experiment_id) == worlds.here.experiment_id


def test_the_form_may_name_another_experiment(editor, project):
    editor.post(f"/projects/{project}/", {"chosen": "check", "entry_point": "check", "ref": "main", "experiment": "brand new"})
    assert Run.objects.get(pk=Execution.objects.get().run_id).experiment.name == "brand new"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("param-0", "many", "is not a number"),
        ("param-1", "d.csv", "Expected URI"),
        ("param-1", "", "A value is required"),
        ("ref", "-x", "not the name of a branch"),
        ("priority", "1000", "less than or equal to 100"),
        ("cpus", "0", "A whole number from 1 to 1024."),
        ("more", "seed", "Write name=value"),
    ],
)
def test_a_wrong_value_is_explained_at_its_field_and_nothing_is_queued(editor, project, field, value, words):
    body = {"chosen": "main", "entry_point": "main", "param-0": "0.5", "param-1": DATA, "ref": "main", field: value}
    answer = editor.post(f"/projects/{project}/", body)
    assert answer.status_code == 400
    assert words in error_of(answer, field)
    assert not Execution.objects.exists()


def test_values_for_another_branch_are_taken_as_they_are(editor, project):
    body = {"chosen": "main", "entry_point": "main", "param-0": "many", "ref": "other"}
    assert editor.post(f"/projects/{project}/", body).status_code == 302


def test_a_script_that_is_not_declared_is_named(editor, project):
    assert 'name="entry_point"' in editor.get(f"/projects/{project}/?entry=%2B").content.decode()
    editor.post(f"/projects/{project}/", {"chosen": "+", "entry_point": "other.py", "ref": "main"})
    assert Execution.objects.get().entry_point == "other.py"


def test_who_may_not_run_it_is_refused(web, people, project):
    answer = web(people.reader).post(f"/projects/{project}/", {"chosen": "check", "entry_point": "check", "ref": "main"})
    assert answer.status_code == 403
    assert not Execution.objects.exists()


def test_an_experiment_that_one_may_not_log_to_is_refused_on_the_form(web, people, worlds, project):
    projects.put_grant(people.manager.actor, project, Level.USE, user="reader")
    body = {"chosen": "check", "entry_point": "check", "ref": "main", "experiment": worlds.here.experiment}
    answer = web(people.reader).post(f"/projects/{project}/", body)
    assert answer.status_code == 403
    assert 'class="note note--bad"' in answer.content.decode()


def test_a_waiting_execution_says_its_place_and_that_nobody_takes_it(editor, people, project):
    submit(people, project)
    pk = submit(people, project)
    page = editor.get(f"/executions/{pk}/").content.decode()
    assert "Waiting, place 2" in page
    assert "No worker takes executions now" in page
    workers.hear(SYSTEM, "gpu-03", {"host": "gpu-03", "slots": 2, "load": {}}, just_started=True)
    assert "No worker takes executions now" not in editor.get(f"/executions/{pk}/").content.decode()


def test_a_preparing_execution_shows_the_steps_so_far(editor, people, project):
    pk = submit(people, project)
    claimed = take(pk)
    leases.note(SYSTEM, pk, claimed.claim, phase="Fetching the code", isolation="NAMESPACES")
    leases.note(SYSTEM, pk, claimed.claim, phase="Building the environment", commit="8c41f2e" * 5, branch="main")
    page = editor.get(f"/executions/{pk}/").content.decode()
    steps = page.partition('class="steps"')[2].partition("</ol>")[0]
    assert [name in steps for name in ("Queued", "Source", "Environment", "Running", "Done")] == [True] * 5
    assert steps.count('aria-current="step"') == 1
    assert "https://github.com/acme/iris/commit/8c41f2e" in page
    assert "NAMESPACES" in page


def test_why_it_failed_stands_at_the_head(editor, people, project):
    pk = submit(people, project)
    claimed = take(pk)
    leases.begin(SYSTEM, pk, claimed.claim)
    end(claimed, "FAILED", "The command ended with exit code 1: ModuleNotFoundError: No module named 'torch'", 1)
    page = editor.get(f"/executions/{pk}/").content.decode()
    assert "No module named &#x27;torch&#x27;" in page.partition("split-pane")[0]
    assert "data-poll" not in page
    assert "Retry" in page
    assert [page.count(f'data-is="{state}"') for state in ("failed", "stopped")] == [1, 0]


def test_parameters_that_nobody_gave_are_shown_as_the_run_noted_them(editor, people, project):
    pk = submit(people, project)
    claimed = take(pk)
    params = [Tag("alpha", "0.1"), Tag("data", DATA), Tag("of_autologging", "7")]
    log_batch(SYSTEM, claimed.run_id, Batch(params=params))
    shown = editor.get(f"/executions/{pk}/").content.decode().partition('id="params"')[2].partition("</section>")[0]
    assert ("default" in shown, "0.1" in shown, "of_autologging" in shown, DATA in shown) == (True, True, False, True)


def test_the_environment_is_shown_with_its_build_log(editor, people, project):
    pk = submit(people, project)
    claimed = take(pk)
    leases.note(SYSTEM, pk, claimed.claim, environment="a" * 64, environment_kind="python", python="3.11.9")
    built = {"built_at": "2026-01-01T00:00:00Z", "last_used_at": "2026-01-01T00:00:00Z", "size": 5, "seconds": 3.0}
    EnvironmentBuild.objects.create(key="a" * 64, host="h", state="READY", packages=["numpy==2.0"], log="pip says", **built)
    page = editor.get(f"/executions/{pk}/").content.decode()
    assert "numpy==2.0" in page
    assert "Python 3.11.9" in page
    log = editor.get(f"/executions/{pk}/log/environment/")
    assert (log.content, log["X-Log-Complete"]) == (b"pip says", "1")


def test_a_script_gets_the_part_that_it_keeps_alive(editor, people, project):
    pk = submit(people, project)
    for part in ("execution-head", "execution-side"):
        page = editor.get(f"/executions/{pk}/", headers={"X-Fragment": part}).content.decode()
        assert page.strip().startswith("<div")
        assert f'id="{part}"' in page


def test_it_is_cancelled(editor, people, project):
    pk = submit(people, project)
    assert editor.post(f"/executions/{pk}/cancel/")["Location"] == f"/executions/{pk}/"
    assert "Cancelled by editor" in editor.get(f"/executions/{pk}/").content.decode()


def test_cancelling_what_has_just_ended_leads_back_to_it(editor, people, project):
    pk = submit(people, project)
    end(take(pk))
    answer = editor.post(f"/executions/{pk}/cancel/", follow=True)
    assert answer.redirect_chain == [(f"/executions/{pk}/", 302)]
    assert "It had ended by itself before." in answer.content.decode()


def test_it_is_run_again_with_the_same_code(editor, people, project):
    pk = submit(people, project)
    claimed = take(pk)
    leases.note(SYSTEM, pk, claimed.claim, commit="8c41f2e" * 5)
    end(claimed)
    made = Execution.objects.get(origin_id=pk) if editor.post(f"/executions/{pk}/repeat/") else None
    assert (made.ref, made.params) == ("8c41f2e" * 5, {"data": DATA})
    assert f'href="/executions/{pk}/"' in editor.get(f"/executions/{made.pk}/").content.decode()


def test_a_clone_is_prefilled_and_checked(editor, people, project):
    pk = submit(people, project, params={"data": DATA, "alpha": "0.3", "seed": "4"}, limits={"minutes": 9})
    page = editor.get(f"/executions/{pk}/again/").content.decode()
    assert [text in page for text in ('value="0.3"', f'value="{DATA}"', "seed=4", 'value="9"')] == [True] * 4
    plain = editor.get(f"/executions/{submit(people, project)}/again/").content.decode()
    assert [text.count("<details open") + text.count(" open>") > 0 for text in (page, plain)] == [True, False]
    refused = editor.post(f"/executions/{pk}/again/", {"entry_point": "main", "param-0": "x", "param-1": DATA})
    assert "is not a number" in error_of(refused, "param-0")
    answer = editor.post(f"/executions/{pk}/again/", {"entry_point": "main", "param-0": "0.9", "param-1": DATA})
    made = Execution.objects.get(origin_id=pk)
    assert (answer["Location"], made.params) == (f"/executions/{made.pk}/", {"alpha": "0.9", "data": DATA})


def test_a_clone_may_go_to_another_experiment(editor, people, project):
    pk = submit(people, project)
    editor.post(f"/executions/{pk}/again/", {"entry_point": "main", "param-1": DATA, "experiment": "brand new"})
    assert Execution.objects.select_related("run__experiment").get(origin_id=pk).run.experiment.name == "brand new"


def test_an_execution_of_no_project_is_shown_and_cloned(editor, people):
    pk = executions.submit(people.editor.actor, NewExecution(uri=URI, params={"a": "1"}, experiment_id="0"))
    assert "github.com/acme/iris.git" in editor.get(f"/executions/{pk}/").content.decode()
    assert "a=1" in editor.get(f"/executions/{pk}/again/").content.decode()


def test_the_list_is_filtered_by_state_project_and_person(editor, people, project):
    waiting = submit(people, project)
    other = executions.submit(people.manager.actor, NewExecution(uri=URI, experiment_id="0"))
    executions.cancel(people.manager.actor, other)

    def found(query):
        page = editor.get(f"/executions/?{query}").content.decode().partition('id="history"')[2]
        return [pk for pk in (waiting, other) if f'href="/executions/{pk}/"' in page]

    assert found("") == [waiting, other]
    assert found("state=stopped") == [other]
    assert found("state=waiting") == [waiting]
    assert found(f"project={project}") == [waiting]
    assert found("person=Manager") == [other]
    assert found("person=nobody") == []


def test_a_place_in_the_queue_is_changed(editor, people, project):
    submit(people, project)
    pk = submit(people, project)
    assert editor.post(f"/executions/{pk}/priority/", {"priority": "5"}).status_code == 302
    assert Execution.objects.get(pk=pk).priority == 5
    assert editor.post(f"/executions/{pk}/priority/", {"priority": "4", "back": "workers"})["Location"] == "/workers/"
    editor.post(f"/executions/{pk}/priority/", {"priority": "500"})
    assert "whole number from -100 to 100" in editor.get("/executions/").content.decode()


def test_who_may_not_move_it_sees_its_priority_only(web, people, project):
    pk = submit(people, project)
    page = web(people.reader).get("/executions/").content.decode()
    assert f'href="/executions/{pk}/"' in page
    assert 'name="priority"' not in page


@pytest.mark.parametrize("number", [2, 12])
def test_the_lists_cost_the_same_for_any_length(editor, people, project, number, django_assert_max_num_queries):
    for _ in range(number):
        end(take(submit(people, project)))
    for _ in range(number):
        submit(people, project)
    for page, most in (("/executions/", 15), ("/workers/", 12), (f"/projects/{project}/", 20)):
        editor.get(page)
        with django_assert_max_num_queries(most):
            editor.get(page)


def test_workers_say_what_they_can_and_do(editor, people, project):
    pk = submit(people, project)
    take(pk)
    waiting = submit(people, project)
    walls = [
        {"what": "Files", "is_reached": True, "how": "by namespaces"},
        {"what": "Network", "is_reached": False, "how": "open"},
    ]
    load = {
        "cpus": 8,
        "load": 4.0,
        "memory_total": 32_000_000_000,
        "memory_available": 16_000_000_000,
        "disk_free": 5_000_000_000,
    }
    facts = {"host": "gpu-03", "slots": 2, "load": load, "isolation": "NAMESPACES", "walls": walls}
    workers.hear(SYSTEM, "gpu-03", facts, just_started=True)
    page = editor.get("/workers/").content.decode()
    for text in ("gpu-03", "1 of 2", "4.0 of 8", "16 GB of 32 GB", "NAMESPACES", "by namespaces", "next"):
        assert text in page
    assert f'href="/executions/{pk}/"' in page
    assert f'href="/executions/{waiting}/"' in page


def test_a_worker_that_is_gone_is_told(editor, people):
    workers.hear(SYSTEM, "gpu-03", {"host": "gpu-03", "slots": 2, "load": {}}, just_started=True)
    Worker.objects.update(heard_at="2026-01-01T00:00:00Z")
    assert "No worker was heard of in the last week" in editor.get("/workers/").content.decode()


def test_a_run_leads_to_its_execution_and_is_run_again(editor, people, project):
    pk = submit(people, project)
    run_id = Execution.objects.get(pk=pk).run.run_id
    page = editor.get(f"/runs/{run_id}/").content.decode()
    assert f"/runs/{run_id}/execution/" in page
    assert f"/runs/{run_id}/again/" in page
    assert editor.get(f"/runs/{run_id}/execution/")["Location"] == f"/executions/{pk}/"
    answer = editor.post(f"/runs/{run_id}/again/")
    assert answer["Location"] == f"/executions/{Execution.objects.get(origin_id=pk).pk}/"


def test_a_run_from_elsewhere_offers_neither(editor, worlds):
    page = editor.get(f"/runs/{worlds.here.run_id}/").content.decode()
    assert "/again/" not in page
    assert editor.get(f"/runs/{worlds.here.run_id}/execution/").status_code == 404
    assert editor.post(f"/runs/{worlds.here.run_id}/again/").status_code == 400


def test_a_project_without_a_file_asks_for_a_script(editor, project):
    ready(project, offer={"entry_points": [], "has_file": False, "environment": "python"})
    page = editor.get(f"/projects/{project}/").content.decode()
    assert "is an entry point, like train.py" in page
