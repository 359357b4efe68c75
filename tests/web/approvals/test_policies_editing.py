"""Policies: the editor without JSON, their versions, the second person, protecting by one click."""

import re

from apps.registry.models import Policy, PolicyVersion
from apps.registry.services import policies
from apps.registry.services.policies import NewPolicy
from tests.registry.conftest import SYSTEM

EVERY_GATE = {
    "g2-kind": "metric", "g2-key": "val/auc", "g2-comparison": ">=", "g2-value": "0.95", "g2-on_fail": "block",
    "g3-kind": "relative_metric", "g3-key": "latency", "g3-direction": "lower", "g3-tolerance": "20", "g3-unit": "percent",
    "g3-on_fail": "extra_approval",
    "g4-kind": "tags", "g4-tags": "reviewed=yes, owner",
    "g5-kind": "description", "g6-kind": "signature", "g7-kind": "input_example", "g8-kind": "dataset", "g8-name": "cards",
    "g9-kind": "clean_commit", "g10-kind": "stored_artifacts", "g11-kind": "external", "g11-name": "ci/fairness",
}  # fmt: skip
NEW = {
    "scope": "model", "subject": "fraud", "target_kind": "stage", "target": "Production", "row": ["r1"], "r1-number": "2",
    "r1-teams": "risk", "r1-users": "", "r1-name": "", "separation": ["requester", "version_creator"],
    "switch": ["archive_existing"], "expires_days": "7", "bound_alias": "champion", "comment": "as agreed",
}  # fmt: skip

METRIC = {"row": ["r1", "g2"], "g2-kind": "metric", "g2-key": "loss", "g2-comparison": ">"}


def current():
    return PolicyVersion.objects.get(state="current")


def sent_again(page):
    """The fields of the editor's form as a browser would send them."""
    form = page.partition('class="stack policy"')[2].partition("</form>")[0]
    data = {}
    for tag in re.findall(r"<input[^>]*>", form):
        field = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if field.get("type") != "checkbox" or " checked" in tag:
            data.setdefault(field["name"], []).append(field.get("value", "").replace("&gt;", ">"))
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r"<option([^>]*) selected>([^<]*)", options) or re.search(r"<option([^>]*)>([^<]*)", options)
        value = re.search(r'value="([^"]*)"', chosen[1])
        data[name] = [(value or chosen)[1 if value else 2].replace("&gt;", ">")]
    return {name: values for name, values in data.items() if name != "csrfmiddlewaretoken"}


def test_a_policy_with_every_kind_of_gate_is_made_and_comes_back_as_it_was_written(people, approvers, model, web):
    client = web(people.manager)
    rows = ["r1", *[f"g{number}" for number in range(2, 12)]]
    answer = client.post("/approvals/policies/new/", {**NEW, **EVERY_GATE, "row": rows})
    assert answer.status_code == 302
    made = current()
    kinds = [gate["kind"] for gate in made.terms["gates"]]
    assert len(set(kinds)) == 10
    assert made.terms["rules"] == [{"name": "risk", "number": 2, "users": [], "teams": [approvers.risk]}]
    assert made.terms["separation"] == {"requester": True, "version_creator": True, "run_owner": False, "gate_changer": False}
    assert (made.terms["expires_hours"], made.terms["bound_alias"], made.comment) == (168, "champion", "as agreed")
    page = client.get(answer["Location"]).content.decode()
    assert "Saved. It is in force." in page
    assert client.post(answer["Location"], sent_again(page)).status_code == 302
    assert current().terms == made.terms


def test_rows_are_added_and_taken_away_by_buttons(people, web):
    client = web(people.manager)
    added = client.post("/approvals/policies/new/", {**NEW, "add": "gate", "gate_kind": "metric"}).content.decode()
    assert 'name="g2-value"' in added
    assert 'name="r1-teams" value="risk"' in added
    rows = {**NEW, **METRIC}
    again = client.post("/approvals/policies/new/", {**rows, "add": "rule"}).content.decode()
    assert 'name="r3-teams"' in again
    gone = client.post("/approvals/policies/new/", {**rows, "remove": "r1"}).content.decode()
    assert 'name="r1-teams"' not in gone
    assert 'name="g2-value"' in gone
    assert not Policy.objects.exists()


def test_what_is_wrong_stands_beside_the_row_or_the_field_and_what_was_typed_stays(people, approvers, model, web):
    client = web(people.manager)
    for said, words in (
        ({"r1-number": "many"}, "A whole number from 1 to 50"),
        ({"r1-teams": ""}, "Name the users or teams whose approval counts"),
        ({"r1-teams": "nobody-of-that-name"}, "Team with name=nobody-of-that-name not found"),
        ({"r1-users": "service"}, "service accounts never approve"),
        (
            {"row": ["r1", "g2"], "g2-kind": "metric", "g2-key": "loss", "g2-comparison": ">", "g2-value": "low"},
            "A number is needed",
        ),
        ({"bound_alias": "v3"}, 'id="bound_alias_note"'),
        ({"expires_days": "soon"}, 'id="expires_days_note"'),
        ({"subject": "a/b"}, "Names cannot contain"),
    ):
        answer = client.post("/approvals/policies/new/", {**NEW, **said})
        page = answer.content.decode()
        assert (answer.status_code, words, words in page) == (400, words, True)
        assert "as agreed" in page
    assert not Policy.objects.exists()


