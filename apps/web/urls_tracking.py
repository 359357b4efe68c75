"""Addresses of the tracking pages."""

from django.urls import URLPattern

from apps.web.base import page
from apps.web.views import artifacts, compare, experiments, home, run_bulk, run_table, runs, series

urlpatterns: list[URLPattern] = [
    page("", home.home, "home"),
    page("search/suggest/", home.suggest, "suggest"),
    page("experiments/", experiments.experiment_list, "experiments"),
    page("experiments/<int:experiment_id>/", run_table.page, "experiment"),
    page("experiments/<int:experiment_id>/rows/", run_table.rows, "run_rows"),
    page("experiments/<int:experiment_id>/keys/", run_table.list_keys, "run_keys"),
    page("experiments/<int:experiment_id>/complete/", run_table.complete, "run_complete"),
    page("experiments/<int:experiment_id>/export.csv", run_table.export, "run_export"),
    page("experiments/<int:experiment_id>/compare/", compare.compare, "compare"),
    page("experiments/<int:experiment_id>/runs/act/", run_bulk.act, "run_act"),
    page("experiments/<int:experiment_id>/runs/targets/", run_bulk.targets, "run_targets"),
    page("experiments/<int:experiment_id>/rename/", experiments.rename, "experiment_rename"),
    page("experiments/<int:experiment_id>/note/", experiments.set_note, "experiment_note"),
    page("experiments/<int:experiment_id>/delete/", experiments.delete, "experiment_delete"),
    page("experiments/<int:experiment_id>/restore/", experiments.restore, "experiment_restore"),
    page("experiments/<int:experiment_id>/share/", experiments.share, "experiment_share"),
    page("runs/curves/", series.curves, "curves"),
    page("runs/<str:run_id>/", runs.overview_page, "run"),
    page("runs/<str:run_id>/charts/", runs.charts_page, "run_charts"),
    page("runs/<str:run_id>/system/", runs.system_page, "run_system"),
    page("runs/<str:run_id>/artifacts/", artifacts.artifacts_page, "run_artifacts"),
    page("runs/<str:run_id>/artifacts/raw/", artifacts.raw, "run_raw"),
    page("runs/<str:run_id>/artifacts/download/", artifacts.download, "run_download"),
    page("runs/<str:run_id>/artifacts/zip/", artifacts.archive, "run_zip"),
    page("runs/<str:run_id>/rename/", runs.rename, "run_rename"),
    page("runs/<str:run_id>/note/", runs.set_note, "run_note"),
    page("runs/<str:run_id>/tags/", runs.set_tag, "run_tag"),
    page("runs/<str:run_id>/delete/", runs.delete, "run_delete"),
    page("runs/<str:run_id>/restore/", runs.restore, "run_restore"),
]
