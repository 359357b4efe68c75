"""The database's own refusal to change the audit, for whoever comes round the code (a shell, another program, an injection).

Run by the first migration. A later migration that alters one of the two tables on SQLite copies it, which loses its triggers:
end it with `create` again (tests/audit checks that they stand).
"""

from typing import Any

from apps.audit.chain import COLUMNS

ROWS, CHECKPOINTS = "audit_auditrow", "audit_checkpoint"

_SQLITE_CHANGED = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in COLUMNS)
_SQLITE = {
    # INSERT OR REPLACE removes the old row without asking the DELETE trigger.
    f"{ROWS}_no_replace": f"BEFORE INSERT ON {ROWS} WHEN EXISTS (SELECT 1 FROM {ROWS} WHERE id = NEW.id OR seq = NEW.seq)",
    f"{CHECKPOINTS}_no_replace": (
        f"BEFORE INSERT ON {CHECKPOINTS} WHEN EXISTS (SELECT 1 FROM {CHECKPOINTS} WHERE id = NEW.id OR seq = NEW.seq)"
    ),
    f"{ROWS}_no_delete": f"BEFORE DELETE ON {ROWS}",
    f"{ROWS}_no_update": f"BEFORE UPDATE ON {ROWS} WHEN OLD.seq IS NOT NULL OR {_SQLITE_CHANGED}",
    f"{CHECKPOINTS}_no_delete": f"BEFORE DELETE ON {CHECKPOINTS}",
    f"{CHECKPOINTS}_no_update": f"BEFORE UPDATE ON {CHECKPOINTS}",
}

_POSTGRES_CHANGED = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in COLUMNS)
_POSTGRES = {
    f"{ROWS}_no_delete": (f"BEFORE DELETE ON {ROWS} FOR EACH ROW", ""),
    f"{ROWS}_no_update": (f"BEFORE UPDATE ON {ROWS} FOR EACH ROW", f"WHEN (OLD.seq IS NOT NULL OR {_POSTGRES_CHANGED})"),
    f"{ROWS}_no_truncate": (f"BEFORE TRUNCATE ON {ROWS}", ""),
    f"{CHECKPOINTS}_no_truncate": (f"BEFORE TRUNCATE ON {CHECKPOINTS}", ""),
    f"{CHECKPOINTS}_no_delete": (f"BEFORE DELETE ON {CHECKPOINTS} FOR EACH ROW", ""),
    f"{CHECKPOINTS}_no_update": (f"BEFORE UPDATE ON {CHECKPOINTS} FOR EACH ROW", ""),
}
_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$
"""


def creating(vendor: str) -> list[str]:
    """The statements that put the triggers in place."""
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER IF NOT EXISTS {name} {when} BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"
            for name, when in _SQLITE.items()
        ]
    return [
        _POSTGRES_FUNCTION,
        *(f"CREATE TRIGGER {name} {on} {when} EXECUTE FUNCTION audit_refuse()" for name, (on, when) in _POSTGRES.items()),
    ]


def dropping(vendor: str) -> list[str]:
    """The statements that take them away."""
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {name}" for name in _SQLITE]
    tables = {name: ROWS if name.startswith(ROWS) else CHECKPOINTS for name in _POSTGRES}
    drops = [f"DROP TRIGGER IF EXISTS {name} ON {table}" for name, table in tables.items()]
    return [*drops, "DROP FUNCTION IF EXISTS audit_refuse()"]


def create(apps: Any, schema_editor: Any) -> None:
    """For a migration's RunPython."""
    for statement in creating(schema_editor.connection.vendor):
        schema_editor.execute(statement)


def drop(apps: Any, schema_editor: Any) -> None:
    """For a migration's RunPython, backwards."""
    for statement in dropping(schema_editor.connection.vendor):
        schema_editor.execute(statement)
