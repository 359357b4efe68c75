"""Metric keys, series and points.

A number that is not finite is a finite column plus a kind, and the kind is part of the key: SQLite stores NaN as NULL, and
neither
database has infinities that compare alike. NaN is stored as 0, an infinity as the greatest double of its sign.
"""

from django.db import models

from apps.experiments.models.runs import Run

FINITE, NAN, PLUS_INFINITY, MINUS_INFINITY = 0, 1, 2, 3
KINDS = [(FINITE, "finite"), (NAN, "NaN"), (PLUS_INFINITY, "+inf"), (MINUS_INFINITY, "-inf")]


class MetricKey(models.Model):
    """A metric name, once for all runs."""

    name = models.CharField(max_length=250, unique=True)


class Series(models.Model):
    """What is known of one metric of one run without reading its points.

    `latest_*` is the greatest point by (step, timestamp, value), NaN counting as 0. Minimum and maximum skip NaN; all NaN: none.
    """

    pk = models.CompositePrimaryKey("run_id", "key_id")
    run = models.ForeignKey(Run, models.CASCADE, related_name="series", db_index=False)
    key = models.ForeignKey(MetricKey, models.PROTECT, related_name="+", db_index=False)
    count = models.BigIntegerField()  # points really stored
    min_value = models.FloatField(null=True)
    min_step = models.BigIntegerField(null=True)  # the first step at which it stood
    max_value = models.FloatField(null=True)
    max_step = models.BigIntegerField(null=True)
    latest_value = models.FloatField()
    latest_kind = models.SmallIntegerField(choices=KINDS)
    latest_step = models.BigIntegerField()
    latest_timestamp = models.BigIntegerField()
    first_step = models.BigIntegerField()
    nan_count = models.BigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(name="series_by_latest", fields=["key", "latest_value", "run"])]


class Point(models.Model):
    """One logged value. Its key makes a repetition of it no second row.

    No foreign key constraints: a check of each of a thousand rows doubled the cost of a batch, and the series row, written in
    the same
    transaction, holds them.
    """

    pk = models.CompositePrimaryKey("run_id", "key_id", "step", "timestamp", "value", "kind")
    run = models.ForeignKey(Run, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    key = models.ForeignKey(MetricKey, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    step = models.BigIntegerField()
    timestamp = models.BigIntegerField()
    value = models.FloatField()
    kind = models.SmallIntegerField(choices=KINDS)
