"""A row beside each act, and no way to touch it afterwards."""

import pytest
from django.db import DatabaseError, connection, transaction

from apps.audit.models import AuditRow, Checkpoint
from apps.audit.models.append_only import AppendOnlyError
from apps.audit.services import record, sealing

pytestmark = pytest.mark.django_db


def only() -> AuditRow:
    return AuditRow.objects.get()


def test_a_row_says_who_what_where_and_how(ada):
    record(ada, "run.delete", noun="run", noun_id=5, name="first", workspace="default", details={"why": "old"})
    row = only()
    assert (row.actor_id, row.actor_name, row.via, row.token_id, row.address) == (7, "ada", "token", 3, "10.0.0.7")
    assert (row.act, row.noun, row.noun_id, row.name, row.workspace, row.details) == (
        "run.delete", "run", "5", "first", "default", {"why": "old"},
    )  # fmt: skip


def test_recording_is_one_statement(ada, django_assert_num_queries):
    with django_assert_num_queries(1):
        record(ada, "run.delete")


@transaction.atomic
def fail_after_recording(ada) -> None:
    record(ada, "run.delete")
    raise RuntimeError


def test_an_act_that_fails_leaves_no_row(ada):
    with pytest.raises(RuntimeError):
        fail_after_recording(ada)
    assert not AuditRow.objects.exists()


def test_texts_that_no_database_takes_are_mended(ada):
    record(ada, "run.delete", name="a\0b\ud800c", details={"k\0": "\udfff", "n": float("nan"), "set": {1}, "at": object})
    assert only().name == "a\N{REPLACEMENT CHARACTER}b?c"
    assert only().details["n"] == "nan"


def test_texts_that_are_too_long_are_cut(ada):
    record(ada, "x" * 100, noun_id="y" * 1000, name="z" * 5000)
    assert (len(only().act), len(only().noun_id), len(only().name)) == (64, 500, 2000)


def test_the_orm_refuses_every_change(ten_acts):
    row = AuditRow.objects.first()
    for change in (
        row.save,
        row.delete,
        AuditRow.objects.all().delete,
        lambda: AuditRow.objects.update(name="x"),
        lambda: AuditRow.objects.bulk_update([row], ["name"]),
        lambda: AuditRow.objects.update_or_create(pk=row.pk, defaults={"name": "x"}),
    ):
        with pytest.raises(AppendOnlyError):
            change()


def refused(statement: str) -> bool:
    """Whether the database itself refuses."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError:
        return True
    return False


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit_auditrow",
        "UPDATE audit_auditrow SET name = 'x'",
        "UPDATE audit_auditrow SET details = '{}'",
        "UPDATE audit_auditrow SET seq = seq + 100",
        "DELETE FROM audit_checkpoint",
        "UPDATE audit_checkpoint SET count = 1",
    ],
)
def test_the_database_refuses_every_change(ten_acts, system, statement):
    sealing.seal(system)
    assert refused(statement)
    assert (AuditRow.objects.count(), Checkpoint.objects.count()) == (10, 1)


def test_the_database_refuses_changes_of_rows_not_sealed_yet(ten_acts):
    assert refused("UPDATE audit_auditrow SET actor_name = 'eve'")
    assert refused("DELETE FROM audit_auditrow")


def test_the_database_refuses_to_empty_or_replace(ten_acts):
    postgres = connection.vendor == "postgresql"
    columns = "id, at, actor_name, actor_kind, via, address, act, noun, noun_id, name, workspace, details"
    values = "(SELECT min(id) FROM audit_auditrow), 1, '', '', '', '', '', '', '', '', '', '{}'"
    assert refused(
        "TRUNCATE audit_auditrow" if postgres else f"INSERT OR REPLACE INTO audit_auditrow ({columns}) VALUES ({values})"
    )


def test_half_a_seal_is_impossible(ten_acts):
    assert refused("UPDATE audit_auditrow SET seq = 1 WHERE id = (SELECT min(id) FROM audit_auditrow)")
