"""Where PostgreSQL has the extension pg_trgm, indexes for LIKE and ILIKE on tags and params. Where it has not, or we may not
create it, searches work without."""

from django.db import DatabaseError, migrations

from apps.core.filtersql.postgres import fold_collation

INDEXES = {"experiments_runtag": "runtag_trigrams", "experiments_param": "param_trigrams"}


def build(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        if not has_extension(cursor):
            return
        for table, index in INDEXES.items():
            # Beside those who write. A try that was killed leaves an invalid index behind.
            cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {index}")
            folded = f"lower(value{fold_collation()}) gin_trgm_ops"
            cursor.execute(f"CREATE INDEX CONCURRENTLY {index} ON {table} USING gin ({folded})")


def has_extension(cursor):
    cursor.execute("SELECT installed_version FROM pg_available_extensions WHERE name = 'pg_trgm'")
    found = cursor.fetchone()
    if found is None or found[0]:
        return found is not None
    try:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DatabaseError:  # whoever owns the database may; an account that only uses it may not
        return False
    return True


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            for index in INDEXES.values():
                cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {index}")


class Migration(migrations.Migration):
    atomic = False  # indexes are built beside those who write only outside of a transaction
    dependencies = [("experiments", "0004_legal_holds_and_trash")]
    operations = [migrations.RunPython(build, drop)]
