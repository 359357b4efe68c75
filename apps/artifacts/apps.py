"""Bytes and their names: safe paths, blobs, the stores they lie in, previews. Knows nothing of runs: a tree hangs on a root."""

from django.apps import AppConfig


class ArtifactsConfig(AppConfig):
    """The room of the bytes."""

    name = "apps.artifacts"
    label = "artifacts"
