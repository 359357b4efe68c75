"""The evidence of a version as one document: where it comes from, what was measured, asked, checked, voted and done.

It is an export of the audit at the same time, so that `manage.py verify_audit --file` checks it without the database; `digest`
is the SHA-256 of the part `evidence` in canonical JSON, and `signature` is the audit key's over all of it.
"""

from dataclasses import asdict
from typing import Any

from apps.access.levels import Level
from apps.audit import chain, documents, export
from apps.audit.models import AuditRow, Checkpoint
from apps.core import clock
from apps.core.actor import Actor
from apps.registry import evidence as evidences
from apps.registry.access import VersionAccess, access_version
from apps.registry.evidence import Evidence
from apps.registry.models import GateResult, PolicyVersion, RequestPolicy, TransitionRequest, Vote
from apps.registry.queries.activities import list_activity
from apps.registry.terms import digest

FORMAT = "mlplatform-evidence/1"
AUDIT_COLUMNS = (*chain.COLUMNS, "seq", "prev_hash", "hash")
SEAL_COLUMNS = ("seq", "hash", "count", "signed_at", "public_key", "signature")


def evidence_document(actor: Actor, name: str, version: str) -> dict[str, Any]:
    """The document; rows of the audit, which hold addresses, for whoever may MANAGE the model. Raises Invalid, Missing."""
    found = access_version(actor, name, version, "model_version.read")
    side = evidences.of_version(found.id)
    requests = TransitionRequest.objects.filter(version_id=found.id).order_by("pk")
    said: dict[str, Any] = {
        "format": FORMAT,
        "made_at": clock.now().isoformat(),
        "model": found.model.name,
        "workspace": found.model.workspace,
        "version": _version(side),
        "lineage": _lineage(side),
        "files": None if side.files is None else [asdict(file) for file in side.files],
        "problems": side.problems,
        "fingerprint": evidences.fingerprint(side, [], []),
        "requests": [_request(request) for request in requests],
        "activity": [asdict(line) for line in reversed(list_activity(actor, name, version=version, limit=500))],
    }
    return documents.signed(_audit(found, found.model.level >= Level.MANAGE) | {"evidence": said, "digest": digest(said)})


def _version(side: Evidence) -> dict[str, Any]:
    version = side.version
    return {
        "number": version.number, "stage": version.stage, "stage_since": version.stage_since, "created_at": version.created_at,
        "owner": version.owner, "source": version.source, "storage_location": version.storage_location,
        "description": version.description, "tags": dict(version.tags), "aliases": version.aliases,
    }  # fmt: skip


def _lineage(side: Evidence) -> dict[str, Any]:
    run, model = side.run, side.logged_model
    return {
        "run": run and {
            "run_id": run.run_id, "name": run.name, "experiment_id": run.experiment_id, "owner": run.owner,
            "start_time": run.start_time, "params": run.params, "tags": run.tags, "datasets": run.datasets,
            "metrics": {key: asdict(measure) for key, measure in run.metrics.items()},
        },
        "logged_model": model and {
            "model_id": model.model_id, "name": model.name, "source_run_id": model.source_run_id, "params": model.params,
            "metrics": model.metrics,
        },
    }  # fmt: skip


def _request(request: TransitionRequest) -> dict[str, Any]:
    policies = PolicyVersion.objects.filter(pk__in=RequestPolicy.objects.filter(request=request).values("policy_version_id"))
    results = GateResult.objects.filter(request=request).order_by("pk")
    votes = Vote.objects.filter(request=request).select_related("voter").order_by("at", "pk")
    return {
        "id": request.pk, "act": request.act, "target": request.target, "state": request.state, "reason": request.reason,
        "requester": request.requester.username, "comment": request.comment, "fingerprint": request.fingerprint,
        "evidence_digest": request.evidence_digest, "archive_existing": request.archive_existing,
        "created_at": request.created_at, "closed_at": request.closed_at,
        "policies": [
            {"policy": one.policy_id, "version": one.number, "digest": one.digest, "terms": one.terms}
            for one in policies.order_by("pk")
        ],
        "gates": list(results.values("label", "state", "measured", "inputs", "inputs_digest", "worker", "at")),
        "checks": list(request.checks.order_by("name").values("name", "state", "url", "description", "posted_name", "at")),
        "votes": [
            {
                "voter": vote.voter.username, "decision": vote.decision, "state": vote.state, "fingerprint": vote.fingerprint,
                "comment": vote.comment, "signed_in_by": vote.via, "at": vote.at,
            }
            for vote in votes
        ],
    }  # fmt: skip


def _audit(version: VersionAccess, is_manager: bool) -> dict[str, Any]:
    """The rows of the audit about the version, and the checkpoints that vouch for them, as the audit's own export writes them."""
    noun_id = f"{version.model.id}/{version.number}"
    found: list[dict[str, Any]] = []
    if is_manager:
        lines = AuditRow.objects.filter(noun="model_version", noun_id=noun_id).order_by("id")
        found = [_bytes_as_text(row) for row in lines.values(*AUDIT_COLUMNS)]
    seals = [_bytes_as_text(row) for row in Checkpoint.objects.order_by("seq").values(*SEAL_COLUMNS)] if found else []
    return {
        "format": export.FORMAT,
        "selection": {"noun": "model_version", "noun_id": noun_id},
        "checkpoints": seals,
        "rows": found,
    }


def _bytes_as_text(row: dict[str, Any]) -> dict[str, Any]:
    return {key: bytes(value).hex() if isinstance(value, bytes | memoryview) else value for key, value in row.items()}
