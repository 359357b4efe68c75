"""All that is known of a version when somebody decides about it, and its fingerprint.

Read as the platform: an approver may have no access to the experiment, and the decision must not depend on that.
"""

from dataclasses import dataclass, field
from typing import Any

from apps.artifacts.queries.listing import list_tree, owners
from apps.artifacts.queries.uploads import unfinished
from apps.core.actor import Actor
from apps.experiments.queries.evidence import ModelEvidence, RunEvidence, find_model, find_run, find_run_model
from apps.experiments.services.holds import lock_evidence
from apps.registry import gate_terms
from apps.registry.models import VersionChange
from apps.registry.records import VersionRecord
from apps.registry.sources import Place, place_of
from apps.registry.sql import rows
from apps.registry.terms import Terms, digest

READER = Actor.system("registry.evidence")
COMMIT_TAGS = ("mlflow.source.git.commit", "mlflow.source.git.dirty")


@dataclass(frozen=True, slots=True)
class File:
    """A file of the version; `path` is relative to the version's own folder."""

    path: str
    size: int
    sha256: str


@dataclass(slots=True)
class Evidence:
    """A version with its run, its logged model, and its files. `files` is None where the artifacts lie outside of this server."""

    version: VersionRecord
    run: RunEvidence | None = None
    logged_model: ModelEvidence | None = None
    root: str = ""
    folder: str = ""
    files: list[File] | None = None
    problems: list[str] = field(default_factory=list)
    changed_by: dict[str, int | None] = field(default_factory=dict)  # what of the version -> who changed it last

    @property
    def tags(self) -> dict[str, str]:
        """The version's own tags."""
        return dict(self.version.tags)

    def file(self, name: str) -> File | None:
        """A file directly in the version's folder."""
        return next((file for file in self.files or [] if file.path == name), None)


def gather(version: VersionRecord) -> Evidence:
    """Everything, from the database alone."""
    found = Evidence(version)
    place = _place(version)
    run_id = version.run_id or (place.id if place and place.kind == "run" else "")
    model_id = version.logged_model_id or (place.id if place and place.kind == "logged_model" else "")
    found.run = find_run(READER, run_id) if run_id else None
    found.logged_model = find_model(READER, model_id) if model_id else None
    found.changed_by = dict(VersionChange.objects.filter(version_id=version.pk).values_list("what", "user_id"))
    if place:
        _add_files(found, place)
    _add_problems(found)
    return found


def locked(version: VersionRecord) -> Evidence:
    """The same, with the run and the logged model locked until the transaction ends: nothing of it changes any more."""
    runs, models = subjects(version)
    lock_evidence(READER, runs, models)
    return gather(version)


def subjects(version: VersionRecord) -> tuple[list[str], list[str]]:
    """The ids of the runs and of the logged models that are evidence of a version: those it names and those its artifacts lie
    with.
    """
    place = _place(version)
    runs, models = {version.run_id}, {version.logged_model_id}
    if place:
        (runs if place.kind == "run" else models).add(place.id)
    for model_id in models - {""}:
        if (model := find_model(READER, model_id)) and model.source_run_id:
            runs.add(model.source_run_id)
    return sorted(runs - {""}), sorted(models - {""})


def fingerprint(evidence: Evidence, terms: list[Terms], policies: list[str]) -> str:
    """What votes are bound to: the files, the numbers of the run and the model, what the gates read, and the policies by their
    digests.

    System metrics are left out: they say how the machine fared, and go on arriving.
    """
    return digest(
        {
            "version": _identity(evidence.version),
            "files": None if evidence.files is None else [[file.path, file.size, file.sha256] for file in evidence.files],
            "run": _run_part(evidence.run, terms),
            "logged_model": _model_part(evidence.logged_model),
            "read": _read_part(evidence, terms),
            "policies": sorted(policies),
        }
    )


