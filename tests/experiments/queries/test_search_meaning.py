"""The SQL of a search finds what `filterlang.evaluate` says the filter means, on whichever database the tests run."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.core import clock
from apps.core.actor import Actor
from apps.core.filterlang.dialects import EXPERIMENTS, LOGGED_MODELS, RUNS
from apps.core.filterlang.evaluate import Facts, matches
from apps.core.filterlang.format import format_filter
from apps.experiments.queries.search import search_experiments, search_logged_models, search_runs
from tests.core.filterlang.strategies import FLOATS, NOW, RUN_FACTS, TEXT, TIMES, mappings, nodes
from tests.experiments.facts import make_experiment, make_experiments, make_models, make_runs, make_workspace

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("tests")
# The fixture is the database; each example makes an experiment of its own in it.
MANY = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])

MODEL_FACTS = st.builds(
    Facts,
    attributes=st.fixed_dictionaries(
        {
            "name": TEXT,
            "model_type": st.one_of(st.none(), TEXT.filter(bool)),
            "source_run_id": st.one_of(st.none(), TEXT.filter(bool)),
            "status": st.sampled_from(["LOGGED_MODEL_PENDING", "LOGGED_MODEL_READY"]),
            "creation_timestamp_ms": st.sampled_from(TIMES),
            "last_updated_timestamp_ms": st.sampled_from(TIMES),
        }
    ),
    metrics=mappings(st.lists(FLOATS, min_size=1, max_size=2)),
    params=mappings(TEXT),
    tags=mappings(TEXT),
)
EXPERIMENT_FACTS = st.builds(
    Facts,
    attributes=st.fixed_dictionaries(
        {"name": TEXT, "creation_time": st.sampled_from(TIMES), "last_update_time": st.sampled_from(TIMES)}
    ),
    tags=mappings(TEXT),
)


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch):
    monkeypatch.setattr(clock, "now_ms", lambda: NOW)


def expected(node, things):
    return {name for name, facts in things.items() if matches(node, facts, NOW)}


@MANY
@given(st.lists(RUN_FACTS, min_size=1, max_size=4), st.lists(nodes(RUNS), min_size=1, max_size=6))
def test_runs_are_found_as_the_language_means(many, filters):
    experiment = make_experiment()
    runs = make_runs(experiment, many)
    for node in filters:
        page = search_runs(SYSTEM, [str(experiment.pk)], filter_text=format_filter(node, RUNS))
        assert {run.run_id for run in page.items} == expected(node, runs), format_filter(node, RUNS)


@MANY
@given(st.lists(MODEL_FACTS, min_size=1, max_size=4), st.lists(nodes(LOGGED_MODELS), min_size=1, max_size=6))
def test_logged_models_are_found_as_the_language_means(many, filters):
    experiment = make_experiment()
    models = make_models(experiment, many)
    for node in filters:
        page = search_logged_models(SYSTEM, [str(experiment.pk)], filter_text=format_filter(node, LOGGED_MODELS))
        assert {model.model_id for model in page.items} == expected(node, models), format_filter(node, LOGGED_MODELS)


@MANY
@given(
    st.lists(EXPERIMENT_FACTS, min_size=1, max_size=4, unique_by=lambda facts: facts.attributes["name"]),
    st.lists(nodes(EXPERIMENTS), min_size=1, max_size=6),
)
def test_experiments_are_found_as_the_language_means(many, filters):
    workspace = make_workspace()
    experiments = make_experiments(workspace, many)
    for node in filters:
        page = search_experiments(replace(SYSTEM, workspace=workspace.name), filter_text=format_filter(node, EXPERIMENTS))
        assert {record.id for record in page.items} == expected(node, experiments), format_filter(node, EXPERIMENTS)
