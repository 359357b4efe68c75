"""Webhooks on their pages: who sees which, making, changing, pausing, trying, and the log of deliveries."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.actor import Actor
from apps.notices.models import ChatChannel, Delivery, Webhook
from apps.notices.services import chat, deliveries
from apps.notices.services.webhooks import NewWebhook, create_webhook
from apps.registry.services import versions
from apps.registry.services.versions import NewVersion
from apps.registry.services.webhooks import NewRegistryWebhook, create_registry_webhook
from tests.notices.services.receiver import Receiver

SYSTEM = Actor.system("tests")
SECRET = "a secret of the two of us"
FIELDS = {"events": ["MODEL_VERSION_CREATED"], "secret": SECRET, "verify_tls": "on", "status": "ACTIVE", "description": "deploys"}


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


@pytest.fixture
def manager(people, web):
    return web(people.manager)


def hook(people, worlds, url, **more):
    """A webhook of the world's model, made by its manager."""
    new = NewRegistryWebhook(["MODEL_VERSION_CREATED"], url, model_name=worlds.here.registered, secret=SECRET, **more)
    return create_registry_webhook(people.manager.actor, new)


def send_all():
    Delivery.objects.filter(state="pending").update(next_at=1)
    for pk in list(Delivery.objects.filter(state="pending").values_list("pk", flat=True)):
        deliveries.deliver(SYSTEM, pk)


def test_each_sees_the_webhooks_that_they_may_manage(people, worlds, web, receiver):
    url = receiver().url
    hook(people, worlds, url, description="of one model")
    create_registry_webhook(people.admin.actor, NewRegistryWebhook(["MODEL_VERSION_CREATED"], url, description="of all"))
    create_webhook(people.admin.actor, NewWebhook("mlflow", url, ["model_version.created"], name="of-mlflow"))

    def seen(person):
        text = web(person).get("/webhooks/").content.decode()
        return [name for name in ("of one model", "of all", "of-mlflow") if name in text]

    assert seen(people.admin) == ["of one model", "of all", "of-mlflow"]
    assert seen(people.manager) == ["of one model"]
    assert seen(people.editor) == []
    assert "Ask the owner of the model" in web(people.editor).get("/webhooks/").content.decode()


def test_a_webhook_is_made_for_a_model_and_its_secret_is_never_shown(people, worlds, manager, receiver):
    there, model = receiver(), worlds.here.registered
    assert f'<option value="{model}" selected>' in manager.get(f"/webhooks/new/registry/?model={model}").content.decode()
    answer = manager.post("/webhooks/new/registry/", {**FIELDS, "url": there.url, "model": model})
    assert answer.status_code == 302
    row = Webhook.objects.get()
    assert answer["Location"] == f"/webhooks/registry/{row.pk}/"
    assert row.created_by_id == people.manager.user.pk
    for page in ("/webhooks/", f"/webhooks/?model={model}", answer["Location"], f"{answer['Location']}edit/"):
        text = manager.get(page).content.decode()
        assert "deploys" in text
        assert SECRET not in text


def test_the_page_of_a_model_leads_to_its_webhooks_for_whoever_may_manage_them(people, worlds, manager, web):
    page, link = f"/models/{worlds.here.registered}/", f"/webhooks/?model={worlds.here.registered}"
    assert link in manager.get(page).content.decode()
    assert link not in web(people.editor).get(page).content.decode()


def test_a_refused_form_shows_the_reason_and_not_the_secret(worlds, manager):
    sent = {**FIELDS, "url": "https://127.0.0.1/", "model": worlds.here.registered}
    answer = manager.post("/webhooks/new/registry/", sent)
    text = answer.content.decode()
    assert answer.status_code == 400
    assert "127.0.0.1, which is not a public address" in text.replace("&#x27;", "'")
    assert SECRET not in text
    assert not Webhook.objects.exists()


def test_a_model_that_one_may_not_manage_cannot_be_chosen(people, worlds, web, receiver):
    there = receiver()
    answer = web(people.editor).post("/webhooks/new/registry/", {**FIELDS, "url": there.url, "model": worlds.here.registered})
    assert answer.status_code == 403


