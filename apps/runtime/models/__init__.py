from apps.runtime.models.environments import EnvironmentBuild

__all__ = ["EnvironmentBuild"]
