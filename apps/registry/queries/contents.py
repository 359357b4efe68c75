"""What a version is made of: its files, what its MLmodel says, its run, and what changes against what stands in Production."""

from dataclasses import dataclass

from apps.core.actor import Actor
from apps.registry import evidence, stages
from apps.registry.access import access_version
from apps.registry.differences import Comparison, Side, compare
from apps.registry.evidence import File
from apps.registry.mlmodel import ModelFile, example_row
from apps.registry.records import VersionRecord
from apps.registry.sql import rows
from apps.registry.standing import holders_of

MOST_EXAMPLE = 20_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where the files of a version lie: in a run (with its id) or a logged model; `folder` is the path inside."""

    run_id: str
    model_id: str
    folder: str


@dataclass(slots=True)
class Contents:
    """`files` is None where the artifacts lie outside of this server; `run_name` "" where there is no such run here.

    `example` is the beginning of the input example and `example_values` what its first row has by column. `comparison` is against
    the newest other version in Production; None where there is none.
    """

    record: VersionRecord
    files: list[File] | None
    place: Place | None
    problems: list[str]
    model: ModelFile
    packages: dict[str, str]
    example: str
    example_values: dict[str, str]
    run_name: str
    datasets: list[tuple[str, str]]
    comparison: Comparison | None
    size_before: int | None = None

    @property
    def size(self) -> int | None:
        """Bytes of all files; what the MLmodel says where they lie elsewhere."""
        return sum(file.size for file in self.files) if self.files is not None else self.model.size


def version_contents(actor: Actor, name: str, version: str) -> Contents:
    """All of it. Raises Invalid, Missing."""
    found = access_version(actor, name, version, "model_version.read")
    side = Side(evidence.of_version(found.id))
    before = _in_production(found.model.id, found.number)
    known = side.evidence
    example = side.text(side.model.example, MOST_EXAMPLE) if side.model.example else ""
    return Contents(
        record=known.version,
        files=known.files,
        place=_place(side),
        problems=known.problems,
        model=side.model,
        packages=side.packages,
        example=example,
        example_values=example_row(example),
        run_name=known.run.name if known.run else "",
        datasets=known.run.datasets if known.run else [],
        comparison=compare(before, side) if before else None,
        size_before=sum(file.size for file in before.evidence.files or []) if before else None,
    )


def version_files(actor: Actor, name: str, version: str) -> Contents:
    """The same, without what the files say and without comparison. Raises Invalid, Missing."""
    found = access_version(actor, name, version, "model_version.read")
    side = Side(evidence.of_version(found.id))
    known = side.evidence
    return Contents(known.version, known.files, _place(side), known.problems, ModelFile(), {}, "", {}, "", [], None)


def _in_production(model_id: int, number: int) -> Side | None:
    other = next((one for one in holders_of(model_id)[stages.PRODUCTION] if one != number), None)
    if other is None:
        return None
    return Side(evidence.gather(_version(model_id, other)))


def _version(model_id: int, number: int) -> VersionRecord:
    found = rows.versions_where("v.model_id = %s AND v.number = %s", [model_id, number])
    rows.fill_version_tags(found)
    return found[0]


def _place(side: Side) -> Place | None:
    root = side.evidence.root.split("/")
    if len(root) == 4 and root[1] == "models":  # 12/models/m-1/artifacts
        return Place("", root[2], side.evidence.folder)
    return Place(root[1], "", side.evidence.folder) if len(root) == 3 else None
