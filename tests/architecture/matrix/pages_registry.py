"""Addresses of the registry pages: models and versions. Models are found by name in the workspace of the address."""

from functools import partial

from tests.architecture.matrix.levels import Row
from tests.architecture.matrix.pages import RUN, form, shown

M = "models/<str:name>/"
V = f"{M}versions/<str:version>/"
MODEL = {"name": "churn-model"}
VERSION = {**MODEL, "version": "2"}

model = partial(shown, path=MODEL, by_name=True)
version = partial(shown, path=VERSION, by_name=True)
to_model = partial(form, path=MODEL, by_name=True)
to_version = partial(form, path=VERSION, by_name=True)

MODELS = [
    shown("models/", "page"),
    form("models/", "page", {"name": "another"}),
    shown("search/models/", "page", query={"text": "name = '"}),
    form("models/trash/<int:model_id>/restore/", "page-manage", path={"model_id": "$trashed_model"}),
    model(M, "page-read"),
    model(f"{M}activity/", "page-read"),
    model(f"{M}compare/", "page-read", query={"versions": "1,2"}),
    model(f"{M}share/", "page-manage"),
    to_model(f"{M}share/", "page-manage", {"kind": "user", "name": "stranger", "level": "READ"}),
    to_model(f"{M}describe/", "page-edit", {"description": "words"}),
    to_model(f"{M}tags/", "page-edit", {"key": "k", "value": "v"}),
    to_model(f"{M}rename/", "page-edit", {"name": "renamed"}),
    to_model(f"{M}delete/", "page-manage"),
    # nothing stood in Production before
    to_model(f"{M}roll-back/", "page-edit", success=400),
]

VERSIONS = [
    version(V, "page-read"),
    version(f"{V}files/", "page-read", query={"path": "readme.txt"}),
    version(f"{V}files/raw/", "page-read", query={"path": "readme.txt"}),
    version(f"{V}files/download/", "page-read", query={"path": "readme.txt"}),
    version(f"{V}files/zip/", "page-read"),
    to_version(f"{V}describe/", "page-edit", {"description": "words"}),
    to_version(f"{V}tags/", "page-edit", {"key": "k", "value": "v"}),
    to_version(f"{V}aliases/", "page-edit", {"alias": "challenger"}),
    to_version(f"{V}stage/", "page-edit", {"stage": "Staging"}),
    to_version(f"{V}request/", "page-read", {"target": "Production"}),
    to_version(f"{V}delete/", "page-manage"),
    form(f"{V}restore/", "page-manage", path={**MODEL, "version": "$trashed_version"}, by_name=True),
]

REGISTERING = [
    shown("runs/<str:run_id>/register/", "page-read", path=RUN),
    form("runs/<str:run_id>/register/", "page-read", {"name": "made-here", "source": "models:/$model"}, path=RUN),
]

ROWS: list[Row] = [*MODELS, *VERSIONS, *REGISTERING]
