"""Who is told what, where: in the app, by mail, in the chat; and mentions in comments."""

import pytest

from apps.core.actor import Actor
from apps.core.errors import Denied, Invalid, Missing
from apps.notices.models import Notice, Outgoing
from apps.notices.queries.comments import list_comments
from apps.notices.queries.inbox import count_unread, list_notices, list_preferences
from apps.notices.records import Message
from apps.notices.services import chat, comments, inbox
from apps.registry.services.comments import comment_on_version, delete_comment, edit_comment

SYSTEM = Actor.system("tests")
MESSAGE = Message("mention", "Look", "http://here/", "key-1", "the body")


def test_a_notice_reaches_each_person_once_and_not_the_actor(people):
    ids = [people.editor.user.pk, people.reader.user.pk, people.manager.user.pk]
    for _ in range(2):
        inbox.notify(people.manager.actor, ids, MESSAGE)
    assert sorted(Notice.objects.values_list("user__username", flat=True)) == ["editor", "reader"]
    assert [one.title for one in list_notices(people.editor.actor)] == ["Look"]


def test_service_accounts_and_closed_accounts_are_not_told(people):
    people.reader.user.__class__.objects.filter(pk=people.reader.user.pk).update(is_active=False)
    inbox.notify(SYSTEM, [people.service.user.pk, people.reader.user.pk], MESSAGE)
    assert not Notice.objects.exists()


def test_reading_counts_down(people):
    for number in range(3):
        inbox.notify(SYSTEM, [people.editor.user.pk], Message("mention", "t", "u", f"key-{number}"))
    assert count_unread(people.editor.actor) == 3
    first = list_notices(people.editor.actor)[0]
    assert inbox.mark_read(people.editor.actor, [first.id]) == 1
    assert inbox.mark_read(people.reader.actor) == 0
    assert inbox.mark_read(people.editor.actor) == 2
    assert count_unread(people.editor.actor) == 0


@pytest.mark.parametrize(("in_app", "by_mail"), [(True, False), (False, True), (False, False)])
def test_everybody_chooses_how_to_be_told(people, in_app, by_mail):
    inbox.set_preference(people.editor.actor, "mention", in_app=in_app, mail=by_mail)
    assert list_preferences(people.editor.actor)["mention"] == (in_app, by_mail, True)
    inbox.notify(SYSTEM, [people.editor.user.pk], MESSAGE)
    assert (len(list_notices(people.editor.actor)), Outgoing.objects.count()) == (int(in_app), int(by_mail))


def test_a_kind_that_there_is_not_cannot_be_chosen(people):
    with pytest.raises(Invalid):
        inbox.set_preference(people.editor.actor, "weather", in_app=True, mail=True)


def test_a_channel_needs_manage_on_the_workspace(people, settings):
    settings.ALLOW_PRIVATE_WEBHOOKS = True
    with pytest.raises(Denied):
        chat.create_channel(people.editor.actor, "ops", "http://127.0.0.1:1/", ["override"])


def test_a_comment_tells_whom_it_mentions_if_they_may_see_the_model(people, worlds, settings):
    settings.DEFAULT_PERMISSION = "NO_PERMISSIONS"
    comment_on_version(people.editor.actor, worlds.here.registered, "1", "@reader look, and @stranger, @nobody, me@editor.com")
    told = list(Notice.objects.order_by("id").values_list("user__username", "kind"))
    assert told == [("reader", "mention"), ("manager", "comment")]  # the version is the manager's


def test_a_comment_is_changed_and_taken_back_by_its_author_alone(people, worlds):
    made = comment_on_version(people.editor.actor, worlds.here.registered, "1", "first")
    with pytest.raises(Denied):
        edit_comment(people.manager.actor, made.id, "mine now")
    assert edit_comment(people.editor.actor, made.id, "second").text == "second"
    delete_comment(people.editor.actor, made.id)
    left = list_comments(people.editor.actor, made.noun, made.noun_id)
    assert [(one.text, one.is_deleted) for one in left] == [("", True)]
    with pytest.raises(Missing):
        edit_comment(people.editor.actor, made.id, "third")


@pytest.mark.parametrize("text", ["", "  ", "a\x00b", "x" * 70_000])
def test_texts_that_are_no_comment_are_refused(people, text):
    with pytest.raises(Invalid):
        comments.add_comment(people.editor.actor, "run", "1", text)
