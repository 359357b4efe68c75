"""The pages of versions: what they are made of, what changed, where they stand."""

from apps.registry.services import aliases, comments, requests, transitions, versions
from apps.registry.services.versions import NewVersion
from tests.web.models.conftest import MODEL, NAME, SYSTEM

AMOUNT = ("amount", "double", True)


def test_a_version_shows_its_signature_example_packages_and_lines_to_load_it(visit, packed):
    page = visit("reader").get(f"{MODEL}versions/{packed(AMOUNT)}/")
    for shown in ("<code>amount</code>", "84.2", "scikit-learn", "==1.5.2", "3.12.7", "python_function, sklearn", "1 in, 1 out"):
        assert shown in page
    assert "mlflow.pyfunc.load_model(&quot;models:/churn-model/3&quot;)" in page
    assert "mlflow.sklearn.load_model(&quot;models:/churn-model/3&quot;)" in page


def test_the_source_run_is_a_link_for_those_who_may_see_it(visit, worlds, settings):
    address, link = f"{MODEL}versions/2/", f'href="/runs/{worlds.here.run_id}/"'
    assert link in visit("reader").get(address)
    versions.create_version(SYSTEM, NewVersion(NAME, "s3://bucket/m", run_id=worlds.there.run_id))
    page = visit("reader").get(f"{MODEL}versions/3/")
    assert worlds.there.run_id not in page
    assert "a run that you may not see" in page


def test_a_version_stands_beside_the_one_in_production(visit, packed):
    transitions.transition_version(SYSTEM, NAME, str(packed(AMOUNT)), "Production", False)
    page = visit("reader").get(f"{MODEL}versions/{packed(AMOUNT, ('risk', 'double', True), folder='more')}/")
    assert "Compared with Production" in page
    assert "1 breaking change" in page
    assert "new and needed: calls without it fail" in page


def test_the_stage_panel_says_where_it_could_go_and_what_a_policy_needs(visit, protect):
    protect()
    page = visit("editor").get(f"{MODEL}versions/2/")
    assert 'data-open="move-staging" aria-label="Move to Staging"' in page
    assert 'aria-label="Request Production"' in page
    assert "Production needs 1 approval of approver" in page


def test_a_reader_can_ask_for_any_stage_and_change_nothing(visit):
    page = visit("reader").get(f"{MODEL}versions/2/")
    assert 'aria-label="Request Staging"' in page
    for absent in ("describe/", "tags/", "aliases/", "delete/", "stage/"):
        assert f'action="{MODEL}versions/2/{absent}' not in page


def test_a_pending_request_is_linked(visit, people):
    number = requests.open_request(people.reader.actor, NAME, "2", "transition", "Production")
    page = visit("reader").get(f"{MODEL}versions/2/")
    assert f'href="/approvals/{number}/"' in page
    assert "to Production, asked by reader, waits" in page


def test_the_thread_holds_comments_and_what_happened(visit, people):
    aliases.set_alias(SYSTEM, NAME, "challenger", "2")
    comments.comment_on_version(people.reader.actor, NAME, "2", "looks **good**")
    page = visit("reader").get(f"{MODEL}versions/2/")
    assert "looks <strong>good</strong>" in page
    assert "@challenger" in page
    assert "registered this version" in page


def test_a_version_that_is_not_there_is_missing(visit):
    visit("reader").get(f"{MODEL}versions/99/", status=404)
    visit("reader").get(f"{MODEL}versions/{2**40}/", status=404)


def test_files_of_a_version_are_shown_and_saved_under_its_folder(visit, packed):
    address = f"{MODEL}versions/{packed(AMOUNT)}/files/"
    page = visit("reader").get(address, path="requirements.txt")
    assert "scikit-learn==1.5.2" in page
    assert "notes" not in page  # the run has other folders
    answer = visit("reader").client.get(f"{address}download/", {"path": "requirements.txt"})
    assert b"".join(answer.streaming_content) == b"scikit-learn==1.5.2\n"
    assert visit("reader").client.get(f"{address}zip/")["Content-Type"] == "application/zip"
    visit("reader").get(address, status=400, path="../notes/readme.txt")


def test_files_that_are_elsewhere_are_told_as_such(visit):
    versions.create_version(SYSTEM, NewVersion(NAME, "s3://bucket/m"))
    assert "kept elsewhere" in visit("reader").get(f"{MODEL}versions/3/files/")


def test_two_versions_are_compared_with_breaking_changes_flagged(visit, packed):
    first, second = packed(AMOUNT), packed(("amount", "string", True), folder="other")
    page = visit("reader").get(f"{MODEL}compare/", versions=f"{first},{second}")
    assert "input amount: double became string" in page
    assert "scikit-learn" not in page
    assert "scikit-learn" in visit("reader").get(f"{MODEL}compare/", versions=f"{first},{second}", all="1")


def test_tags_of_versions_are_compared(visit):
    versions.create_version(SYSTEM, NewVersion(NAME, "s3://bucket/m"))
    assert "checked" in visit("reader").get(f"{MODEL}compare/", versions="1,3")


def test_other_than_two_versions_are_asked_for_again(visit):
    assert "Choose two versions." in visit("reader").get(f"{MODEL}compare/", status=400, versions="1")
    assert "not found" in visit("reader").get(f"{MODEL}compare/", status=400, versions="1,99")
    visit("reader").get(f"{MODEL}compare/")
