"""Single logged models, and those of a run."""

from django.db import connection

from apps.core.actor import Actor
from apps.experiments.access import access_logged_model, access_run
from apps.experiments.models.experiments import ACTIVE
from apps.experiments.records import LoggedModelRecord
from apps.experiments.sql import model_rows


def get_logged_model(actor: Actor, model_id: str, *, deleted: bool = False) -> LoggedModelRecord:
    """The logged model of that id; one in the trash only where asked for. Raises Missing."""
    model = access_logged_model(actor, model_id, "logged_model.read", deleted=deleted)
    return model_rows.model_by_pk(model.id)


def list_run_models(actor: Actor, run_id: str) -> list[LoggedModelRecord]:
    """The logged models that came from a run, oldest first. Raises Missing."""
    run = access_run(actor, run_id, "run.read")
    sql = (
        f"SELECT {model_rows.MODEL_COLUMNS} FROM {model_rows.MODEL_FROM}"
        " WHERE m.source_run_id = %s AND m.experiment_id = %s AND m.lifecycle = %s ORDER BY m.created_at, m.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [run.run_id, run.experiment_id, ACTIVE])
        records = [LoggedModelRecord(*row) for row in cursor.fetchall()]
    model_rows.fill_models(records)
    return records