def test_a_change_leaves_what_was_left_empty(people, worlds, manager, receiver):
    there = receiver()
    made = hook(people, worlds, there.url)
    before = bytes(Webhook.objects.get().secret)
    fields = {**FIELDS, "url": f"{there.url}/2", "secret": "", "events": ["COMMENT_CREATED"], "status": "TEST_MODE"}
    assert manager.post(f"/webhooks/registry/{made.id}/edit/", fields).status_code == 302
    row = Webhook.objects.get()
    assert (row.url, row.events, row.status) == (f"{there.url}/2", ["COMMENT_CREATED"], "TEST_MODE")
    assert bytes(row.secret) == before
    manager.post(f"/webhooks/registry/{made.id}/edit/", {**fields, "forget_secret": "on"})
    assert Webhook.objects.get().secret is None


def test_it_pauses_and_goes_on(people, worlds, manager, receiver):
    made = hook(people, worlds, receiver().url)
    manager.post(f"/webhooks/registry/{made.id}/state/", {"status": "DISABLED"})
    assert Webhook.objects.get().status == "DISABLED"
    assert "Go on" in manager.get(f"/webhooks/registry/{made.id}/").content.decode()
    manager.post(f"/webhooks/registry/{made.id}/state/", {"status": "ACTIVE"})
    assert Webhook.objects.get().status == "ACTIVE"


def test_the_test_button_shows_what_was_answered(people, worlds, manager, receiver):
    there = receiver(201, 404)
    made = hook(people, worlds, there.url)
    first, second = (manager.post(f"/webhooks/registry/{made.id}/test/").content.decode() for _ in range(2))
    assert "Answered 201: the receiver took it" in first
    assert "got it" in first
    assert "Answered 404: the receiver did not take it" in second
    there.close()
    assert "ConnectionRefused" in manager.post(f"/webhooks/registry/{made.id}/test/").content.decode()


def test_the_log_tells_of_each_delivery_and_sends_it_again(people, worlds, manager, receiver):
    there = receiver(503, 410, 200)
    made = hook(people, worlds, there.url)
    versions.create_version(people.editor.actor, NewVersion(worlds.here.registered, "s3://b/m"))
    page = f"/webhooks/registry/{made.id}/"
    assert "not sent yet" in manager.get(page).content.decode()
    send_all()
    text = manager.get(page).content.decode()
    assert re.search(r"answered 503, 1 attempt, next at \d", text)
    assert 'data-poll="3"' in text
    send_all()
    text = manager.get(page).content.decode()
    assert "answered 410, 2 attempts" in text
    assert "MODEL_VERSION_CREATED" in text
    answer = manager.post(f"{page}deliveries/{Delivery.objects.get().pk}/")
    assert answer["Location"] == page
    send_all()
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["delivered", "failed"]
    assert there.bodies[0] == there.bodies[2]


def test_a_deleted_webhook_goes_with_its_log(people, worlds, manager, receiver):
    made = hook(people, worlds, receiver().url)
    versions.create_version(people.editor.actor, NewVersion(worlds.here.registered, "s3://b/m"))
    assert manager.post(f"/webhooks/registry/{made.id}/delete/")["Location"] == "/webhooks/"
    assert (Webhook.objects.count(), Delivery.objects.count()) == (0, 0)


def test_administrators_have_those_of_mlflow_clients(people, web, receiver):
    there, admin = receiver(), web(people.admin)
    fields = {"name": "ci", "url": there.url, "events": ["model_version.created", "prompt.created"], "secret": SECRET}
    page = admin.post("/webhooks/new/mlflow/", fields)["Location"]
    assert "X-MLflow-Signature" in admin.get(page).content.decode()
    assert admin.post("/webhooks/new/mlflow/", {**fields, "name": "no name"}).status_code == 400
    assert web(people.manager).get(page).status_code == 403
    assert admin.get("/webhooks/weather/1/").status_code == 404


