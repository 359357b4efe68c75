"""Content that is here already."""

from apps.artifacts.access import require_actor
from apps.artifacts.models import Blob
from apps.artifacts.stores.base import Store
from apps.core.actor import Actor


def find_same(actor: Actor, store: Store, sha256: str, size: int) -> int | None:
    """The id of a sound blob with this content whose bytes are still there: what a person removed by hand is written again."""
    require_actor(actor)
    same = Blob.objects.filter(sha256=sha256, size=size, store=store.name, state=Blob.State.STORED)
    for blob_id, key in same.order_by("id").values_list("id", "storage_key")[:3]:
        if store.size(key) == size:
            return blob_id
    return None
