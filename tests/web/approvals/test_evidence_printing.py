"""The evidence of a version as a page."""

import re

from apps.registry.services import votes
from apps.registry.services.votes import Ballot


def test_the_page_holds_what_the_file_holds_and_leads_to_it(people, approvers, protect, ask, worlds, shown, api):
    protect(rules=[{"number": 1, "teams": ["risk"]}], gates=[{"kind": "metric", "key": "loss", "comparison": "<=", "value": 0.5}])
    votes.cast_vote(approvers.tom.actor, ask(comment="please"), Ballot("approve", "looks even"))
    page = shown(people.manager, "/models/fraud/versions/1/evidence/")
    document = api(people.manager).get("/api/v1/models/fraud/versions/1/evidence/").json
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))
    for said in ("please", "looks even", "loss &lt;= 0.5", worlds.here.run_id, document["evidence"]["fingerprint"]):
        assert said in words
    assert re.search(r"None → Production", words)
    assert len(document["rows"]) > 1
    assert page.count("not sealed yet") == len(document["rows"])
    assert 'href="/api/v1/models/fraud/versions/1/evidence/"' in page
    assert "manage.py verify_audit --file evidence-1.json --public-key" in page


def test_rows_of_the_audit_are_for_whoever_may_manage_the_model(people, model, shown):
    assert "whoever may MANAGE the model" in shown(people.reader, "/models/fraud/versions/1/evidence/")


def test_the_file_of_another_workspace_is_reached_from_its_page(people, model, shown, web):
    page = shown(people.outsider, "/w/elsewhere/models/fraud/versions/1/evidence/")
    url = re.search(r'href="([^"]*api/v1[^"]*)"', page)[1]
    assert url == "/w/elsewhere/api/v1/models/fraud/versions/1/evidence/"
    assert web(people.outsider).get(url).json()["evidence"]["workspace"] == "elsewhere"
