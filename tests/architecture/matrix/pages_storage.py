"""Addresses of the storage pages and of what they do in our own API: trash, use and quotas."""

from tests.architecture.matrix.levels import Row

V = "api/v1/"
DELETED_RUN = {"ref": "run:$deleted_run"}

TRASH = [
    Row("GET", "trash/", "page"),
    Row("POST", "trash/restore/", "page-manage", DELETED_RUN, success=302),
    Row("POST", "trash/remove/", "page-manage", DELETED_RUN, success=302),
    Row("GET", "trash/empty/", "page"),
    Row("POST", "trash/empty/", "page", {"kind": "version"}, success=302),
    Row("GET", V + "trash/", "known"),
    Row("POST", V + "trash/restore/", "manage", DELETED_RUN, success=204),
    Row("POST", V + "trash/remove/", "manage", DELETED_RUN, success=204),
    Row("POST", V + "trash/empty/", "known", {"kind": "run"}),
    Row("GET", V + "trash/rule/", "admin"),
    Row("PUT", V + "trash/rule/", "admin", {"days": 30}),
]

EXPERIMENT, RUN = {"experiment_id": "$experiment"}, {"run_id": "$run"}
REASON = {"reason": "inquiry 12/26"}
STORAGE = [
    Row("GET", "admin/storage/", "page-admin"),
    Row("POST", "admin/storage/", "page-admin", {"kind": "person", "name": "", "size": "5 GB"}, success=302),
    Row("POST", "admin/storage/quota/remove/", "page-admin", {"quota": "person:"}, success=302),
    Row("POST", "admin/storage/trash-rule/", "page-admin", {"days": "30"}, success=302),
    Row("GET", "experiments/<int:experiment_id>/storage/", "page-read", path=EXPERIMENT),
    Row("POST", "experiments/<int:experiment_id>/storage/", "page-manage", REASON, path=EXPERIMENT, success=302),
    Row("POST", "runs/<str:run_id>/hold/", "page-manage", REASON, path=RUN, success=302),
    Row("POST", "holds/<int:hold_id>/lift/", "page-manage", path={"hold_id": "$hold"}, success=302),
    Row("GET", V + "storage/", "known"),
    Row("GET", V + "storage/use/<slug:kind>/", "admin", path={"kind": "person"}),
    Row("GET", V + "storage/experiments/<int:experiment_id>/", "read", path=EXPERIMENT),
    Row("GET", V + "storage/quotas/", "admin"),
    Row("PUT", V + "storage/quotas/", "admin", {"kind": "person", "size": 5}, success=204),
    Row("GET", V + "holds/", "admin"),
    Row("POST", V + "holds/", "manage", {"run_id": "$run", "reason": "inquiry"}, success=201),
    Row("DELETE", V + "holds/<int:hold_id>/", "manage", path={"hold_id": "$hold"}, success=204),
]

ROWS: list[Row] = [*TRASH, *STORAGE]
