"""What leaves for people outside: mails through a server that really speaks SMTP, messages to chats that really listen."""

import pytest

from apps.core import clock
from apps.core.actor import Actor
from apps.core.errors import Denied, Invalid, Missing
from apps.notices.models import ChatChannel, Outgoing, PersonalChat
from apps.notices.queries.chat import get_own_chat, list_channels
from apps.notices.records import Message
from apps.notices.retrying import LEASE_MS
from apps.notices.services import chat, inbox, outgoing
from tests.notices.services.receiver import Receiver
from tests.notices.services.smtp import MailServer

SYSTEM = Actor.system("tests")
MESSAGE = Message("mention", "Look at <!channel>\nand @all", "http://here/runs/1/", "key-1", "the body")


@pytest.fixture
def mail_server(settings):
    made = []

    def start(*answers):
        made.append(MailServer(*answers))
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", made[-1].port
        return made[-1]

    yield start
    for one in made:
        one.close()


@pytest.fixture
def receiver(settings):
    settings.ALLOW_PRIVATE_WEBHOOKS = True
    made = []

    def start(*answers):
        made.append(Receiver(*answers))
        return made[-1]

    yield start
    for one in made:
        one.close()


def send_all():
    """What workers do with everything that is due, as if its time had come."""
    Outgoing.objects.filter(state="pending").update(next_at=1)
    for pk in list(Outgoing.objects.filter(state="pending").values_list("pk", flat=True)):
        outgoing.send(SYSTEM, pk)


def test_a_mail_arrives_once_with_the_link(people, mail_server):
    there = mail_server()
    for _ in range(2):
        inbox.notify(SYSTEM, [people.editor.user.pk], MESSAGE)
    send_all()
    send_all()
    (got,) = there.mails
    assert (got["To"], got["Subject"]) == ("editor@example.com", "[MLPlatform] Look at <!channel> and @all")
    assert got.get_content().split() == ["the", "body", "http://here/runs/1/"]


def test_a_mail_server_that_is_busy_is_tried_again(people, mail_server):
    there = mail_server("451 later", "250 OK")
    inbox.notify(SYSTEM, [people.editor.user.pk], MESSAGE)
    send_all()
    row = Outgoing.objects.get()
    assert (row.state, row.attempts, there.mails) == ("pending", 1, [])
    outgoing.send(SYSTEM, row.pk)
    assert there.mails == []
    send_all()
    row.refresh_from_db()
    assert (row.state, row.attempts, len(there.mails)) == ("delivered", 2, 1)


def test_a_mailbox_that_does_not_exist_is_not_tried_again_and_holds_up_nobody(people, mail_server):
    there = mail_server("550 no such mailbox", "250 OK")
    inbox.notify(SYSTEM, [people.editor.user.pk, people.reader.user.pk], MESSAGE)
    send_all()
    assert sorted(Outgoing.objects.values_list("state", flat=True)) == ["delivered", "failed"]
    assert len(there.mails) == 1


def test_a_mail_server_that_is_away_is_given_up_after_six_attempts(people, mail_server):
    mail_server().close()
    inbox.notify(SYSTEM, [people.editor.user.pk], MESSAGE)
    for _ in range(7):
        send_all()
    row = Outgoing.objects.get()
    assert (row.state, row.attempts) == ("failed", 6)
    assert "ConnectionRefused" in row.error


def test_a_person_is_told_in_their_own_chat_as_plain_text(people, receiver):
    there = receiver()
    chat.set_own_chat(people.editor.actor, there.url + "?token=secret")
    assert b"secret" not in bytes(PersonalChat.objects.get().url)
    inbox.set_preference(people.editor.actor, "mention", in_app=True, mail=False)
    inbox.notify(SYSTEM, [people.editor.user.pk, people.reader.user.pk], MESSAGE)
    send_all()
    assert there.bodies == [{"text": "Look at &lt;!channel&gt;\nand @\u200ball\nhttp://here/runs/1/"}]


def test_a_chat_that_fails_is_tried_again_and_its_owner_sees_why(people, receiver):
    there = receiver(500, 200)
    chat.set_own_chat(people.editor.actor, there.url)
    inbox.set_preference(people.editor.actor, "mention", in_app=False, mail=False, chat=True)
    inbox.notify(SYSTEM, [people.editor.user.pk], MESSAGE)
    send_all()
    assert get_own_chat(people.editor.actor).error.startswith("answered 500")
    send_all()
    assert get_own_chat(people.editor.actor).error == ""
    assert Outgoing.objects.get().state == "delivered"


def test_a_chat_whose_address_leads_inside_by_now_is_not_called(people, receiver, settings):
    there = receiver()
    chat.set_own_chat(people.editor.actor, there.url)
    inbox.set_preference(people.editor.actor, "mention", in_app=False, mail=False, chat=True)
    inbox.notify(SYSTEM, [people.editor.user.pk], MESSAGE)
    settings.ALLOW_PRIVATE_WEBHOOKS = False
    send_all()
    assert there.calls == []
    assert Outgoing.objects.get().state == "failed"


def test_a_private_address_is_refused_when_it_is_saved(people):
    with pytest.raises(Invalid):
        chat.set_own_chat(people.editor.actor, "https://127.0.0.1/")


def test_the_test_button_tells_what_the_chat_answered(people, receiver):
    there = receiver(404, 200)
    chat.set_own_chat(people.editor.actor, there.url)
    assert chat.try_own_chat(people.editor.actor).error.startswith("answered 404")
    assert chat.try_own_chat(people.editor.actor).error == ""
    chat.delete_own_chat(people.editor.actor)
    with pytest.raises(Missing):
        chat.try_own_chat(people.editor.actor)


def test_service_accounts_have_no_chat(people, receiver):
    with pytest.raises(Denied):
        chat.set_own_chat(people.service.actor, receiver().url)


def test_the_chat_of_a_workspace_is_told_what_it_wants_and_tried_again(people, receiver):
    there = receiver(503, 200)
    made = chat.create_channel(people.admin.actor, "ops", there.url + "?token=secret", ["override"])
    assert b"secret" not in bytes(ChatChannel.objects.get().url)
    workspace = ChatChannel.objects.get().workspace_id
    chat.tell_chat(people.editor.actor, workspace, "mention", "not this")
    chat.tell_chat(people.editor.actor, workspace, "override", "somebody overrode a policy")
    send_all()
    assert list_channels(people.admin.actor)[0].error.startswith("answered 503")
    send_all()
    assert there.bodies == [{"text": "somebody overrode a policy"}] * 2
    assert list_channels(people.admin.actor)[0].error == ""
    chat.delete_channel(people.admin.actor, made)
    assert not Outgoing.objects.exists()


def test_a_worker_that_died_gives_back_what_it_had_taken(people, mail_server):
    there = mail_server()
    inbox.notify(SYSTEM, [people.editor.user.pk], MESSAGE)
    Outgoing.objects.update(next_at=clock.now_ms() + LEASE_MS)
    assert outgoing.sweep_outgoing(SYSTEM) == 0
    Outgoing.objects.update(next_at=clock.now_ms() - 1)
    assert outgoing.sweep_outgoing(SYSTEM) == 1
    outgoing.send(SYSTEM, Outgoing.objects.get().pk)
    assert len(there.mails) == 1