def changers(evidence: Evidence, terms: Terms) -> set[int]:
    """Who changed last what the gates of these terms read."""
    found: set[int | None] = set()
    kinds = {gate.kind for gate in terms.gates}
    if gate_terms.DESCRIPTION in kinds:
        found.add(evidence.changed_by.get("description"))
    for key in _tag_keys([terms]):
        found.add(evidence.changed_by.get(f"tag:{key}"))
    if kinds & gate_terms.READ_RUN and evidence.run:
        found |= evidence.run.writers
    if kinds & (gate_terms.READ_RUN | gate_terms.READ_FILES) and evidence.logged_model:
        found.add(evidence.logged_model.owner_id)
    if kinds & gate_terms.READ_FILES and evidence.root:
        found |= owners(READER, evidence.root, evidence.folder)
    return {user_id for user_id in found if user_id is not None}


def _place(version: VersionRecord) -> Place | None:
    """The folder of the artifacts; `runs:/<run>/<name>` may mean a logged model of the run."""
    place = place_of(version.storage_location)
    if place and place.kind == "run" and version.storage_location.startswith("runs:") and place.path:
        run = find_run(READER, place.id)
        model_id = find_run_model(READER, place.id, place.path.split("/")[0]) if run else ""
        if model_id:
            return Place("logged_model", model_id, place.path.partition("/")[2])
    return place


def _add_files(found: Evidence, place: Place) -> None:
    owner: RunEvidence | ModelEvidence | None = found.run if place.kind == "run" else found.logged_model
    if place.kind == "run" and found.run and found.run.run_id != place.id:
        owner = find_run(READER, place.id)
    if place.kind == "logged_model" and found.logged_model and found.logged_model.model_id != place.id:
        owner = find_model(READER, place.id)
    if owner is None:
        return
    found.root, found.folder = owner.root, place.path
    skipped = len(place.path) + 1 if place.path else 0
    entries = list_tree(READER, owner.root, place.path)
    found.files = [File(entry.path[skipped:], entry.size or 0, entry.sha256) for entry in entries]
    found.problems += [f"{entry.path} is damaged in the store" for entry in entries if entry.damaged]
    # What is there already has arrived: whoever begins to replace it changes nothing yet, and under a hold never does.
    there = {entry.path for entry in entries}
    found.problems += [
        f"{attempt.path} has not arrived"
        for attempt in unfinished(READER, owner.root)
        if attempt.path not in there and _lies_in(attempt.path, place.path)
    ]


def _lies_in(path: str, folder: str) -> bool:
    return not folder or path == folder or path.startswith(f"{folder}/")


def _add_problems(found: Evidence) -> None:
    if found.run and found.run.lifecycle != "active":
        found.problems.append(f"its run {found.run.run_id} is in the trash")
    if found.logged_model and found.logged_model.lifecycle != "active":
        found.problems.append(f"its logged model {found.logged_model.model_id} is in the trash")


def _identity(version: VersionRecord) -> list[Any]:
    return [version.pk, version.number, version.source, version.storage_location, version.run_id, version.logged_model_id]


def _run_part(run: RunEvidence | None, terms: list[Terms]) -> Any:
    if run is None:
        return None
    metrics = {
        key: [one.value, one.kind, one.step, one.timestamp, one.count, one.low, one.high]
        for key, one in run.metrics.items()
        if not key.startswith("system/")
    }
    part: dict[str, Any] = {"id": run.run_id, "metrics": metrics, "params": run.params, "datasets": run.datasets}
    if any(gate.kind == gate_terms.COMMIT for one in terms for gate in one.gates):
        part["tags"] = {key: run.tags.get(key) for key in COMMIT_TAGS}
    return part


def _model_part(model: ModelEvidence | None) -> Any:
    if model is None:
        return None
    return {"id": model.model_id, "metrics": model.metrics, "params": model.params}


def _read_part(evidence: Evidence, terms: list[Terms]) -> dict[str, Any]:
    part: dict[str, Any] = {"tags": {key: evidence.tags.get(key) for key in sorted(_tag_keys(terms))}}
    if any(gate.kind == gate_terms.DESCRIPTION for one in terms for gate in one.gates):
        part["description"] = evidence.version.description
    return part


def _tag_keys(terms: list[Terms]) -> set[str]:
    return {key for one in terms for gate in one.gates for key in gate.tags}


def of_version(version_id: int, *, lock: bool = False) -> Evidence:
    """The evidence of the version with that key."""
    version = rows.version_by_pk(version_id)
    return locked(version) if lock else gather(version)
