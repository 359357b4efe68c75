from apps.artifacts.models.artifacts import Artifact
from apps.artifacts.models.blobs import Blob
from apps.artifacts.models.roots import Root
from apps.artifacts.models.uploads import Upload
from apps.artifacts.models.uses import Kind, Quota, Use

__all__ = ["Artifact", "Blob", "Kind", "Quota", "Root", "Upload", "Use"]
