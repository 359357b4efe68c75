from django.db import migrations

from apps.registry import triggers


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial")]

    operations = [migrations.RunPython(triggers.create, triggers.drop)]
