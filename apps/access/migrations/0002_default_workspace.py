from django.db import migrations


def create_default(apps, schema_editor):
    workspace = apps.get_model("access", "Workspace").objects.create(name="default", description="Everybody's workspace")
    assert workspace.pk == 1, "the default workspace is number 1: the policy's SQL says so"


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial")]
    operations = [migrations.RunPython(create_default, migrations.RunPython.noop)]
