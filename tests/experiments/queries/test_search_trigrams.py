"""LIKE through an index of trigrams finds what it finds without."""

import pytest

from apps.core.actor import Actor
from apps.core.filtersql.comparisons import is_postgres
from apps.experiments.queries.search import search_runs
from apps.experiments.records import Batch, Tag
from apps.experiments.search import trigrams
from apps.experiments.services import batches, runs

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("tests")
VALUES = ["abc", "xABCx", "Straße", "ΑΣΣΑΣ abc", "İabc", "a%b_c", "ab", ""]


@pytest.fixture
def tagged():
    for value in VALUES:
        run = runs.create_run(SYSTEM, runs.NewRun(name=value or "empty"))
        batches.log_batch(SYSTEM, run.run_id, Batch([], [Tag("p", value)], [Tag("t", value)], []))


def found(entity, pattern, operator):
    page = search_runs(SYSTEM, ["0"], filter_text=f"{entity} {operator} '{pattern}'", order_by=["run_name"])
    return [run.name for run in page.items]


@pytest.mark.parametrize("entity", ["tags.t", "params.p"])
@pytest.mark.parametrize("pattern", ["%abc%", "abc", "%ABC_", "Stra%", "%ΣΑΣ abc", "_abc", "%bc", "Straße", "%raß%"])
def test_like_finds_the_same_with_and_without_an_index(tagged, monkeypatch, entity, pattern):
    plain = [found(entity, pattern, operator) for operator in ("LIKE", "ILIKE")]
    monkeypatch.setattr(trigrams, "_has_index", lambda alias, table: True)
    monkeypatch.setattr(trigrams, "_estimate", lambda table, column, clause: 0)
    assert [found(entity, pattern, operator) for operator in ("LIKE", "ILIKE")] == plain


def test_a_pattern_that_many_match_walks_the_runs_instead(tagged, monkeypatch):
    asked = []
    monkeypatch.setattr(trigrams, "_has_index", lambda alias, table: True)
    monkeypatch.setattr(trigrams, "_estimate", lambda table, column, clause: asked.append(table) or trigrams.FEW + 1)
    assert found("tags.t", "%abc%", "LIKE") == ["abc", "İabc", "ΑΣΣΑΣ abc"]
    assert asked == (["experiments_runtag"] if is_postgres() else [])


def test_the_estimate_is_the_databases_own(tagged):
    if is_postgres():
        assert trigrams._estimate("experiments_runtag", "t.value", trigrams._folded("t.value", "%abc%")) >= 1
    assert trigrams._has_index("default", "experiments_loggedmodeltag") is False
