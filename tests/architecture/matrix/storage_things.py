"""What `$name` stands for in the rows of pages_storage.py."""

from apps.experiments.models import LegalHold
from apps.experiments.services import legal


def things_of(world):
    """A legal hold that the world's owner set on the experiment in the trash."""
    held = LegalHold.objects.filter(experiment_id=int(world.deleted_experiment_id)).first()
    return {"hold": str(held.pk if held else legal.hold_experiment(world.owner, world.deleted_experiment_id, "inquiry 12/26"))}
