"""What the command says, and with which exit code."""

import pytest
from django.core.management import CommandError, call_command

from apps.audit.queries import checkpoints, rows
from apps.audit.queries.rows import Selection
from apps.audit.services import record, sealing


@pytest.fixture
def sealed(ten_acts, system):
    """Ten sealed rows."""
    sealing.seal(system)


def test_a_whole_chain_is_said_to_be_whole(sealed, capsys):
    call_command("verify_audit")
    assert capsys.readouterr().out == "10 sealed rows, 1 checkpoints\nThe chain is whole.\n"


def test_the_unsealed_tail_is_named(sealed, ada, capsys):
    record(ada, "run.delete")
    call_command("verify_audit")
    assert "1 rows not sealed yet" in capsys.readouterr().out


def test_a_changed_row_is_named_and_fails(sealed, forge):
    forge("UPDATE audit_auditrow SET actor_name = 'eve' WHERE seq = 4")
    with pytest.raises(CommandError, match=r"row 4 \(id \d+\): its content was changed"):
        call_command("verify_audit")


def test_a_removed_row_is_named_and_fails(sealed, forge):
    forge("DELETE FROM audit_auditrow WHERE seq = 4")
    with pytest.raises(CommandError, match="row 4 is missing"):
        call_command("verify_audit")


def test_removed_signatures_fail(sealed, forge):
    forge("DELETE FROM audit_checkpoint")
    with pytest.raises(CommandError, match="no checkpoint signed"):
        call_command("verify_audit")


def test_another_public_key_fails(sealed):
    with pytest.raises(CommandError, match="not by the key"):
        call_command("verify_audit", public_key=["11" * 32])


@pytest.fixture
def exported(sealed, system, tmp_path):
    """A complete export in a file."""
    path = tmp_path / "audit.json"
    path.write_text("".join(rows.export_json(system, Selection())))
    return path


def test_an_export_is_checked_with_the_public_key_alone(exported, system, capsys, django_assert_num_queries):
    with django_assert_num_queries(0):
        call_command("verify_audit", file=exported, public_key=[checkpoints.public_key(system)])
    assert capsys.readouterr().out == "10 sealed rows, 1 checkpoints\nThe chain is whole.\n"


def test_a_changed_export_fails(exported):
    exported.write_text(exported.read_text().replace('"noun_id": "3"', '"noun_id": "33"'))
    with pytest.raises(CommandError, match=r"row 4 \(id \d+\): its content was changed"):
        call_command("verify_audit", file=exported)


def test_a_selection_is_checked_as_one(sealed, system, tmp_path, capsys):
    path = tmp_path / "audit.json"
    path.write_text("".join(rows.export_json(system, Selection(noun_id="3"))))
    call_command("verify_audit", file=path, public_key=[checkpoints.public_key(system)])
    assert "This export is a selection" in capsys.readouterr().out


def test_a_file_that_is_no_export_fails(tmp_path):
    (tmp_path / "x").write_text("hello")
    with pytest.raises(CommandError):
        call_command("verify_audit", file=tmp_path / "x")
