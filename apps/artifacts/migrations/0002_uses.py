"""Counters of what is kept for whom, begun with what is there; and quotas."""

import apps.core.clock
from django.db import migrations, models

from apps.artifacts.counting import missing

KINDS = [("experiment", "Experiment"), ("person", "Person"), ("team", "Team"), ("stored", "Stored")]


def begin(apps, schema_editor):
    schema_editor.execute(f"INSERT INTO artifacts_use (kind, subject, files, size) {missing(schema_editor.connection.vendor)}")


class Migration(migrations.Migration):
    dependencies = [("artifacts", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Use",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=KINDS, max_length=10)),
                ("subject", models.CharField(max_length=256)),
                ("files", models.BigIntegerField()),
                ("size", models.BigIntegerField()),
            ],
            options={
                "db_table": "artifacts_use",
                "indexes": [models.Index(fields=["kind", "subject"], name="use_subject")],
            },
        ),
        migrations.CreateModel(
            name="Quota",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=KINDS, max_length=10)),
                ("subject", models.CharField(blank=True, max_length=256)),
                ("size", models.BigIntegerField()),
                ("set_by", models.CharField(blank=True, default="", max_length=300)),
                ("set_at", models.DateTimeField(default=apps.core.clock.now)),
            ],
            options={
                "db_table": "artifacts_quota",
                "constraints": [
                    models.UniqueConstraint(fields=["kind", "subject"], name="quota_once"),
                    models.CheckConstraint(condition=models.Q(size__gte=0), name="quota_not_negative"),
                    models.CheckConstraint(condition=~models.Q(kind="stored"), name="quota_of_somebody"),
                ],
            },
        ),
        migrations.RunPython(begin, migrations.RunPython.noop),
    ]
