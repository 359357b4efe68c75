"""docs/protocol.md is what the table of addresses says, and every address says which part of the protocol it is of."""

from django.core.management import call_command

from apps.api.mlflow.urls import ENDPOINTS


def test_the_page_lists_what_is_served():
    call_command("protocol_table", "--check")


def test_every_address_names_its_section():
    assert [entry.route for entry in ENDPOINTS if not entry.section] == []