def test_a_job_of_databricks_keeps_its_authorization_when_it_is_edited(people, worlds, manager, receiver):
    there = receiver()
    made = hook(people, worlds, there.url, authorization="Bearer x", job={"job_id": "7", "workspace_url": there.url})
    manager.post(f"/webhooks/registry/{made.id}/edit/", {**FIELDS, "url": there.url, "secret": "", "authorization": ""})
    manager.post(f"/webhooks/registry/{made.id}/test/")
    assert there.calls[0][1]["Authorization"] == "Bearer x"
    assert there.bodies[0]["job_id"] == "7"


def test_twelve_webhooks_cost_as_many_queries_as_two(people, worlds, manager, receiver):
    there, counts = receiver(), []
    manager.get("/webhooks/")  # the first page of a session notes that it was seen
    for more in (2, 10):
        for _ in range(more):
            made = hook(people, worlds, there.url)
            Delivery.objects.create(webhook_id=made.id, event="e", body="{}", state="delivered", created_at=1)
        with CaptureQueriesContext(connection) as queries:
            assert manager.get("/webhooks/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_channel_is_made_tried_and_removed(people, web, receiver):
    there, admin = receiver(200, 500), web(people.admin)
    fields = {"name": "#ops", "url": f"{there.url}/token-7", "kinds": ["override", "approval_wanted"]}
    assert admin.post("/webhooks/channels/", fields).status_code == 302
    assert admin.post("/webhooks/channels/", fields).status_code == 400  # the name is taken
    text = admin.get("/webhooks/channels/").content.decode()
    assert "#ops" in text
    assert "token-7" not in text
    channel = ChatChannel.objects.get()
    for wanted in ("The chat took it", "answered 500"):
        assert wanted in admin.post(f"/webhooks/channels/{channel.pk}/test/", follow=True).content.decode()
    assert "Did not arrive" in admin.get("/webhooks/channels/").content.decode()
    chat.tell_chat(SYSTEM, channel.workspace_id, "override", "look")
    admin.post(f"/webhooks/channels/{channel.pk}/delete/")
    assert not ChatChannel.objects.exists()


def test_channels_of_another_workspace_are_not_there(people, worlds, web, receiver):
    chat.create_channel(people.admin.actor, "ops", receiver().url, ["override"])
    channel = ChatChannel.objects.get()
    outsider = web(people.outsider)
    assert outsider.get("/w/elsewhere/webhooks/channels/").status_code == 200
    assert outsider.post(f"/w/elsewhere/webhooks/channels/{channel.pk}/delete/").status_code == 404
    assert ChatChannel.objects.exists()


def test_the_api_makes_changes_tries_and_removes_them(people, worlds, api, receiver):
    there, manager, page = receiver(201), api(people.manager), "/api/v1/webhooks/registry/"
    sent = {"url": there.url, "events": ["MODEL_VERSION_CREATED"], "model": worlds.here.registered, "secret": SECRET}
    made = manager.post(page, sent).json
    assert (made["has_secret"], made["status"]) == (True, "ACTIVE")
    assert SECRET not in str(made)
    changed = manager.patch(f"{page}{made['id']}/", {"status": "DISABLED", "secret": ""}).json
    assert (changed["has_secret"], changed["status"], changed["events"]) == (False, "DISABLED", sent["events"])
    tried = manager.post(f"{page}{made['id']}/test/", {}).json
    assert tried == {"success": True, "status": 201, "body": "got it", "error": ""}
    assert manager.delete(f"{page}{made['id']}/").status == 204
    assert manager.get(f"{page}{made['id']}/").status == 404


@pytest.mark.parametrize(
    ("kind", "more"), [("mlflow", {"name": "ci", "model": "churn-model"}), ("registry", {"name": "ci"}), ("weather", {})]
)
def test_the_api_refuses_what_a_kind_has_not(people, worlds, api, receiver, kind, more):
    sent = {"url": receiver().url, "events": ["model_version.created"], **more}
    assert api(people.admin).post(f"/api/v1/webhooks/{kind}/", sent).status == (404 if kind == "weather" else 400)
