"""Typed access to the fields of a request, by the rules of protobuf's JSON as the MLflow wire uses it.

Numbers may come as digit strings, enums as names or numbers, names in snake_case or lowerCamelCase, one query value as a list of
one. Pure.
"""

import math
import re
from typing import Any

from apps.core.errors import Invalid
from apps.experiments.rules import shown

_DIGITS = re.compile(r"[+-]?\d{1,19}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_SPECIAL = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
_MISSING = object()
INT64 = (-(2**63), 2**63 - 1)
INT32 = (-(2**31), 2**31 - 1)


def missing(name: str) -> Invalid:
    """The refusal of an absent required field."""
    return Invalid(
        f"Missing value for required parameter '{name}'. See the API docs for more information about request parameters."
    )


def invalid(name: str, value: Any, hint: str = "") -> Invalid:
    """The refusal of a field of another type."""
    return Invalid(f"Invalid value {shown(value)} for parameter '{name}' supplied{': ' + hint if hint else ''}.")


class Fields:
    """The fields of a request or of a nested object; `path` prefixes names in errors."""

    __slots__ = ("data", "path")

    def __init__(self, data: dict[str, Any], path: str = ""):
        self.data = data
        self.path = path

    def raw(self, name: str, *others: str) -> Any:
        """The value under the first of the names that is there and not null, in either spelling; else None."""
        for candidate in (name, *others):
            value = self.data.get(candidate, _MISSING)
            if value is _MISSING and "_" in candidate:
                value = self.data.get(_camel(candidate), None)
            if value is not None and value is not _MISSING:
                return value
        return None

    def has(self, name: str) -> bool:
        """Whether the field is there and not null."""
        return self.raw(name) is not None

    def text(self, name: str, *others: str, required: bool = False, default: str = "") -> str:
        """A string. Raises Invalid for another type, or for an absent or empty one that is required."""
        value = self.raw(name, *others)
        if value is None or value == "":
            if required:
                raise missing(self.path + name)
            return default if value is None else ""
        if not isinstance(value, str) or "\x00" in value:
            raise invalid(self.path + name, value)
        return value

    def optional_text(self, name: str) -> str | None:
        """A string, or None if absent."""
        return None if self.raw(name) is None else self.text(name)

    def integer(self, name: str, *, required: bool = False, default: int = 0, bounds: tuple[int, int] = INT64) -> int:
        """A whole number, given as number or digits. Raises Invalid."""
        value = self.raw(name)
        if value is None or value == "":
            if required:
                raise missing(self.path + name)
            return default
        return as_integer(value, self.path + name, bounds)

    def optional_integer(self, name: str) -> int | None:
        """A whole number, or None if absent."""
        return None if self.raw(name) is None else self.integer(name)

    def number(self, name: str, *, required: bool = False, default: float = 0.0) -> float:
        """A double, given as number, text of one, "NaN", "Infinity" or "-Infinity". Raises Invalid."""
        value = self.raw(name)
        if value is None or value == "":
            if required:
                raise missing(self.path + name)
            return default
        return as_number(value, self.path + name)

    def boolean(self, name: str, *, required: bool = False, default: bool = False) -> bool:
        """true or false, as JSON or as text in any case. Raises Invalid."""
        value = self.raw(name)
        if value is None:
            if required:
                raise missing(self.path + name)
            return default
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.lower() in {"true", "false"}:
            return value.lower() == "true"
        raise invalid(self.path + name, value)

    def texts(self, name: str, *others: str, required: bool = False) -> list[str]:
        """A list of strings; a single string is a list of one. Raises Invalid."""
        values = self._list(name, *others)
        if required and not values:
            raise missing(self.path + name)
        for index, value in enumerate(values):
            if not isinstance(value, str) or "\x00" in value:
                raise invalid(f"{self.path}{name}[{index}]", value)
        return values

    def objects(self, name: str, *, required: bool = False) -> list["Fields"]:
        """A list of objects. Raises Invalid."""
        values = self._list(name)
        if required and not values:
            raise missing(self.path + name)
        for index, value in enumerate(values):
            if not isinstance(value, dict):
                raise invalid(f"{self.path}{name}[{index}]", value)
        return [Fields(value, f"{self.path}{name}[{index}].") for index, value in enumerate(values)]

    def items(self, name: str) -> list[Any]:
        """A list as it came. Raises Invalid for what is none."""
        return self._list(name)

    def object(self, name: str, *, required: bool = False) -> "Fields":
        """A nested object; an absent one has no fields. Raises Invalid."""
        value = self.raw(name)
        if value is None:
            if required:
                raise missing(self.path + name)
            return Fields({}, f"{self.path}{name}.")
        if not isinstance(value, dict):
            raise invalid(self.path + name, value)
        return Fields(value, f"{self.path}{name}.")

    def enum(self, name: str, numbers: dict[str, int], *, required: bool = False) -> str | None:
        """The name of an enum's value, given by name or number; None if absent. Raises Invalid for an unknown one."""
        value = self.raw(name)
        if value is None or value == "":
            if required:
                raise missing(self.path + name)
            return None
        if isinstance(value, str) and value in numbers:
            return value
        if isinstance(value, str | int) and not isinstance(value, bool):
            for key, number in numbers.items():
                if str(number) == str(value):
                    return key
        raise invalid(self.path + name, value, f"one of {', '.join(numbers)}")

    def _list(self, name: str, *others: str) -> list[Any]:
        value = self.raw(name, *others)
        if value is None:
            return []
        if isinstance(value, list):
            return value
        if isinstance(value, str):
            return [value]
        raise invalid(self.path + name, value)


def as_integer(value: Any, name: str, bounds: tuple[int, int] = INT64) -> int:
    """A whole number within bounds from a number or digits. Raises Invalid."""
    if (isinstance(value, str) and _DIGITS.fullmatch(value)) or (isinstance(value, float) and value.is_integer()):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not bounds[0] <= value <= bounds[1]:
        raise invalid(name, value)
    return value


def as_number(value: Any, name: str) -> float:
    """A double from a number, text of one or the words for what is not finite. Raises Invalid."""
    if isinstance(value, str):
        if value in _SPECIAL:
            return _SPECIAL[value]
        if not _NUMBER.fullmatch(value):
            raise invalid(name, value)
        return float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise invalid(name, value)
    try:
        return float(value)
    except OverflowError:
        raise invalid(name, value) from None


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)
