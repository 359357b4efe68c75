"""The page of the audit and its exports."""

import json
import re

import pytest
from django.test import Client

from apps.accounts.services import users
from apps.audit import export, verifier
from apps.audit.models import AuditRow
from apps.audit.services import record, sealing
from apps.core.actor import Actor

SYSTEM = Actor.system("tests")


@pytest.fixture
def admin(people, web) -> Client:
    return web(people.admin)


def body(answer) -> str:
    return b"".join(answer.streaming_content).decode()


def test_what_was_done_is_shown_newest_first(admin, people):
    users.update_profile(people.reader.actor, people.reader.user.pk, display_name="Rea")
    rows = re.findall(r"<code>([a-z_.]+)</code>", admin.get("/admin/audit/").content.decode())
    assert rows[0] == "user.update"


def test_it_is_narrowed_by_every_field(admin, people):
    record(people.reader.actor, "run.delete", noun="run", noun_id="5", name="first", workspace="default")
    query = "text=first&actor=reader&act=run.&noun=run&noun_id=5&workspace=default&since=2020-01-01&until=2999-12-31"
    page = admin.get(f"/admin/audit/?{query}").content.decode()
    assert page.count("<tbody>") == 1
    assert len(re.findall(r"<tr>", page.split("<tbody>")[1])) == 1


def test_a_day_that_is_none_is_explained(admin):
    answer = admin.get("/admin/audit/?since=yesterday")
    assert answer.status_code == 400
    assert b"id_since_note" in answer.content
    assert admin.get("/admin/audit/export.csv?since=yesterday").status_code == 400


@pytest.mark.parametrize("query", ["until=9999-12-31", "since=0001-01-01", "before=99999999999999999999", "before=x", "text=%00"])
def test_odd_questions_are_answered(admin, query):
    assert admin.get(f"/admin/audit/?{query}").status_code in {200, 400}


def test_it_is_turned_page_by_page(admin, people):
    for number in range(120):
        record(SYSTEM, "run.delete", noun_id=number)
    first = admin.get("/admin/audit/?act=run.delete").content.decode()
    following = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
    second = admin.get(f"/admin/audit/{following}").content.decode()
    assert second.split("<tbody>")[1].count("<tr>") == 20


def test_markup_in_a_name_is_text(admin):
    record(SYSTEM, "run.delete", noun="run", name="<script>alert(1)</script>", details={"x": "<b>"})
    page = admin.get("/admin/audit/").content
    assert b"<script>alert" not in page
    assert b"<b>&quot;" not in page


def test_the_json_export_is_checked_elsewhere(admin):
    sealing.seal(SYSTEM)
    answer = admin.get("/admin/audit/export.json")
    assert answer["Content-Disposition"].endswith('.json"')
    rows, seals, selection = export.read_json(body(answer))
    sealed = [row for row in rows if row["seq"]]
    assert selection == {}
    assert verifier.check(sealed, seals, [seals[0].public_key]).is_whole


def test_an_export_is_noted_in_the_audit(admin):
    admin.get("/admin/audit/export.csv?act=run.delete")
    assert AuditRow.objects.order_by("id").values_list("act", "name", "details").last() == (
        "audit.export",
        "csv",
        {"act": "run.delete"},
    )


def test_the_csv_export_holds_the_selection(admin):
    record(SYSTEM, "run.delete", noun_id="only")
    lines = body(admin.get("/admin/audit/export.csv?act=run.delete")).splitlines()
    assert len(lines) == 2
    assert "only" in lines[1]


def test_another_format_is_refused(admin):
    assert admin.get("/admin/audit/export.xml").status_code == 400


def test_the_proof_names_the_key(admin):
    assert b"verify_audit" not in admin.get("/admin/audit/").content
    sealing.seal(SYSTEM)
    assert b"verify_audit --file audit.json --public-key" in admin.get("/admin/audit/").content


def test_details_are_json(admin):
    record(SYSTEM, "run.delete", details={"n": 1})
    assert json.dumps({"n": 1}).replace('"', "&quot;") in admin.get("/admin/audit/").content.decode()
