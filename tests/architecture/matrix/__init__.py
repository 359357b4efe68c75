"""The access matrix: who gets what at every address. An address that is not in here fails the suite (test_access_matrix.py).

`levels.py` says what each kind of person is answered at an address of a level; the other files give every address its level
and an example request.
"""

from apps.api.mlflow.views import genai
from tests.architecture.matrix import (
    approvals,
    native,
    pages,
    pages_approvals,
    pages_notices,
    pages_projects,
    pages_registry,
    pages_storage,
    projects,
    registry,
    wire,
)

ROWS = [
    *wire.ROWS,
    *registry.ROWS,
    *approvals.ROWS,
    *projects.ROWS,
    *native.ROWS,
    *pages.ROWS,
    *pages_registry.ROWS,
    *pages_approvals.ROWS,
    *pages_notices.ROWS,
    *pages_projects.ROWS,
    *pages_storage.ROWS,
]

# What other servers of the protocol have and this one does not: an example of each.
EXAMPLES = ["api/2.0/mlflow/traces", "api/3.0/mlflow/datasets/x", "v1/traces"]
NOT_OFFERED = {str(pattern.pattern): path for pattern, path in zip(genai.urlpatterns, EXAMPLES, strict=True)}

# Addresses that need no row, and why.
EXEMPT = {
    "api/2.0/mlflow-artifacts/mpu/part/<str:ticket>": "the ticket in it is the permission, signed by us for one part of one "
    "upload",
    "password/reset/<str:token>/": "the token in it is the permission; a false one is a page that says so",
    "invitation/<str:token>/": "as above",
    **dict.fromkeys(NOT_OFFERED, "501 for whoever is signed in: not part of this server"),
}
