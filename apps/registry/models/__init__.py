from apps.registry.models.activities import Activity
from apps.registry.models.aliases import Alias
from apps.registry.models.gates import ExternalCheck, GateResult
from apps.registry.models.policies import Policy, PolicyVersion
from apps.registry.models.registered import ModelGrant, ModelTag, RegisteredModel
from apps.registry.models.requests import RequestPolicy, TransitionRequest, Vote
from apps.registry.models.versions import ModelVersion, VersionChange, VersionTag

__all__ = [
    "Activity",
    "Alias",
    "ExternalCheck",
    "GateResult",
    "ModelGrant",
    "ModelTag",
    "ModelVersion",
    "Policy",
    "PolicyVersion",
    "RegisteredModel",
    "RequestPolicy",
    "TransitionRequest",
    "VersionChange",
    "VersionTag",
    "Vote",
]
