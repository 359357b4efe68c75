"""Reading logged models as records in a constant number of statements. The caller has decided which may be seen."""

from collections.abc import Sequence

from django.db import connection

from apps.experiments.records import LoggedModelRecord, ModelMetricRecord, Tag

MODEL_COLUMNS = (
    "m.id, m.model_id, m.experiment_id, m.name, m.model_type, m.status, m.status_message, m.source_run_id,"
    " m.created_at, m.updated_at, m.lifecycle, m.owner_id, COALESCE(u.username, '')"
)
MODEL_FROM = "experiments_loggedmodel m LEFT JOIN accounts_user u ON u.id = m.owner_id"


def model_by_pk(pk: int) -> LoggedModelRecord:
    """The logged model with that key and its details."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {MODEL_COLUMNS} FROM {MODEL_FROM} WHERE m.id = %s", [pk])
        record = LoggedModelRecord(*cursor.fetchone())
    fill_models([record])
    return record


def fill_models(models: Sequence[LoggedModelRecord]) -> None:
    """Add params, tags and metrics to records of logged models."""
    if not models:
        return
    by_pk = {model.pk: model for model in models}
    keys = ",".join(str(pk) for pk in by_pk)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT model_id, key, value FROM experiments_loggedmodelparam WHERE model_id IN ({keys}) ORDER BY key")
        for pk, key, value in cursor.fetchall():
            by_pk[pk].params.append(Tag(key, value))
        cursor.execute(f"SELECT model_id, key, value FROM experiments_loggedmodeltag WHERE model_id IN ({keys}) ORDER BY key")
        for pk, key, value in cursor.fetchall():
            by_pk[pk].tags.append(Tag(key, value))
        cursor.execute(
            "SELECT x.model_id, k.name, x.value, x.kind, x.timestamp, x.step, COALESCE(r.run_id, ''), x.dataset_name, "
            "x.dataset_digest"
            " FROM experiments_modelmetric x JOIN experiments_metrickey k ON k.id = x.key_id LEFT JOIN experiments_run r ON "
            "r.id = x.run_id"
            f" WHERE x.model_id IN ({keys}) ORDER BY k.name, x.timestamp, x.step"
        )
        for pk, *metric in cursor.fetchall():
            by_pk[pk].metrics.append(ModelMetricRecord(*metric))
