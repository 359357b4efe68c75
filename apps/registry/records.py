"""What queries return: plain data, no rows of the ORM. Doors turn these into their own words."""

from dataclasses import dataclass, field
from typing import NamedTuple

from apps.experiments.records import Tag


class AliasRecord(NamedTuple):
    """An alias and the number of the version that it points to."""

    alias: str
    number: int


@dataclass(slots=True)
class VersionRecord:
    """A version as it is shown; times in ms. `pk` is its internal key."""

    pk: int
    model_pk: int
    name: str
    number: int
    stage: str
    stage_since: int
    source: str
    storage_location: str
    run_id: str
    logged_model_id: str
    run_link: str
    status: int
    status_message: str
    description: str
    owner: str
    owner_id: int | None
    created_at: int
    updated_at: int
    tags: list[Tag] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)


@dataclass(slots=True)
class ModelRecord:
    """A registered model as it is shown. `latest_versions` is the highest of each stage that occurs."""

    pk: int
    workspace: str
    name: str
    description: str
    owner: str
    created_at: int
    updated_at: int
    is_prompt: bool
    level: int
    tags: list[Tag] = field(default_factory=list)
    aliases: list[AliasRecord] = field(default_factory=list)
    latest_versions: list[VersionRecord] = field(default_factory=list)


@dataclass(slots=True)
class Page:
    """A page of a search and the token of the next one ("" if there is none)."""

    rows: list  # of ModelRecord or VersionRecord
    next_page_token: str
