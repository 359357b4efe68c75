"""Addresses of policies, requests, comments, webhooks and notices, in the Databricks dialect and in our own."""

from functools import partial

from tests.architecture.matrix.levels import Row

W, P, V = "api/2.0/mlflow/", "api/2.0/permissions/", "api/v1/"
NAME = {"name": "churn-model"}
VERSION = {**NAME, "version": "2"}
REQUEST = {"request_id": "$request"}
# Port 1 of this machine is no public address: whoever may is told so, before anything is sent.
PRIVATE = "https://127.0.0.1:1/"
HOOK = {"url": PRIVATE, "name": "hook", "events": [{"entity": "MODEL_VERSION", "action": "CREATED"}]}
REGISTRY_HOOK = {"events": ["MODEL_VERSION_CREATED"], "model_name": "churn-model", "http_url_spec": {"url": PRIVATE}}

named = partial(Row, by_name=True)

DIALECT = [
    Row("GET", W + "registered-models/list", "known"),
    named("GET", W + "databricks/registered-models/get", "read", query=NAME),
    named(
        "POST",
        W + "databricks/model-versions/transition-stage",
        "edit",
        {**VERSION, "stage": "Archived", "archive_existing_versions": False},
    ),
    named("POST", W + "transition-requests/create", "read", {**NAME, "version": "1", "stage": "Staging"}),
    named("GET", W + "transition-requests/list", "read", query=VERSION),
    named(
        "POST", W + "transition-requests/approve", "voter", {**VERSION, "stage": "Staging", "archive_existing_versions": False}
    ),
    named("POST", W + "transition-requests/reject", "voter", {**VERSION, "stage": "Staging"}),
    named("DELETE", W + "transition-requests/delete", "manage", query={**VERSION, "stage": "Staging", "creator": "manager"}),
    named("POST", W + "comments/create", "read", {**VERSION, "comment": "hello"}),
    Row("PATCH", W + "comments/update", "author", {"id": "$comment", "comment": "hello again"}),
    Row("DELETE", W + "comments/delete", "manage", query={"id": "$comment"}),
    Row("GET", P + "registered-models/<int:model_id>", "manage", path={"model_id": "$registered"}),
    Row("PUT", P + "registered-models/<int:model_id>", "manage", {}, path={"model_id": "$registered"}),
    Row("PATCH", P + "registered-models/<int:model_id>", "manage", {}, path={"model_id": "$registered"}),
    Row("GET", P + "registered-models/<int:model_id>/permissionLevels", "read", path={"model_id": "$registered"}),
    Row("GET", P + "experiments/<int:experiment_id>", "manage", path={"experiment_id": "$experiment"}),
    Row("PUT", P + "experiments/<int:experiment_id>", "manage", {}, path={"experiment_id": "$experiment"}),
    Row("PATCH", P + "experiments/<int:experiment_id>", "manage", {}, path={"experiment_id": "$experiment"}),
    Row("GET", P + "experiments/<int:experiment_id>/permissionLevels", "read", path={"experiment_id": "$experiment"}),
    Row("POST", W + "databricks/runs/delete-runs", "manage", {"experiment_id": "$experiment", "max_timestamp_millis": 5}),
    Row("POST", W + "databricks/runs/restore-runs", "manage", {"experiment_id": "$experiment", "min_timestamp_millis": 5}),
    named("POST", W + "registry-webhooks/create", "manage", REGISTRY_HOOK, success=400),
    named("GET", W + "registry-webhooks/list", "manage", query={"model_name": "churn-model"}),
    named("PATCH", W + "registry-webhooks/update", "manage", {"id": "$webhook", "description": "d"}),
    named("DELETE", W + "registry-webhooks/delete", "manage", query={"id": "$webhook"}),
    named("POST", W + "registry-webhooks/test", "manage", {"id": "$webhook"}),
]

WEBHOOKS = [
    Row("POST", W + "webhooks", "admin", HOOK, success=400),
    Row("GET", W + "webhooks", "admin"),
    Row("GET", W + "webhooks/<str:webhook_id>", "admin", path={"webhook_id": "$hook"}),
    Row("PATCH", W + "webhooks/<str:webhook_id>", "admin", {"description": "d"}, path={"webhook_id": "$hook"}),
    Row("DELETE", W + "webhooks/<str:webhook_id>", "admin", path={"webhook_id": "$hook"}),
    Row("POST", W + "webhooks/<str:webhook_id>/test", "admin", {}, path={"webhook_id": "$hook"}),
]

GRANTEE = {**NAME, "username": "reader"}
PERMISSIONS = [
    named(
        "POST",
        W + "registered-models/permissions/create",
        "manage",
        {**NAME, "username": "stranger", "permission": "READ"},
    ),
    named("GET", W + "registered-models/permissions/get", "manage", query=GRANTEE),
    named("PATCH", W + "registered-models/permissions/update", "manage", {**GRANTEE, "permission": "EDIT"}),
    named("DELETE", W + "registered-models/permissions/delete", "manage", GRANTEE),
]