def test_who_has_no_right_is_refused_in_place_and_finds_no_form(people, protect, web, shown):
    policy_id = protect()
    answer = web(people.editor).post("/approvals/policies/new/", {**NEW, "target": "Staging"})
    assert (answer.status_code, "Not saved." in answer.content.decode()) == (403, True)
    page = shown(people.editor, f"/approvals/policies/{policy_id}/")
    assert "Whoever may MANAGE the model changes it" in page
    assert 'id="policy-save"' not in page
    assert web(people.editor).post(f"/approvals/policies/{policy_id}/", NEW).status_code == 403
    assert web(people.editor).post(f"/approvals/policies/{policy_id}/retire/").status_code == 403
    assert current().number == 1


def test_a_second_policy_for_the_same_is_refused_with_the_words_of_the_room(people, protect, web):
    protect()
    page = web(people.manager).post("/approvals/policies/new/", NEW)
    assert (page.status_code, "is in force already" in page.content.decode()) == (400, True)


def test_each_version_says_what_it_changed(people, protect, web, shown):
    policy_id = protect()
    assert web(people.manager).post(f"/approvals/policies/{policy_id}/", {**NEW, "r1-number": "1"}).status_code == 302
    page = shown(people.reader, f"/approvals/policies/{policy_id}/")
    newest = page.partition('id="version-2"')[2].partition("</details>")[0]
    assert 'data-line="del"><span class="sign">−</span>2 approvals of team risk' in newest
    assert 'data-line="add"><span class="sign">+</span>risk: 1 approval of team risk' not in newest
    assert "1 approval of team risk" in newest
    assert "Bound alias: champion" in newest


def test_a_change_waits_for_a_second_person_where_the_policy_says_so(people, protect, web, shown):
    policy_id = protect(second_person=True)
    url = f"/approvals/policies/{policy_id}/"
    changed = web(people.manager).post(url, {**NEW, "r1-number": "1", "comment": "one is enough"})
    assert changed["Location"] == f"{url}?saved=2"
    assert (current().number, "one is enough" in shown(people.reader, url)) == (1, True)
    own = web(people.manager).post(f"{url}decide/", {"agree": "yes"})
    assert (own.status_code, "a second person has to agree" in own.content.decode()) == (403, True)
    assert web(people.admin).post(f"{url}decide/", {"agree": "yes"}).status_code == 302
    assert (current().number, current().terms["rules"][0]["number"]) == (2, 1)
    assert "agreed to by admin" in shown(people.reader, url)


def test_a_policy_is_taken_out_of_force(people, protect, web, shown):
    policy_id = protect()
    assert (
        web(people.manager).post(f"/approvals/policies/{policy_id}/retire/", {"comment": "no need"})["Location"]
        == "/approvals/policies/"
    )
    assert not Policy.objects.filter(retired_at=None).exists()
    assert "Out of force" in shown(people.reader, f"/approvals/policies/{policy_id}/")


def test_one_click_protects_production_by_whoever_may_manage_the_model(people, model, web):
    answer = web(people.manager).post(f"/models/{model}/protect/")
    made = Policy.objects.get()
    assert answer["Location"] == f"/approvals/policies/{made.pk}/?saved=1"
    assert (made.scope, made.subject, made.target) == ("model", model, "Production")
    assert current().terms["rules"][0]["users"] == [people.manager.user.pk]
    again = web(people.manager).post(f"/models/{model}/protect/")
    assert again["Location"] == f"/approvals/policies/{made.pk}/"
    assert web(people.editor).post(f"/models/{model}/protect/").status_code == 403


def test_the_list_of_policies_costs_the_same_for_any_length(people, approvers, worlds, web, django_assert_max_num_queries):
    terms = {"rules": [{"teams": ["risk"]}]}
    client = web(people.reader)
    for number in range(12):
        policies.create_policy(SYSTEM, NewPolicy("pattern", "Production", subject=f"m{number}-*", terms=terms))
    with django_assert_max_num_queries(13):
        assert client.get("/approvals/policies/").content.decode().count("<tr>") == 13


def test_one_click_protects_production_of_every_model_of_a_workspace(people, model, web):
    client = web(people.admin)
    assert "Protect Production" in client.get("/approvals/policies/").content.decode()
    assert "Protect Production" not in web(people.editor).get("/approvals/policies/").content.decode()
    assert web(people.editor).post("/approvals/policies/protect/").status_code == 403
    answer = client.post("/approvals/policies/protect/")
    made = Policy.objects.get()
    assert (answer["Location"], made.scope, made.target) == (f"/approvals/policies/{made.pk}/?saved=1", "workspace", "Production")
    assert client.post("/approvals/policies/protect/")["Location"] == f"/approvals/policies/{made.pk}/"
    assert "Protect Production" not in client.get("/approvals/policies/").content.decode()
    assert "Protect Production" not in client.get("/models/fraud/").content.decode()


def test_the_page_of_a_workspace_protects_what_is_in_it(people, worlds, web):
    client = web(people.admin)
    page = client.get("/admin/workspaces/elsewhere/").content.decode()
    url = re.search(r'action="(/w/elsewhere/[^"]+protect/)"', page)[1]
    assert client.post(url).status_code == 302
    assert Policy.objects.get().workspace.name == "elsewhere"
    assert "A policy stands before Production" in client.get("/admin/workspaces/elsewhere/").content.decode()
    assert "Protect Production" in client.get("/admin/workspaces/default/").content.decode()


def test_a_policy_that_names_too_few_says_so(people, approvers, model, web):
    client = web(people.manager)
    one = client.post("/models/fraud/protect/")["Location"]
    assert "names no more people than it asks for" in client.get(one).content.decode()
    client.post(one, {**NEW, "expires_days": "14"})
    assert "names no more people than it asks for" not in client.get(one).content.decode()


def test_a_policy_for_staging_leaves_the_click_for_production(people, approvers, protect, web):
    protect(target="Staging")
    assert "Protect Production" in web(people.manager).get("/models/fraud/").content.decode()
