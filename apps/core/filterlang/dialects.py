"""Which entities, attributes and operators each search knows: data only, read by the parser, `order_by` and completion."""

from dataclasses import dataclass
from typing import Literal

from apps.core.filterlang.ast import EntityName

Kind = Literal["text", "number", "time"]

NUMERIC = ("=", "!=", "<", "<=", ">", ">=")
TEXT = ("=", "!=", "LIKE", "ILIKE")
LISTS = ("IN", "NOT IN")
REGEX = ("RLIKE",)


@dataclass(frozen=True, slots=True)
class Attribute:
    """A named property of the thing itself. `values` are the possible ones, where they are few (for completion)."""

    name: str
    kind: Kind = "text"
    aliases: tuple[str, ...] = ()
    lists: bool = False
    filterable: bool = True
    orderable: bool = True
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entity:
    """A family of keys. `spellings` are what may stand before the dot, the preferred one first.

    `keys` names the only keys there are; None means people choose them. `numeric_text`: also compared as a number when
    the literal is one. `nullable`: IS NULL and IS NOT NULL are allowed.
    """

    name: EntityName
    spellings: tuple[str, ...]
    kind: Kind = "text"
    operators: tuple[str, ...] = ()
    keys: tuple[str, ...] | None = None
    nullable: bool = False
    numeric_text: bool = False
    orderable: bool = False


@dataclass(frozen=True, slots=True)
class Dialect:
    """One search's language.

    `attribute_operators` hold for text attributes (lists besides where the attribute says so). `upper_case`: operators in
    capitals only. `double_quotes`: strings and keys may use them. `numbers_as_text`: an unquoted number is a string too.
    """

    name: str
    entities: tuple[Entity, ...]
    attributes: tuple[Attribute, ...]
    attribute_operators: tuple[str, ...] = TEXT
    upper_case: bool = False
    double_quotes: bool = True
    numbers_as_text: bool = False

    def entity(self, spelling: str) -> Entity | None:
        """The entity written so."""
        return next((entity for entity in self.entities if spelling in entity.spellings), None)

    def entity_named(self, name: str) -> Entity | None:
        """The entity with this canonical name."""
        return next((entity for entity in self.entities if entity.name == name), None)

    def attribute(self, spelling: str) -> Attribute | None:
        """The attribute of this name or alias."""
        return next((one for one in self.attributes if spelling == one.name or spelling in one.aliases), None)


RUN_STATUSES = ("RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED")
MODEL_STATUSES = ("LOGGED_MODEL_PENDING", "LOGGED_MODEL_READY", "LOGGED_MODEL_UPLOAD_FAILED")
_ATTRIBUTE = Entity("attribute", ("attributes", "attribute"))

RUNS = Dialect(
    name="runs",
    entities=(
        Entity("attribute", ("attributes", "attribute", "attr", "run"), orderable=True),
        Entity("metric", ("metrics", "metric"), "number", NUMERIC, orderable=True),
        Entity(
            "param",
            ("params", "param", "parameters", "parameter"),
            "text",
            TEXT + LISTS + REGEX,
            nullable=True,
            numeric_text=True,
            orderable=True,
        ),
        Entity("tag", ("tags", "tag"), "text", TEXT + LISTS + REGEX, nullable=True, orderable=True),
        Entity("dataset", ("datasets", "dataset"), "text", TEXT + LISTS + REGEX, keys=("name", "digest", "context")),
    ),
    attributes=(
        Attribute("run_id", lists=True),
        Attribute("run_name", aliases=("run name", "Run name", "Run Name")),
        Attribute("status", values=RUN_STATUSES),
        Attribute("artifact_uri"),
        Attribute("user_id"),
        Attribute("start_time", "time", aliases=("created", "Created")),
        Attribute("end_time", "time"),
    ),
    attribute_operators=TEXT + REGEX,
)

EXPERIMENTS = Dialect(
    name="experiments",
    entities=(_ATTRIBUTE, Entity("tag", ("tags", "tag"), "text", TEXT, nullable=True)),
    attributes=(
        Attribute("name"),
        Attribute("experiment_id", lists=True),
        Attribute("creation_time", "time"),
        Attribute("last_update_time", "time"),
    ),
)

REGISTERED_MODELS = Dialect(
    name="registered models",
    entities=(_ATTRIBUTE, Entity("tag", ("tags", "tag"), "text", TEXT)),
    attributes=(
        Attribute("name", lists=True),
        Attribute("last_updated_timestamp", "time", aliases=("timestamp",), filterable=False),
    ),
)

MODEL_VERSIONS = Dialect(
    name="model versions",
    entities=(_ATTRIBUTE, Entity("tag", ("tags", "tag"), "text", TEXT)),
    attributes=(
        Attribute("name", lists=True),
        Attribute("run_id", lists=True, orderable=False),
        Attribute("source_path", orderable=False),
        Attribute("version_number", "number"),
        Attribute("creation_timestamp", "time", filterable=False),
        Attribute("last_updated_timestamp", "time", filterable=False),
    ),
)

LOGGED_MODELS = Dialect(
    name="logged models",
    entities=(
        Entity("attribute", ("attributes",), orderable=True),
        Entity("metric", ("metrics",), "number", NUMERIC, orderable=True),
        Entity("param", ("params",), "text", TEXT + LISTS),
        Entity("tag", ("tags",), "text", TEXT + LISTS),
    ),
    attributes=(
        Attribute("name", lists=True),
        Attribute("model_id", lists=True),
        Attribute("model_type", lists=True),
        Attribute("status", lists=True, values=MODEL_STATUSES),
        Attribute("source_run_id", lists=True),
        Attribute("experiment_id", lists=True),
        Attribute("creation_timestamp_ms", "time", aliases=("creation_timestamp", "creation_time")),
        Attribute("last_updated_timestamp_ms", "time", aliases=("last_updated_timestamp",)),
    ),
    upper_case=True,
    double_quotes=False,
    numbers_as_text=True,
)
