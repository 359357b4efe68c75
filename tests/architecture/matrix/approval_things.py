"""What `$name` stands for in the rows of approvals.py: made the first time that a world is asked for them."""

from apps.access.levels import Level
from apps.access.models import Workspace
from apps.core import cipher
from apps.notices.models import ChatChannel, Comment, Delivery, Notice, PersonalChat, Webhook
from apps.notices.records import Message
from apps.notices.services.inbox import notify
from apps.registry.models import ModelVersion, Policy, RegisteredModel, TransitionRequest
from apps.registry.services import comments, grants, policies, registered, requests, versions
from apps.registry.services.policies import NewPolicy
from apps.registry.services.versions import NewVersion
from tests.support.people import TEAM
from tests.support.worlds import LEVELS, SYSTEM


def things_of(world):
    """A pending request of the world's owner with a comment, a policy, two webhooks, and the trash."""
    model = RegisteredModel.objects.get(workspace__name=world.workspace, name=world.registered, lifecycle="active")
    if not TransitionRequest.objects.filter(model=model).exists():
        make(world, model)
    hooks = Webhook.objects.filter(workspace__name=world.workspace)
    return {
        "registered": str(model.pk),
        "request": str(TransitionRequest.objects.get(model=model).pk),
        "comment": str(comments_of(model)),
        "policy": str(Policy.objects.get(workspace__name=world.workspace).pk),
        "trashed_model": str(RegisteredModel.objects.get(workspace__name=world.workspace, lifecycle="deleted").pk),
        "trashed_version": str(ModelVersion.objects.get(model=model, lifecycle="deleted").number),
        "webhook": hooks.get(kind="databricks").pk,
        "hook": hooks.get(kind="mlflow").pk,
        "channel": str(ChatChannel.objects.get(workspace__name=world.workspace).pk),
        "notice": str(Notice.objects.get(user_id=world.owner.user_id, key=f"matrix:{world.workspace}").pk),
        "delivery": Delivery.objects.get(webhook__in=hooks).pk,
    }


def comments_of(model):
    """The one comment on a version of the model."""
    keys = ModelVersion.objects.filter(model=model).values_list("pk", flat=True)
    return Comment.objects.get(noun="model_version", noun_id__in=[str(key) for key in keys]).pk


def make(world, model):
    """All of it, as the world's owner."""
    owner, name = world.owner, world.registered
    versions.delete_version(owner, name, str(versions.create_version(owner, NewVersion(name, "s3://b/m")).number))
    requests.open_request(owner, name, "2", "transition", "Staging")
    comments.comment_on_version(owner, name, "1", "hello")
    terms = {"rules": [{"users": ["approver"]}]}
    policies.create_policy(owner, NewPolicy("model", "Production", subject=name, terms=terms))
    registered.create_model(owner, "thrown-away")
    if world.workspace == "default":
        for person, level in LEVELS.items():
            grants.put_model_grant(SYSTEM, "thrown-away", level, user=person)
        grants.put_model_grant(SYSTEM, "thrown-away", Level.EDIT, team=TEAM)
    registered.delete_model(owner, "thrown-away")
    workspace = Workspace.objects.get(name=world.workspace)
    hook = {"workspace": workspace, "url": "https://127.0.0.1:1/", "created_at": 1, "updated_at": 1}
    Webhook.objects.create(kind="mlflow", name="hook", events=["model_version.created"], **hook)
    ours = Webhook.objects.create(kind="databricks", thing=model.pk, events=["MODEL_VERSION_CREATED"], **hook)
    chat = {"url": cipher.encrypt("https://127.0.0.1:1/"), "host": "127.0.0.1", "created_at": 1}
    ChatChannel.objects.create(workspace=workspace, name="ops", kinds=["override"], **chat)
    PersonalChat.objects.get_or_create(user_id=owner.user_id, defaults=chat)
    notify(SYSTEM, [owner.user_id], Message("mention", "Look", "http://here/experiments/", f"matrix:{world.workspace}"))
    Delivery.objects.create(webhook=ours, event="MODEL_VERSION_CREATED", body="{}", state="delivered", created_at=1)
