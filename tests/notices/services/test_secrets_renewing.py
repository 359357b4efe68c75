"""After a change of the key everything is readable with the new one alone."""

import pytest
from django.core.management import CommandError, call_command

from apps.core import cipher
from apps.notices.models import ChatChannel, PersonalChat, Webhook
from apps.notices.services import chat
from apps.notices.services.webhooks import NewWebhook, create_webhook


@pytest.fixture
def kept(people, settings):
    """One of each, under the key `old`."""
    settings.ALLOW_PRIVATE_WEBHOOKS, settings.SECRETS_KEYS = True, ["old"]
    new = NewWebhook("mlflow", "http://127.0.0.1:1/", ["model_version.created"], name="h", secret="s", authorization="a")
    create_webhook(people.admin.actor, new)
    chat.create_channel(people.admin.actor, "ops", "http://127.0.0.1:1/c", ["override"])
    chat.set_own_chat(people.editor.actor, "http://127.0.0.1:1/p")


def test_every_secret_is_readable_with_the_new_key_alone(kept, settings, capsys):
    settings.SECRETS_KEYS = ["new", "old"]
    call_command("renew_secrets")
    assert "4 secrets" in capsys.readouterr().out
    settings.SECRETS_KEYS = ["new"]
    hook = Webhook.objects.get()
    values = [hook.secret, hook.authorization, ChatChannel.objects.get().url, PersonalChat.objects.get().url]
    assert [cipher.decrypt(value) for value in values] == ["s", "a", "http://127.0.0.1:1/c", "http://127.0.0.1:1/p"]


def test_a_key_that_is_gone_is_told_and_nothing_is_changed(kept, settings):
    before = bytes(Webhook.objects.get().secret)
    settings.SECRETS_KEYS = ["new"]
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("renew_secrets")
    assert bytes(Webhook.objects.get().secret) == before
