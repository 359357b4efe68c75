from apps.projects.models.executions import Execution, LogChunk
from apps.projects.models.projects import Archive, Project, ProjectGrant, ProjectSecret
from apps.projects.models.workers import Worker

__all__ = ["Archive", "Execution", "LogChunk", "Project", "ProjectGrant", "ProjectSecret", "Worker"]
