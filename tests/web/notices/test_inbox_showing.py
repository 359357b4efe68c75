"""One's notices on their page, and how one wants to be told."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.actor import Actor
from apps.notices.models import Notice, PersonalChat
from apps.notices.queries.inbox import count_unread, list_inbox, list_preferences
from apps.notices.records import Message
from apps.notices.services import inbox
from tests.notices.services.receiver import Receiver

SYSTEM = Actor.system("tests")


@pytest.fixture
def reader(people, web):
    return web(people.reader)


def tell(person, *titles, kind="mention", url="http://elsewhere.example.com/experiments/?q=1#x"):
    for title in titles:
        inbox.notify(SYSTEM, [person.user.pk], Message(kind, title, url, f"{kind}-{title}"))


def test_an_empty_inbox_says_what_comes_here(reader):
    text = reader.get("/notices/").content.decode()
    assert "Nothing to tell you" in text
    assert "/settings/notices/" in text


def test_unread_notices_stand_first(reader, people):
    tell(people.reader, "first", "second", "third")
    newest = Notice.objects.get(title="third")
    inbox.mark_read(people.reader.actor, [newest.pk])
    text = reader.get("/notices/").content.decode()
    assert text.index("second") < text.index("first") < text.index("third")


def test_pages_lose_and_repeat_nothing_while_somebody_reads(people):
    tell(people.reader, *[f"n{number:02}" for number in range(12)])
    inbox.mark_read(people.reader.actor, list(Notice.objects.order_by("pk").values_list("pk", flat=True)[:5]))
    seen, cursor = [], ""
    while True:
        rows, cursor = list_inbox(people.reader.actor, cursor=cursor, limit=3)
        seen += [row.title for row in rows]
        if not cursor:
            break
    assert seen == [f"n{number:02}" for number in [*range(11, 4, -1), *range(4, -1, -1)]]


def test_only_the_kind_that_was_asked_for_is_shown(reader, people):
    tell(people.reader, "named")
    tell(people.reader, "moved", kind="version_moved")
    text = reader.get("/notices/?kind=version_moved").content.decode()
    assert "moved" in text
    assert "named" not in text


def test_following_a_notice_reads_it_and_stays_on_this_server(reader, people):
    tell(people.reader, "look")
    notice = Notice.objects.get()
    answer = reader.get(f"/notices/{notice.pk}/open/")
    assert answer["Location"] == "/experiments/?q=1#x"
    assert count_unread(people.reader.actor) == 0


def test_notices_of_others_are_not_there(people, web):
    tell(people.reader, "secret")
    notice = Notice.objects.get()
    stranger = web(people.stranger)
    assert stranger.get(f"/notices/{notice.pk}/open/").status_code == 404
    stranger.post("/notices/read/", {"id": notice.pk})
    stranger.post("/notices/read/")
    assert count_unread(people.reader.actor) == 1


def test_one_or_all_are_marked_as_read(reader, people):
    tell(people.reader, "a", "b", "c")
    reader.post("/notices/read/", {"id": Notice.objects.get(title="b").pk})
    assert count_unread(people.reader.actor) == 2
    assert reader.post("/notices/read/", {"kind": "mention", "after": "u9"})["Location"] == "/notices/?kind=mention&after=u9"
    assert count_unread(people.reader.actor) == 0


def test_a_cursor_that_is_none_is_explained(reader):
    assert reader.get("/notices/?after=x5").status_code == 400


def test_twelve_notices_cost_as_many_queries_as_two(reader, people):
    counts = []
    reader.get("/notices/")  # the first page of a session notes that it was seen
    for titles in (["a", "b"], [f"n{number}" for number in range(10)]):
        tell(people.reader, *titles)
        with CaptureQueriesContext(connection) as queries:
            reader.get("/notices/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_how_one_is_told_is_kept_for_every_kind(reader, people):
    answer = reader.post("/settings/notices/", {"mention.app": "on", "override.mail": "on"})
    assert answer.status_code == 302
    chosen = list_preferences(people.reader.actor)
    assert chosen["mention"] == (True, False, True)  # without a chat its choice stays
    assert chosen["override"] == (False, True, True)
    assert chosen["comment"] == (False, False, False)


def test_a_chat_is_given_tried_and_removed_and_its_address_never_shown(reader, people, settings):
    settings.ALLOW_PRIVATE_WEBHOOKS = True
    there = Receiver(200)
    assert reader.post("/settings/notices/chat/", {"url": f"{there.url}/secret"}).status_code == 302
    text = reader.get("/settings/notices/").content.decode()
    assert "127.0.0.1" in text
    assert "secret" not in text.replace("It is a secret", "")
    assert "took the test message" in reader.post("/settings/notices/chat/", {"act": "test"}).content.decode()
    assert "reader asked for this message" in there.bodies[0]["text"]
    reader.post("/settings/notices/", {"mention.chat": "on"})
    assert list_preferences(people.reader.actor)["override"].chat is False
    reader.post("/settings/notices/chat/", {"act": "remove"})
    assert not PersonalChat.objects.exists()
    there.close()


def test_a_private_address_is_refused_with_its_reason(reader):
    answer = reader.post("/settings/notices/chat/", {"url": "https://127.0.0.1/hook"})
    assert answer.status_code == 400
    assert "is not a public address" in answer.content.decode()


def test_the_api_has_the_same(people, api, settings):
    settings.ALLOW_PRIVATE_WEBHOOKS = True
    there, reader = Receiver(200), api(people.reader)
    tell(people.reader, "look")
    tell(people.reader, "moved", kind="version_moved")
    assert [one["title"] for one in reader.get("/api/v1/notices/", kind="mention").json["items"]] == ["look"]
    assert reader.put("/api/v1/notices/chat/", {"url": there.url}).status == 204
    assert reader.post("/api/v1/notices/chat/test/", {}).json == {"success": True, "error": ""}
    assert reader.get("/api/v1/notices/chat/").json["items"][0]["host"] == "127.0.0.1"
    sent = {"kind": "mention", "in_app": True, "mail": False, "chat": False}
    assert sent in reader.put("/api/v1/notices/preferences/", sent).json["items"]
    assert reader.delete("/api/v1/notices/chat/", {}).status == 204
    there.close()


def test_numbers_that_no_database_holds_are_nobodys_notices(reader, people, api):
    huge = 10**30
    assert reader.get(f"/notices/{huge}/open/").status_code == 404
    assert reader.post("/notices/read/", {"id": str(huge)}).status_code == 302
    assert api(people.reader).post("/api/v1/notices/", {"ids": [huge, -huge]}).status == 204
    assert api(people.reader).get("/api/v1/notices/", before=huge).status == 200
    assert api(people.admin).delete(f"/api/v1/chat-channels/{huge}/").status == 404
