"""Rows get their numbers, their hashes and a signature, whoever else is writing."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection, connections

from apps.audit import keys
from apps.audit.models import AuditRow, Checkpoint
from apps.audit.queries import checkpoints
from apps.audit.services import record, sealing
from apps.core.actor import Actor
from apps.core.errors import Denied, Unauthenticated


def numbers() -> list[int]:
    return list(AuditRow.objects.order_by("seq").values_list("seq", flat=True))


def test_sealing_numbers_all_rows_and_signs_once(ten_acts, system):
    assert sealing.seal(system) == 10
    assert numbers() == list(range(1, 11))
    assert Checkpoint.objects.get().seq == 10


def test_sealing_again_does_nothing(ten_acts, system):
    sealing.seal(system)
    assert sealing.seal(system) == 0
    assert Checkpoint.objects.count() == 1


def test_the_chain_goes_on_where_it_ended(ten_acts, system, ada):
    sealing.seal(system)
    record(ada, "run.restore")
    assert sealing.seal(system) == 1
    assert checkpoints.verify(system, []).is_whole


def test_many_rows_are_sealed_in_batches(ten_acts, system, monkeypatch):
    monkeypatch.setattr(sealing, "BATCH", 4)
    assert sealing.seal(system) == 10
    assert list(Checkpoint.objects.order_by("seq").values_list("seq", flat=True)) == [4, 8, 10]


def test_a_batch_costs_the_same_number_of_questions_for_any_length(ten_acts, system, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        sealing.seal(system)


def test_only_administrators_seal(db, ada):
    with pytest.raises(Denied):
        sealing.seal(ada)
    with pytest.raises(Unauthenticated):
        sealing.seal(Actor.anonymous())


@pytest.mark.django_db(transaction=True)
def test_sealers_and_writers_at_once_make_one_chain(ada, system):
    def work(number: int) -> None:
        try:
            if number % 3:
                record(ada, "run.delete", noun_id=number)
            else:
                sealing.seal(system)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(60)))
    sealing.seal(system)
    assert numbers() == list(range(1, 41))
    assert checkpoints.verify(system, []).is_whole


@pytest.mark.django_db(transaction=True)
def test_a_second_sealer_on_postgresql_leaves_at_once(ada, system):
    record(ada, "run.delete")
    if connection.vendor == "postgresql":
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [sealing.LOCK])
            assert sealing.seal(system) == 0
            cursor.execute("SELECT pg_advisory_unlock(%s)", [sealing.LOCK])  # closing alone frees it some time later
        other.close()
    assert sealing.seal(system) == 1


def test_the_key_is_made_once_and_for_us_alone(settings, tmp_path):
    settings.AUDIT_KEY, settings.AUDIT_KEY_FILE = "", tmp_path / "audit_key"
    assert not keys.exists()
    first = keys.public_key()
    assert keys.exists()
    assert keys.public_key() == first
    assert stat.S_IMODE(Path(settings.AUDIT_KEY_FILE).stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [tmp_path / "audit_key"]


def test_the_key_of_the_environment_goes_first(settings, tmp_path):
    settings.AUDIT_KEY, settings.AUDIT_KEY_FILE = "11" * 32, tmp_path / "audit_key"
    assert keys.public_key() == keys.public_key()
    assert not (tmp_path / "audit_key").exists()
