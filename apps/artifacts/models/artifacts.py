"""Names: files and folders of a root."""

from django.db import models

from apps.artifacts.models.blobs import Blob
from apps.artifacts.models.roots import Root
from apps.artifacts.paths import MAX_PATH, MAX_SEGMENT
from apps.core import clock


class Artifact(models.Model):
    """A file (it has a blob) or a folder (it has none). Each root has a folder with the path "" on top.

    Folders are rows, for two reasons: a list of a folder costs what it shows, however deep and wide the tree below is;
    and that a name is a file here and a folder there is made impossible by one unique constraint, also for two uploads
    at once. A folder cannot vanish under a file that is just arriving: `parent` is a foreign key, checked at commit.
    """

    root = models.ForeignKey(Root, on_delete=models.DO_NOTHING, db_index=False, related_name="artifacts")
    parent = models.ForeignKey("self", on_delete=models.DO_NOTHING, null=True, db_index=False, related_name="children")
    path = models.CharField(max_length=MAX_PATH)
    name = models.CharField(max_length=MAX_SEGMENT)
    blob = models.ForeignKey(Blob, on_delete=models.DO_NOTHING, null=True, related_name="artifacts")
    owner_id = models.BigIntegerField(null=True)  # who sent this content; no foreign key, people may go
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "artifacts_artifact"
        indexes = [
            models.Index(fields=["parent", "name"], name="artifact_folder"),
            models.Index(fields=["owner_id"], name="artifact_owner"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["root", "path"], name="artifact_path_once"),
            models.CheckConstraint(condition=models.Q(parent__isnull=False) | models.Q(path=""), name="artifact_in_a_folder"),
            models.CheckConstraint(condition=models.Q(blob__isnull=True) | ~models.Q(path=""), name="artifact_top_is_a_folder"),
        ]

    def __str__(self) -> str:
        return self.path
