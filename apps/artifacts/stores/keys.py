"""Names of blobs in a store."""

import uuid

BLOBS = "blobs"


def new_key() -> str:
    """A key that nothing had or will have: `blobs/<2 hex>/<32 hex>`; 256 folders keep each of them short."""
    name = uuid.uuid4().hex
    return f"{BLOBS}/{name[:2]}/{name}"
