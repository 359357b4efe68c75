"""Experiment 0, so that the first three lines of anybody's script work: every member may EDIT in it (30)."""

import time

from django.db import migrations


def create_default(apps, schema_editor):
    now = int(time.time() * 1000)
    apps.get_model("experiments", "Experiment").objects.create(
        id=0, workspace_id=1, name="Default", created_at=now, updated_at=now, everyone_level=30
    )


class Migration(migrations.Migration):
    dependencies = [("experiments", "0002_clustered_tables"), ("access", "0002_default_workspace")]
    operations = [migrations.RunPython(create_default, migrations.RunPython.noop)]
