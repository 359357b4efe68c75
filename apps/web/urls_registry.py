"""Addresses of the registry pages: models and versions."""

from django.urls import URLPattern

from apps.web.base import page
from apps.web.views import (
    models,
    models_acts,
    models_compare,
    models_page,
    models_register,
    models_share,
    versions,
    versions_acts,
    versions_files,
)

MODEL = "models/<str:name>/"
VERSION = f"{MODEL}versions/<str:version>/"

urlpatterns: list[URLPattern] = [
    page("models/", models.model_list, "models"),
    page("search/models/", models.complete, "model_complete"),
    page("models/trash/<int:model_id>/restore/", models.restore, "model_restore"),
    page(MODEL, models_page.model, "model"),
    page(f"{MODEL}activity/", models_page.activity, "model_activity"),
    page(f"{MODEL}compare/", models_compare.compare, "model_compare"),
    page(f"{MODEL}share/", models_share.share, "model_share"),
    page(f"{MODEL}describe/", models_acts.describe, "model_describe"),
    page(f"{MODEL}tags/", models_acts.tag, "model_tag"),
    page(f"{MODEL}rename/", models_acts.rename, "model_rename"),
    page(f"{MODEL}delete/", models_acts.delete, "model_delete"),
    page(f"{MODEL}roll-back/", models_acts.roll_back, "model_roll_back"),
    page(VERSION, versions.version, "model_version"),
    page(f"{VERSION}files/", versions_files.files_page, "version_files"),
    page(f"{VERSION}files/raw/", versions_files.raw, "version_raw"),
    page(f"{VERSION}files/download/", versions_files.download, "version_download"),
    page(f"{VERSION}files/zip/", versions_files.archive, "version_zip"),
    page(f"{VERSION}describe/", versions_acts.describe, "version_describe"),
    page(f"{VERSION}tags/", versions_acts.tag, "version_tag"),
    page(f"{VERSION}aliases/", versions_acts.alias, "version_alias"),
    page(f"{VERSION}stage/", versions_acts.move, "version_stage"),
    page(f"{VERSION}request/", versions_acts.ask, "version_request"),
    page(f"{VERSION}delete/", versions_acts.delete, "version_delete"),
    page(f"{VERSION}restore/", versions_acts.restore, "version_restore"),
    page("runs/<str:run_id>/register/", models_register.register, "run_register"),
]
