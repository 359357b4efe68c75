"""What was done, and the signatures that make it hard to rewrite."""

from apps.audit.models.checkpoints import Checkpoint
from apps.audit.models.rows import AuditRow

__all__ = ["AuditRow", "Checkpoint"]
