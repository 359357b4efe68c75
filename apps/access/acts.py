"""The one table of what can be done, what level it needs, and whether the audit keeps it.

The level is the one needed on the thing itself (a run's is its experiment's). None: being signed in is enough, or the service
asks for more than a level (an
administrator, oneself). What log-* and artifact uploads do is not audited one by one; the run is its own record.
Levels follow section "Auth plugin" of the MLflow REST protocol.
"""

from typing import NamedTuple

from apps.access.levels import Level


class Act(NamedTuple):
    """One thing that can be done."""

    level: Level | None
    audited: bool


ACTS: dict[str, Act] = {
    # workspaces
    "workspace.read": Act(Level.READ, False),
    "workspace.create": Act(None, True),
    "workspace.update": Act(Level.MANAGE, True),
    "workspace.delete": Act(None, True),
    "workspace.share": Act(Level.MANAGE, True),
    "workspace.add": Act(Level.EDIT, False),  # put an experiment or model into it
    # experiments
    "experiment.read": Act(Level.READ, False),
    "experiment.create": Act(None, True),
    "experiment.update": Act(Level.EDIT, True),
    "experiment.tag": Act(Level.EDIT, True),
    "experiment.delete": Act(Level.MANAGE, True),
    "experiment.restore": Act(Level.MANAGE, True),
    "experiment.share": Act(Level.MANAGE, True),
    "experiment.purge": Act(Level.MANAGE, True),
    "experiment.hold": Act(Level.MANAGE, True),  # legally
    # runs
    "run.read": Act(Level.READ, False),
    "run.create": Act(Level.EDIT, False),
    "run.log": Act(Level.EDIT, False),
    "run.update": Act(Level.EDIT, False),
    "run.tag": Act(Level.EDIT, False),
    "run.comment": Act(Level.READ, True),
    "run.move": Act(Level.MANAGE, True),
    "run.delete": Act(Level.MANAGE, True),
    "run.restore": Act(Level.MANAGE, True),
    "run.purge": Act(Level.MANAGE, True),
    "run.hold": Act(Level.MANAGE, True),  # legally
    "trash.purge": Act(None, True),  # everybody's
    "trash.rule": Act(None, True),  # when it empties itself
    # logged models
    "logged_model.read": Act(Level.READ, False),
    "logged_model.create": Act(Level.EDIT, False),
    "logged_model.update": Act(Level.EDIT, False),
    "logged_model.delete": Act(Level.MANAGE, True),
    "logged_model.restore": Act(Level.MANAGE, True),
    "logged_model.purge": Act(Level.MANAGE, True),
    # artifacts of runs and logged models
    "artifact.read": Act(Level.READ, False),
    "artifact.download": Act(Level.READ, True),
    "artifact.write": Act(Level.EDIT, False),
    "artifact.delete": Act(Level.MANAGE, True),
    # use and quotas
    "storage.read": Act(None, False),  # of everybody
    "storage.quota": Act(None, True),
    # projects and their executions
    "project.read": Act(Level.READ, False),
    "project.create": Act(None, True),
    "project.update": Act(Level.MANAGE, True),
    "project.delete": Act(Level.MANAGE, True),
    "project.share": Act(Level.MANAGE, True),
    "project.secret": Act(Level.MANAGE, True),
    "project.run": Act(Level.USE, False),  # what starts is audited as execution.submit
    "execution.read": Act(Level.READ, False),
    "execution.submit": Act(Level.EDIT, True),  # on the experiment
    "execution.cancel": Act(Level.EDIT, True),
    "execution.prioritize": Act(Level.EDIT, True),
    # registry
    "model.read": Act(Level.READ, False),
    "model.create": Act(None, True),
    "model.update": Act(Level.EDIT, True),
    "model.rename": Act(Level.EDIT, True),
    "model.tag": Act(Level.EDIT, True),
    "model.delete": Act(Level.MANAGE, True),
    "model.restore": Act(Level.MANAGE, True),
    "model.purge": Act(Level.MANAGE, True),
    "model_version.purge": Act(Level.MANAGE, True),
    "model.share": Act(Level.MANAGE, True),
    "model.protect": Act(Level.MANAGE, True),  # its policies
    "model_version.read": Act(Level.READ, False),
    "model_version.create": Act(Level.EDIT, True),
    "model_version.update": Act(Level.EDIT, True),
    "model_version.tag": Act(Level.EDIT, True),
    "model_version.untag": Act(Level.MANAGE, True),
    "model_version.transition": Act(Level.EDIT, True),  # where no policy applies
    "model_version.delete": Act(Level.MANAGE, True),
    "model_version.restore": Act(Level.MANAGE, True),
    "alias.set": Act(Level.EDIT, True),
    "alias.delete": Act(Level.MANAGE, True),
    "policy.read": Act(Level.READ, False),
    "policy.change": Act(Level.MANAGE, True),  # of a workspace
    "policy.refuse": Act(None, True),  # what a policy refused
    "request.read": Act(Level.READ, False),
    "request.open": Act(Level.READ, True),
    "request.vote": Act(Level.READ, True),  # who may is said by policies
    "request.comment": Act(Level.READ, True),
    "request.cancel": Act(Level.READ, True),
    "request.override": Act(Level.READ, True),
    "request.check": Act(Level.EDIT, True),
    "request.execute": Act(None, True),
    "request.close": Act(None, True),
    # webhooks, chat channels
    "webhook.read": Act(None, False),
    "webhook.change": Act(None, True),
    "webhook.test": Act(None, True),
    "webhook.redeliver": Act(None, True),
    "chat.change": Act(None, True),
}


def needed(act: str) -> Level:
    """The level that `act` needs on its thing. Raises KeyError for an act that is not in the table: a bug, never an input."""
    level = ACTS[act].level
    return Level.READ if level is None else level
