"""Which changes of a signature break whoever calls the model, or reads what it answers. Pure."""

OPTIONAL = ", optional"

# What MLflow lets through when it enforces a schema: the value fits into the wider type without loss.
_WIDER = {("integer", "long"), ("float", "double"), ("integer", "double")}


def breaks(name: str, before: str | None, after: str | None) -> str:
    """Whom the change of a line (`input amount`: `double`, `double, optional`) breaks, in words; "" if nobody.

    An input that is gone breaks nobody: MLflow passes over columns that a schema does not name.
    """
    part = name.partition(" ")[0]
    if part == "input":
        return _of_input(before, after)
    if before is None:
        return ""
    if after is None:
        return "gone: whoever reads it fails" if part == "output" else "gone: calls that set it fail"
    return "" if _type(before) == _type(after) else f"{_type(before)} became {_type(after)}"


def _of_input(before: str | None, after: str | None) -> str:
    if after is None:
        return ""
    needed = not after.endswith(OPTIONAL)
    if before is None:
        return "new and needed: calls without it fail" if needed else ""
    kinds = (_type(before), _type(after))
    if kinds[0] != kinds[1] and kinds not in _WIDER:
        return f"{kinds[0]} became {kinds[1]}"
    return "needed now: calls without it fail" if needed and before.endswith(OPTIONAL) else ""


def _type(text: str) -> str:
    return text.removesuffix(OPTIONAL)
