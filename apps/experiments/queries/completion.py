"""What the filter bar of runs offers: the words of the language, and the keys and values that recent runs really have."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import connection

from apps.access.queries.workspaces import require_known
from apps.core.actor import Actor
from apps.core.filterlang.ast import Span
from apps.core.filterlang.complete import Completion, complete
from apps.core.filterlang.dialects import RUNS
from apps.core.filterlang.errors import FilterError
from apps.core.filterlang.format import spell_key, spell_value
from apps.core.filterlang.like import fold
from apps.core.filterlang.parser import parse
from apps.experiments.models.experiments import ACTIVE
from apps.experiments.visibility import visible_experiment_ids

# Enough to know an experiment's keys, and a few milliseconds whatever its size.
RECENT = 1000
MOST_CHOICES = 50
LONGEST_VALUE = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to take: `text` as shown, `insert` as written into the filter, and in how many of the recent runs it occurs."""

    text: str
    insert: str
    runs: int = 0


@dataclass(slots=True)
class Offer:
    """Choices that replace `start` to `end` of the text. `words` are the language's, `found` those of the runs.

    `wants` says of what sort they are: field, key, operator, value, joiner or nothing; `error` what is wrong before the cursor.
    """

    start: int
    end: int
    wants: str
    words: list[Choice] = field(default_factory=list)
    found: list[Choice] = field(default_factory=list)
    error: tuple[Span, str] | None = None


def complete_filter(actor: Actor, experiment_ids: list[str], text: str, cursor: int) -> Offer:
    """What could be typed at `cursor` in a filter of the runs of those experiments, as far as the actor may see them.

    Three statements at most. Raises Unauthenticated, Invalid for an id that is no number.
    """
    require_known(actor)
    visible = visible_experiment_ids(actor, experiment_ids)
    wanted = complete(text, cursor, RUNS)
    words = [Choice(word, _spaced(word, wanted)) for word in wanted.options]
    offer = Offer(wanted.start, wanted.end, wanted.wants, words, error=_error_before(text, wanted.start))
    if visible and wanted.wants == "key":
        offer.found = _choices(_keys(visible, wanted.entity), wanted.typed, lambda key: f"{spell_key(key, RUNS)} ")
    elif visible and wanted.wants == "value":
        offer.found = _choices(_values(visible, wanted), wanted.typed, lambda value: spell_value(value, RUNS))
    return offer


def _spaced(word: str, wanted: Completion) -> str:
    """An operator or joiner goes with a blank behind it; an entity's dot wants its key at once."""
    return word if word.endswith((".", "(", "'", ")")) and wanted.wants != "operator" else f"{word} "


def _error_before(text: str, start: int) -> tuple[Span, str] | None:
    """What is wrong with the finished part of the text; an end that is only begun is no mistake yet."""
    try:
        parse(text, RUNS)
    except FilterError as error:
        if error.position.length and error.position.start + error.position.length < start:
            return error.position, error.message
    return None


def _choices(counted: list[tuple[str, int]], typed: str, spell: Callable[[str], str]) -> list[Choice]:
    """Those with `typed` in them, those that begin with it first, else the most frequent first."""
    low = fold(typed)
    fitting = [(name, runs) for name, runs in counted if low in fold(name) and len(name) <= LONGEST_VALUE]
    fitting.sort(key=lambda pair: (not fold(pair[0]).startswith(low), -pair[1], pair[0]))
    found = []
    for name, runs in fitting:
        try:
            found.append(Choice(name, spell(name), runs))
        except ValueError:
            continue  # a text with all kinds of quotes in it cannot be written
        if len(found) == MOST_CHOICES:
            break
    return found


def _recent(experiments: list[int]) -> str:
    ids = ",".join([str(number) for number in experiments])
    return (
        f"(SELECT r.id FROM experiments_run r WHERE r.experiment_id IN ({ids}) AND r.lifecycle = '{ACTIVE}'"
        f" ORDER BY r.start_time DESC LIMIT {RECENT})"
    )


_KEYS = {
    "metric": (
        "SELECT k.name FROM experiments_series t JOIN experiments_metrickey k ON k.id = t.key_id JOIN {0} n ON n.id = t.run_id"
    ),
    "param": (
        "SELECT k.name FROM experiments_param t JOIN experiments_paramkey k ON k.id = t.key_id JOIN {0} n ON n.id = t.run_id"
    ),
    "tag": "SELECT t.key AS name FROM experiments_runtag t JOIN {0} n ON n.id = t.run_id",
}
_VALUES = {
    "param": (
        "SELECT t.value AS name FROM experiments_param t JOIN experiments_paramkey k ON k.id = t.key_id"
        " JOIN {0} n ON n.id = t.run_id WHERE k.name = %s"
    ),
    "tag": "SELECT t.value AS name FROM experiments_runtag t JOIN {0} n ON n.id = t.run_id WHERE t.key = %s",
}
_DATASETS = (
    "SELECT {1} AS name FROM experiments_datasetinput i JOIN experiments_dataset d ON d.id = i.dataset_id"
    " JOIN {0} n ON n.id = i.run_id WHERE {1} IS NOT NULL"
)
_DATASET_COLUMNS = {"name": "d.name", "digest": "d.digest", "context": "i.context"}
_ATTRIBUTES = "SELECT r.{1} AS name FROM experiments_run r JOIN {0} n ON n.id = r.id WHERE r.{1} <> ''"
_ATTRIBUTE_COLUMNS = {"run_id": "run_id", "run_name": "name", "user_id": "user_text"}


def _keys(experiments: list[int], entity: str) -> list[tuple[str, int]]:
    if entity not in _KEYS:
        return []
    return _counted(_KEYS[entity].format(_recent(experiments)), [])


def _values(experiments: list[int], wanted: Completion) -> list[tuple[str, int]]:
    recent = _recent(experiments)
    if wanted.entity in _VALUES:
        return _counted(_VALUES[wanted.entity].format(recent), [wanted.key])
    if wanted.entity == "dataset":
        return _counted(_DATASETS.format(recent, _DATASET_COLUMNS[wanted.key]), [])
    if wanted.entity == "attribute" and wanted.key in _ATTRIBUTE_COLUMNS:
        return _counted(_ATTRIBUTES.format(recent, _ATTRIBUTE_COLUMNS[wanted.key]), [])
    return []


def _counted(sql: str, params: list[str]) -> list[tuple[str, int]]:
    """(name, how often) of a statement that selects `name`, the most frequent first."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT name, count(*) FROM ({sql}) AS c GROUP BY name ORDER BY count(*) DESC, name LIMIT 5000", params)
        return list(cursor.fetchall())
