"""The filter bar's choices come from the language and from what the runs really have."""

import pytest

from apps.core.actor import Actor
from apps.core.errors import Unauthenticated
from apps.core.filterlang.dialects import RUNS
from apps.core.filterlang.evaluate import Facts
from apps.core.filterlang.parser import parse
from apps.experiments.queries.completion import complete_filter
from tests.experiments.facts import make_experiment, make_runs

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("tests")
RUNS_FACTS = [
    Facts({"run_name": "oak", "user_id": "ana"}, {"loss": 1.0, "val loss": 2.0}, {"lr": "0.1", "it's": "a"}, {"team": "x"}),
    Facts(
        {"run_name": "elm", "user_id": "ana"},
        {"loss": 1.0},
        {"lr": "0.1"},
        {},
        [{"name": "iris", "digest": "1", "context": None}],
    ),
    Facts({"run_name": "ash", "user_id": "bo"}, {"accuracy": 1.0}, {"lr": "0.01"}, {}),
]


@pytest.fixture
def experiment_id():
    experiment = make_experiment()
    make_runs(experiment, RUNS_FACTS)
    return str(experiment.pk)


def offer(text, experiment_id):
    return complete_filter(SYSTEM, [experiment_id], text.replace("|", ""), text.index("|"))


def found(text, experiment_id):
    return [choice.text for choice in offer(text, experiment_id).found]


def test_keys_come_the_most_frequent_first(experiment_id):
    assert found("metrics.|", experiment_id) == ["loss", "accuracy", "val loss"]


def test_keys_that_begin_with_what_is_typed_come_before_those_that_hold_it(experiment_id):
    assert found("metrics.lo|", experiment_id) == ["loss", "val loss"]
    assert found("metrics.LOS|", experiment_id) == ["loss", "val loss"]


def test_a_key_is_inserted_with_the_quotes_it_needs(experiment_id):
    assert [choice.insert for choice in offer("metrics.val|", experiment_id).found] == ["`val loss` "]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("params.lr = |", ["0.1", "0.01"]),
        ("params.lr = '0.0|", ["0.01"]),
        ("tags.team IN (|", ["x"]),
        ("user_id = |", ["ana", "bo"]),
        ("run_name LIKE 'e|", ["elm"]),
        ("datasets.name = |", ["iris"]),
        ("datasets.context = |", []),
        ("status = |", []),
        ("metrics.loss > |", []),
    ],
)
def test_values_are_those_of_the_key(text, values, experiment_id):
    assert found(text, experiment_id) == values


def test_the_languages_own_words_are_offered_beside(experiment_id):
    assert [choice.text for choice in offer("status = 'F|", experiment_id).words] == ["'FINISHED'", "'FAILED'"]


@pytest.mark.parametrize(
    "text", ["par|", "params.l|", "params.lr |", "params.lr = |", "params.lr = '0.1' |", "metrics.val|", "params.it|"]
)
def test_every_choice_can_be_taken(text, experiment_id):
    """What is taken parses as the beginning of a filter: an error, if any, stands at its end."""
    plain = text.replace("|", "")
    answer = offer(text, experiment_id)
    assert answer.words or answer.found
    for choice in [*answer.words, *answer.found]:
        taken = plain[: answer.start] + choice.insert + plain[answer.end :]
        again = complete_filter(SYSTEM, [experiment_id], taken, len(taken))
        assert again.wants != "nothing", taken


def test_a_mistake_before_the_cursor_is_told(experiment_id):
    span, message = offer("metrics.loss ~ 1 AND |", experiment_id).error
    assert (span, "Invalid comparator" in message) == ((13, 1), True)


@pytest.mark.parametrize("text", ["|", "metrics.|", "metrics.loss > |", "metrics.loss > 1 AND |", "params.lr = '0.|"])
def test_an_end_that_is_only_begun_is_no_mistake(text, experiment_id):
    assert offer(text, experiment_id).error is None


def test_hidden_experiments_give_nothing_away(worlds, people):
    seen = complete_filter(people.reader.actor, [worlds.here.experiment_id], "params.", 7).found
    assert [choice.text for choice in seen] == ["depth"]
    assert complete_filter(people.reader.actor, [worlds.there.experiment_id], "params.", 7).found == []


def test_nobody_is_offered_nothing(experiment_id):
    with pytest.raises(Unauthenticated):
        complete_filter(Actor.anonymous(), [experiment_id], "params.", 7)


def test_a_filter_made_of_choices_parses(experiment_id):
    text = ""
    for pick in ("metrics.", "loss", "<", None):
        answer = complete_filter(SYSTEM, [experiment_id], text, len(text))
        if pick is None:
            break
        choice = next(one for one in [*answer.found, *answer.words] if one.text == pick)
        text = text[: answer.start] + choice.insert
    assert parse(f"{text}0.5", RUNS) is not None
