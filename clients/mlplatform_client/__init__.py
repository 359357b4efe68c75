"""The backend `mlplatform` of `mlflow run`: projects run on the workers of an MLPlatform server."""

from mlplatform_client.backend import PlatformBackend
from mlplatform_client.submitted import PlatformRun

__all__ = ["PlatformBackend", "PlatformRun"]
