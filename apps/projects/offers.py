"""What a project offers, as plain data: kept with the project, shown as a form, checked at submission. Pure."""

from collections.abc import Mapping
from typing import Any

from apps.projects.mlproject import EntryPoint, Parameter, Project


def to_json(project: Project) -> dict[str, Any]:
    """The offer of a project whose file was read."""
    docker = project.docker
    return {
        "name": project.name,
        "environment": project.environment,
        "environment_file": project.environment_file.name if project.environment_file else "",
        "image": docker.image if docker else "",
        "has_file": project.file is not None,
        "entry_points": [
            {
                "name": entry.name,
                "command": entry.command,
                "parameters": [
                    {"name": parameter.name, "type": parameter.type, "default": parameter.default}
                    for parameter in entry.parameters.values()
                ],
            }
            for entry in project.entry_points.values()
        ],
    }


def entry_point(offer: Mapping[str, Any], name: str) -> EntryPoint | None:
    """The declared entry point of that name; None where the offer does not know it."""
    for entry in offer.get("entry_points", []):
        if entry["name"] == name:
            parameters = {one["name"]: Parameter(one["name"], one["type"], one["default"]) for one in entry["parameters"]}
            return EntryPoint(name, entry["command"], parameters)
    return None
