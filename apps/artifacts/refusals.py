"""What this room refuses beside what every room does."""

from apps.core.errors import StorageFull


class OverQuota(StorageFull):
    """A quota is used up. The disk has room; somebody decided that this one may not have it.

    507, as RFC 4331 has it for quotas: nothing is wrong with the request, and the official client does not send it again.
    """
