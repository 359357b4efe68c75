"""The pages of the API: every call with its fields, from the same schema that machines read."""

from django.http import HttpResponse
from django.shortcuts import render
from drf_spectacular.generators import SchemaGenerator
from rest_framework.request import Request

from apps.api.native.base import NativeView

METHODS = ("get", "post", "put", "patch", "delete")


class ApiPages(NativeView):
    """The documentation as a page of our own: no script of somebody else's is needed to read a list."""

    schema = None

    def get(self, request: Request) -> HttpResponse:
        """All calls by noun."""
        schema = SchemaGenerator().get_schema(request=None, public=True)
        groups: dict[str, list[dict]] = {}
        for route, methods in schema["paths"].items():
            noun = route.removeprefix("/api/v1/").split("/")[0]
            for method in METHODS:
                if method in methods:
                    groups.setdefault(noun, []).append(_call(route, method, methods[method], schema))
        return render(request._request, "api/docs.html", {"groups": sorted(groups.items())})


def _call(route: str, method: str, operation: dict, schema: dict) -> dict:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    answers = [
        {"status": status, "fields": _fields(content.get("content", {}).get("application/json", {}).get("schema", {}), schema)}
        for status, content in operation.get("responses", {}).items()
    ]
    return {
        "method": method.upper(),
        "route": route,
        "text": operation.get("description", ""),
        "parameters": [item for item in operation.get("parameters", []) if item["in"] == "query"],
        "body": _fields(body, schema),
        "answers": answers,
    }


def _fields(part: dict, schema: dict) -> list[dict]:
    if "$ref" in part:
        part = schema["components"]["schemas"][part["$ref"].rsplit("/", 1)[1]]
    required = part.get("required", [])
    return [
        {"name": name, "type": _type(spec), "required": name in required} for name, spec in part.get("properties", {}).items()
    ]


def _type(spec: dict) -> str:
    if "$ref" in spec:
        return spec["$ref"].rsplit("/", 1)[1]
    if spec.get("type") == "array":
        return f"list of {_type(spec.get('items', {}))}"
    for part in spec.get("allOf", []) + spec.get("oneOf", []):
        return _type(part)
    return str(spec.get("type", "any"))
