"""On SQLite, tables whose key is all they are looked up by are kept in the order of that key: half the bytes a metric point."""

from django.db import migrations

TABLES = ("experiments_point", "experiments_series", "experiments_param", "experiments_runtag")


def cluster(apps, schema_editor):
    if schema_editor.connection.vendor != "sqlite":
        return
    with schema_editor.connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute("SELECT sql FROM sqlite_master WHERE tbl_name = %s AND sql IS NOT NULL ORDER BY type DESC", [table])
            create, *indexes = [sql for (sql,) in cursor.fetchall()]
            assert create.startswith("CREATE TABLE")
            cursor.execute(f'DROP TABLE "{table}"')
            for sql in (f"{create} WITHOUT ROWID", *indexes):
                cursor.execute(sql)


class Migration(migrations.Migration):
    dependencies = [("experiments", "0001_initial")]
    operations = [migrations.RunPython(cluster, migrations.RunPython.noop)]
