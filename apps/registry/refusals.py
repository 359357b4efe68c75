"""How a policy refuses, how that is told, and how it is written down."""

import functools
from collections.abc import Callable, Iterable
from typing import Concatenate, ParamSpec, TypeVar

from apps.core.actor import Actor
from apps.core.errors import Denied
from apps.core.transactions import atomic
from apps.registry import links
from apps.registry.access import ModelAccess
from apps.registry.governance import Governing
from apps.registry.models import TransitionRequest
from apps.registry.models.requests import PENDING
from apps.registry.services.history import audit

P = ParamSpec("P")
R = TypeVar("R")


class PolicyRefused(Denied):
    """A policy stands against it. The message says what is missing and where to ask."""

    def __init__(self, message: str, model: ModelAccess, number: int | None, policies: Iterable[Governing]):
        super().__init__(message)
        self.model, self.number = model, number
        self.policies = [one.label for one in policies]


def audits_refusals(service: Callable[Concatenate[Actor, P], R]) -> Callable[Concatenate[Actor, P], R]:
    """Stand outside of the service's transaction: it is rolled back, and the refusal written down all the same."""

    @functools.wraps(service)
    def run(actor: Actor, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return service(actor, *args, **kwargs)
        except PolicyRefused as refusal:
            _write(actor, refusal, service.__name__)
            raise

    return run


@atomic
def _write(actor: Actor, refusal: PolicyRefused, service: str) -> None:
    details = {"service": service, "policies": refusal.policies, "message": refusal.message}
    audit(actor, "policy.refuse", refusal.model, refusal.number, details)


def where_to_ask(model: ModelAccess, number: int | None, act: str, target: str) -> str:
    """A sentence with the page of the pending request for the act, or else of where it is asked for."""
    pending = TransitionRequest.objects.filter(model_id=model.id, act=act, target=target, state__in=PENDING)
    pending = pending.filter(version__number=number) if number is not None else pending.filter(version=None)
    if request_id := pending.values_list("id", flat=True).first():
        return f"Request {request_id} is pending: {links.request_page(model.workspace, request_id)}"
    page = (
        links.model_page(model.workspace, model.name)
        if number is None
        else links.version_page(model.workspace, model.name, number)
    )
    return f"Ask for it at {page}"
