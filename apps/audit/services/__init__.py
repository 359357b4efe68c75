"""`record` writes one row beside the change it tells of; `sealing` numbers and signs later."""

from apps.audit.services.rows import record

__all__ = ["record"]
