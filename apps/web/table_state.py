"""What the address of a run table says: filter, sort, columns. static/js/lib/table-state.js writes it.

A column is a run fact (`started`) or `metrics.`, `params.`, `tags.` and a key, with commas and percent signs of the key escaped.
"""

from dataclasses import dataclass

from django.http import QueryDict

from apps.core.errors import Invalid
from apps.core.filterlang.orderby import OrderKey
from apps.experiments.queries.columns import Key
from apps.experiments.queries.table import Columns, Question
from apps.web.directions import direction

FACTS = {
    "name": OrderKey("attribute", "run_name"),
    "status": OrderKey("attribute", "status"),
    "started": OrderKey("attribute", "start_time"),
    "ended": OrderKey("attribute", "end_time"),
    "duration": OrderKey("attribute", "duration"),
    "by": OrderKey("attribute", "user_id"),
    "id": OrderKey("attribute", "run_id"),
}
ENTITIES = {"metrics": "metric", "params": "param", "tags": "tag"}
PREFIXES = {entity: prefix for prefix, entity in ENTITIES.items()}
USUAL_FACTS = ("started", "duration")
USUAL_KEYS = 3  # of each kind: so many fit beside the charts
MOST_COLUMNS = 200


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table: `entity` is fact, metric, param or tag."""

    entity: str
    key: str

    @property
    def spelling(self) -> str:
        """As the address has it."""
        if self.entity == "fact":
            return self.key
        return f"{PREFIXES[self.entity]}.{self.key.replace('%', '%25').replace(',', '%2C')}"


def read_columns(text: str) -> list[Column]:
    """The columns of an address, each once; what is none is passed over, as addresses outlive their columns."""
    found = [column for part in text.split(",") if (column := _column(part))]
    return list(dict.fromkeys(found))[:MOST_COLUMNS]


def _column(text: str) -> Column | None:
    if text in FACTS:
        return Column("fact", text)
    prefix, dot, key = text.partition(".")
    if not dot or not key or prefix not in ENTITIES:
        return None
    return Column(ENTITIES[prefix], key.replace("%2C", ",").replace("%25", "%"))


def read_order(text: str) -> tuple[OrderKey, ...]:
    """The levels of `-metrics.loss,started`. Raises Invalid for what is no column."""
    levels = []
    for part in [part for part in text.split(",") if part]:
        column = _column(part.removeprefix("-"))
        if column is None:
            raise Invalid(f"The table cannot be sorted by '{part}'.")
        ascending = not part.startswith("-")
        if column.entity == "fact":
            fact = FACTS[column.key]
            levels.append(OrderKey(fact.entity, fact.key, ascending))
        else:
            levels.append(OrderKey(column.entity, column.key, ascending, numeric=True))  # type: ignore[arg-type]
    return tuple(levels)


def read_question(query: QueryDict) -> Question:
    """The runs that an address asks for. Raises Invalid."""
    return Question(
        filter_text=query.get("filter", "").strip(),
        order=read_order(query.get("sort", "")),
        deleted=query.get("show") == "deleted",
        parent=query.get("parent", "")[:32] if query.get("tree") == "1" else None,
    )


def wanted(columns: list[Column]) -> Columns:
    """The keys behind columns."""
    keys = {entity: tuple(column.key for column in columns if column.entity == entity) for entity in PREFIXES}
    return Columns(keys["metric"], keys["param"], keys["tag"])


def usual(keys: list[Key]) -> list[Column]:
    """Before anybody chose: start, duration, and the params and metrics that most runs have."""

    def most(entity: str) -> list[Column]:
        names = [key.name for key in keys if key.entity == entity and not key.name.startswith("system/")]
        if entity == "metric":  # `epoch` and `learning_rate` are logged by everything and compare nothing
            names.sort(key=lambda name: direction(name) == 0)
        return [Column(entity, name) for name in sorted(names[:USUAL_KEYS])]

    return [*[Column("fact", name) for name in USUAL_FACTS], *most("param"), *most("metric")]