MODEL_PATH = {"name": "churn-model"}
VERSION_PATH = {**MODEL_PATH, "version": "2"}
TRASHED = {**MODEL_PATH, "version": "$trashed_version"}
OUR_REQUESTS = [
    Row("GET", V + "transition-requests/", "known"),
    named("POST", V + "transition-requests/", "read", {"model": "churn-model", "version": 1, "target": "Staging"}, success=201),
    Row("GET", V + "transition-requests/<int:request_id>/", "read", path=REQUEST),
    Row("DELETE", V + "transition-requests/<int:request_id>/", "manage", path=REQUEST, success=204),
    Row("GET", V + "transition-requests/<int:request_id>/votes/", "read", path=REQUEST),
    Row("POST", V + "transition-requests/<int:request_id>/votes/", "voter", {"decision": "approve"}, path=REQUEST),
    # nobody here has a vote to withdraw, and no policy stands before the request that could be overridden
    Row("DELETE", V + "transition-requests/<int:request_id>/votes/", "read", path=REQUEST, success=404),
    Row("POST", V + "transition-requests/<int:request_id>/override/", "read", {"reason": "r"}, path=REQUEST, success=400),
    Row("GET", V + "transition-requests/<int:request_id>/checks/", "read", path=REQUEST),
    Row(
        "POST",
        V + "transition-requests/<int:request_id>/checks/",
        "poster",
        {"name": "ci", "state": "success"},
        path=REQUEST,
        success=204,
    ),
    Row("GET", V + "transition-requests/<int:request_id>/comments/", "read", path=REQUEST),
    Row("POST", V + "transition-requests/<int:request_id>/comments/", "read", {"comment": "hi"}, path=REQUEST, success=201),
    Row("GET", V + "transition-requests/<int:request_id>/activity/", "read", path=REQUEST),
    Row("GET", V + "transition-requests/<int:request_id>/changes/", "read", path=REQUEST),
    Row("PATCH", V + "comments/<int:comment_id>/", "author", {"comment": "c"}, path={"comment_id": "$comment"}),
    Row("DELETE", V + "comments/<int:comment_id>/", "manage", path={"comment_id": "$comment"}, success=204),
]

OUR_POLICIES = [
    Row("GET", V + "policies/", "known"),
    Row("POST", V + "policies/", "admin", {"scope": "workspace", "target": "Staging"}, success=201),
    Row("GET", V + "policies/<int:policy_id>/", "read", path={"policy_id": "$policy"}),
    Row("PATCH", V + "policies/<int:policy_id>/", "manage", {"terms": {}}, path={"policy_id": "$policy"}),
    Row("DELETE", V + "policies/<int:policy_id>/", "manage", {}, path={"policy_id": "$policy"}),
    # no change is proposed
    Row("POST", V + "policies/<int:policy_id>/decision/", "manage", {"agree": True}, path={"policy_id": "$policy"}, success=404),
]

OUR_MODELS = [
    Row("GET", V + "models/trash/", "known"),
    Row("POST", V + "models/trash/<int:model_id>/restore/", "manage", path={"model_id": "$trashed_model"}, success=204),
    named("GET", V + "models/<str:name>/activity/", "read", path=MODEL_PATH),
    named("GET", V + "models/<str:name>/standing/", "read", path=MODEL_PATH, query={"at": "5"}),
    # nothing stood in Production before
    named("POST", V + "models/<str:name>/roll-back/", "edit", {}, path=MODEL_PATH, success=404),
    named("GET", V + "models/<str:name>/versions/<str:version>/evidence/", "read", path=VERSION_PATH),
    named("GET", V + "models/<str:name>/versions/<str:version>/comments/", "read", path=VERSION_PATH),
    named(
        "POST",
        V + "models/<str:name>/versions/<str:version>/comments/",
        "read",
        {"comment": "hi"},
        path=VERSION_PATH,
        success=201,
    ),
    named("POST", V + "models/<str:name>/versions/<str:version>/restore/", "manage", path=TRASHED, success=204),
    named(
        "GET", V + "models/<str:name>/versions/<str:version>/compare/<str:other>/", "read", path={**VERSION_PATH, "other": "1"}
    ),
]

REGISTRY_KIND = {"kind": "registry", "webhook_id": "$webhook"}
OUR_NOTICES = [
    Row("GET", V + "webhooks/<slug:kind>/", "admin", path={"kind": "mlflow"}),
    named("GET", V + "webhooks/<slug:kind>/<str:webhook_id>/deliveries/", "manage", path=REGISTRY_KIND),
    named(
        "POST",
        V + "webhooks/<slug:kind>/<str:webhook_id>/deliveries/<str:delivery_id>/redeliver/",
        "manage",
        path={**REGISTRY_KIND, "delivery_id": "$delivery"},
        success=201,
    ),
    Row("GET", V + "notices/", "known"),
    Row("POST", V + "notices/", "known", {}, success=204),
    Row("GET", V + "notices/preferences/", "known"),
    Row("PUT", V + "notices/preferences/", "known", {"kind": "mention", "in_app": True, "mail": False}),
]

ROWS = [*DIALECT, *WEBHOOKS, *PERMISSIONS, *OUR_REQUESTS, *OUR_POLICIES, *OUR_MODELS, *OUR_NOTICES]
