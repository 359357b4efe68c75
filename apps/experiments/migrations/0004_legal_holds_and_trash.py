"""Legal holds, and the trash by time.

The columns are added by plain SQL: on SQLite Django would copy both tables, with a million runs in them, to add a number.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def column(table, model):
    """A number that begins at 0, also for rows that an older version of the server writes meanwhile."""
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD COLUMN legal smallint NOT NULL DEFAULT 0",
        f"ALTER TABLE {table} DROP COLUMN legal",
        state_operations=[migrations.AddField(model, "legal", models.SmallIntegerField(db_default=0, default=0))],
    )


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0002_default_workspace'),
        ('experiments', '0003_default_experiment'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='LegalHold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=500)),
                ('set_by', models.CharField(max_length=300)),
                ('set_by_id', models.BigIntegerField(null=True)),
                ('set_at', models.BigIntegerField()),
                ('lifted_by', models.CharField(blank=True, default='', max_length=300)),
                ('lifted_at', models.BigIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='TrashRule',
            fields=[
                ('id', models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('days', models.PositiveIntegerField(null=True)),
                ('set_by', models.CharField(blank=True, default='', max_length=300)),
                ('set_at', models.BigIntegerField(null=True)),
                ('ran_at', models.BigIntegerField(null=True)),
                ('removed', models.JSONField(default=dict)),
            ],
        ),
        column("experiments_experiment", "experiment"),
        column("experiments_run", "run"),
        migrations.AddIndex(
            model_name='experiment',
            index=models.Index(condition=models.Q(('lifecycle', 'deleted')), fields=['-deleted_at'], name='experiment_trash'),
        ),
        migrations.AddIndex(
            model_name='loggedmodel',
            index=models.Index(condition=models.Q(('lifecycle', 'deleted')), fields=['-deleted_at'], name='loggedmodel_trash'),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(condition=models.Q(('lifecycle', 'deleted')), fields=['-deleted_at'], name='run_trash'),
        ),
        migrations.AddField(
            model_name='legalhold',
            name='experiment',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='legal_holds', to='experiments.experiment'),
        ),
        migrations.AddField(
            model_name='legalhold',
            name='run',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='legal_holds', to='experiments.run'),
        ),
        migrations.AddConstraint(
            model_name='trashrule',
            constraint=models.CheckConstraint(condition=models.Q(('id', 1)), name='trashrule_only_one'),
        ),
        migrations.AddConstraint(
            model_name='trashrule',
            constraint=models.CheckConstraint(condition=models.Q(('days__isnull', True), ('days__gte', 1), _connector='OR'), name='trashrule_days'),
        ),
        migrations.AddConstraint(
            model_name='legalhold',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('experiment__isnull', True), ('run__isnull', False)), models.Q(('experiment__isnull', False), ('run__isnull', True)), _connector='OR'), name='legalhold_one_thing'),
        ),
    ]
