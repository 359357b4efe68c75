"""Leave to do one thing to one upload or blob without signing in, for a while: what a signed URL of ours carries. Pure."""

from datetime import timedelta

from django.core import signing

from apps.core.errors import Denied

LIFE = timedelta(hours=24)


def part_ticket(upload_id: str, number: int) -> str:
    """Leave to send part `number` of an upload for the next 24 h; fits into a path of a URL."""
    return signing.TimestampSigner(salt="artifacts.part").sign(f"{upload_id}-{number}")


def require_part_ticket(ticket: str) -> tuple[str, int]:
    """Upload id and part number that the ticket is for. Raises Denied for one that is forged or too old."""
    try:
        text = signing.TimestampSigner(salt="artifacts.part").unsign(ticket, max_age=LIFE)
    except signing.BadSignature:
        raise Denied("this address is not valid, or no longer") from None
    upload_id, _, number = text.partition("-")
    return upload_id, int(number)
