"""The database's own refusal to change or remove lines of a model's activity. Run by a migration.

A later migration that alters the table on SQLite copies it, which loses its triggers: end it with `create` again.
"""

from typing import Any

TABLE = "registry_activity"
MESSAGE = "the activity of models is append-only"
_FUNCTION = f"""
CREATE OR REPLACE FUNCTION registry_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END $$
"""


def creating(vendor: str) -> list[str]:
    """The statements that put the triggers in place."""
    if vendor == "sqlite":
        # INSERT OR REPLACE removes the old row without asking the DELETE trigger.
        events = {
            "replace": f"BEFORE INSERT ON {TABLE} WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id)",
            "update": f"BEFORE UPDATE ON {TABLE}",
            "delete": f"BEFORE DELETE ON {TABLE}",
        }
        return [
            f"CREATE TRIGGER IF NOT EXISTS {TABLE}_no_{name} {when} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            for name, when in events.items()
        ]
    rows = [
        f"CREATE TRIGGER {TABLE}_no_{event.lower()} BEFORE {event} ON {TABLE} FOR EACH ROW EXECUTE FUNCTION registry_refuse()"
        for event in ("UPDATE", "DELETE")
    ]
    return [_FUNCTION, *rows, f"CREATE TRIGGER {TABLE}_no_truncate BEFORE TRUNCATE ON {TABLE} EXECUTE FUNCTION registry_refuse()"]


def dropping(vendor: str) -> list[str]:
    """The statements that take them away."""
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {TABLE}_no_{event}" for event in ("replace", "update", "delete")]
    drops = [f"DROP TRIGGER IF EXISTS {TABLE}_no_{event} ON {TABLE}" for event in ("update", "delete", "truncate")]
    return [*drops, "DROP FUNCTION IF EXISTS registry_refuse()"]


def create(apps: Any, schema_editor: Any) -> None:
    """For a migration's RunPython."""
    for statement in creating(schema_editor.connection.vendor):
        schema_editor.execute(statement)


def drop(apps: Any, schema_editor: Any) -> None:
    """For a migration's RunPython, backwards."""
    for statement in dropping(schema_editor.connection.vendor):
        schema_editor.execute(statement)
