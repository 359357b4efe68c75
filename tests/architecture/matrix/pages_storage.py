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

ROWS: list[Row] = [*TRASH]
