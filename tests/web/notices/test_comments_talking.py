"""Comments on runs, versions and requests: one thread for all, for whoever may see the thing."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.actor import Actor
from apps.core.errors import Denied, Invalid
from apps.experiments.models import Run
from apps.experiments.queries.comments import run_comments, run_people
from apps.experiments.services import runs, trash
from apps.experiments.services.comments import comment_on_run, edit_comment
from apps.notices.models import Comment, Notice
from apps.registry.services.comments import comment_on_version
from apps.registry.services.requests import open_request

SYSTEM = Actor.system("tests")


@pytest.fixture
def run_id(worlds):
    return worlds.here.run_id


@pytest.fixture
def page(run_id):
    return f"/runs/{run_id}/comments/"


def say(client, page, text, noun="run", key=None):
    return client.post(f"/comments/on/{noun}/{key or page.split('/')[2]}/", {"text": text, "next": page})


def told():
    return sorted(Notice.objects.values_list("user__username", "kind"))


def test_a_comment_stands_on_the_run_with_its_count(people, web, page):
    editor = web(people.editor)
    assert "Nobody has said anything yet" in editor.get(page).content.decode()
    assert say(editor, page, "**Look** at `loss` <script>x</script>")["Location"] == f"{page}#thread"
    text = web(people.reader).get(page).content.decode()
    assert "<strong>Look</strong>" in text
    assert "<script>x" not in text
    overview = editor.get(page.removesuffix("comments/")).content.decode()
    assert 'Comments <span class="count">1</span>' in " ".join(overview.split())


def test_it_is_only_changed_by_its_author_and_taken_back_by_administrators_too(people, web, page):
    say(web(people.editor), page, "first")
    comment = Comment.objects.get()
    manager, editor, admin = web(people.manager), web(people.editor), web(people.admin)
    assert manager.post(f"/comments/{comment.pk}/edit/", {"text": "mine", "next": page}).status_code == 403
    assert manager.post(f"/comments/{comment.pk}/delete/", {"next": page}).status_code == 403
    assert f"/comments/{comment.pk}/edit/" not in manager.get(page).content.decode()
    editor.post(f"/comments/{comment.pk}/edit/", {"text": "second", "next": page})
    text = manager.get(page).content.decode()
    assert "second" in text
    assert "edited" in text
    admin.post(f"/comments/{comment.pk}/delete/", {"next": page})
    assert "second" not in manager.get(page).content.decode()
    assert editor.post(f"/comments/{comment.pk}/edit/", {"text": "third"}).status_code == 404


def test_whoever_is_named_whose_run_it_is_and_who_spoke_before_is_told(people, run_id):
    comment_on_run(people.reader.actor, run_id, "first")
    comment_on_run(people.editor.actor, run_id, "@approver and @editor, look")
    assert told() == [("approver", "mention"), ("manager", "comment"), ("manager", "comment"), ("reader", "comment")]
    notice = Notice.objects.get(kind="mention")
    assert notice.url.endswith(f"/runs/{run_id}/comments/")
    assert notice.title.startswith("editor mentioned you on run ")


def test_nobody_is_told_of_a_run_that_they_may_not_see(people, run_id, settings):
    settings.DEFAULT_PERMISSION = "NO_PERMISSIONS"
    comment_on_run(people.manager.actor, run_id, "@stranger @reader @teammate @admin @nobody")
    assert told() == [("admin", "mention"), ("reader", "mention"), ("teammate", "mention")]


def test_a_change_tells_only_those_who_are_new_in_it(people, run_id):
    made = comment_on_run(people.manager.actor, run_id, "@reader look")
    edit_comment(people.manager.actor, made.id, "@reader and @editor look")
    assert told() == [("editor", "mention"), ("reader", "mention")]


def test_only_people_who_may_see_the_run_are_offered(people, web, run_id, settings):
    settings.DEFAULT_PERMISSION = "NO_PERMISSIONS"
    assert {one.username for one in run_people(people.manager.actor, run_id, "er")} == {"reader", "approver", "manager"}
    answer = web(people.reader).get(f"/comments/people/run/{run_id}/?q=team").json()
    assert answer == {"people": [{"name": "teammate", "label": "teammate"}]}
    assert web(people.stranger).get(f"/comments/people/run/{run_id}/?q=r").status_code == 404


def test_versions_and_requests_have_the_same_thread(people, web, worlds):
    model, client = worlds.here.registered, web(people.reader)
    request = open_request(people.editor.actor, model, "1", "transition", "Staging")
    for noun, key in (("version", f"{model}/1"), ("request", str(request))):
        assert say(client, "/somewhere/", f"on a {noun}", noun, key)["Location"] == "/somewhere/#thread"
        assert client.get(f"/comments/people/{noun}/{key}/?q=mana").json()["people"][0]["name"] == "manager"
    assert sorted(Comment.objects.values_list("text", flat=True)) == ["on a request", "on a version"]
    assert client.post("/comments/on/weather/1/", {"text": "x"}).status_code == 404
    assert client.post("/comments/on/request/x/", {"text": "x"}).status_code == 404


def test_nobody_is_led_away_from_this_server(people, web, page):
    editor = web(people.editor)
    say(editor, page, "x")
    for there in ("https://evil.example.com/", "//evil.example.com/", "/\\evil.example.com/", ""):
        answer = editor.post(f"/comments/{Comment.objects.get().pk}/edit/", {"text": "y", "next": there})
        assert answer["Location"] == "/"


def test_a_run_in_the_trash_keeps_its_thread_and_takes_no_more(people, web, worlds):
    run_id = worlds.here.run_ids[1]
    comment_on_run(people.editor.actor, run_id, "kept")
    runs.delete_run(people.manager.actor, run_id)
    with pytest.raises(Invalid):
        comment_on_run(people.editor.actor, run_id, "more")
    text = web(people.reader).get(f"/runs/{run_id}/comments/").content.decode()
    assert "kept" in text
    assert 'id="thread-text"' not in text


def test_what_was_said_goes_with_a_purged_run(people, worlds):
    run_id = worlds.here.run_ids[1]
    comment_on_run(people.editor.actor, run_id, "gone")
    comment_on_version(people.editor.actor, worlds.here.registered, "1", "stays")
    runs.delete_run(people.manager.actor, run_id)
    Run.objects.filter(run_id=run_id).update(deleted_at=1)
    trash.purge_trash(SYSTEM, 2)
    assert list(Comment.objects.values_list("text", flat=True)) == ["stays"]


def test_the_token_of_an_execution_does_not_talk(people, run_id):
    actor = Actor(people.editor.user.pk, "editor", via="token", limits={"run": run_id})
    with pytest.raises(Denied):
        comment_on_run(actor, run_id, "beep")


def test_the_api_has_the_same(people, api, run_id):
    editor = api(people.editor)
    made = editor.post(f"/api/v1/runs/{run_id}/comments/", {"comment": "hello"}).json
    assert editor.patch(f"/api/v1/comments/{made['id']}/", {"comment": "hello again"}).json["comment"] == "hello again"
    assert api(people.reader).delete(f"/api/v1/comments/{made['id']}/", {}).status == 403
    assert editor.delete(f"/api/v1/comments/{made['id']}/", {}).status == 204
    left = api(people.reader).get(f"/api/v1/runs/{run_id}/comments/").json["items"]
    assert [(one["comment"], one["is_deleted"]) for one in left] == [("", True)]
    assert len(run_comments(people.reader.actor, run_id)) == 1


def test_twelve_comments_cost_as_many_queries_as_two(people, web, run_id, page):
    reader, counts = web(people.reader), []
    reader.get(page)  # the first page of a session notes that it was seen
    for more in (2, 10):
        for number in range(more):
            comment_on_run([people.editor, people.manager][number % 2].actor, run_id, f"@reader {number}")
        with CaptureQueriesContext(connection) as queries:
            reader.get(page)
        counts.append(len(queries))
    assert counts[0] == counts[1]
