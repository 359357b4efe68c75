"""Trains real models against a running platform (starts one if none runs), asks for an approval, runs a project on the worker."""

import importlib
from importlib.util import find_spec


def main(arguments: list[str]) -> int:
    """Play the demo, which stands outside of the product: imported here and now, by name."""
    if find_spec("demo") is None or find_spec("mlflow") is None:
        raise SystemExit(
            "manage.py demo: needs a checkout with the packages of its tests; `python3 manage.py demo` there sets them up"
        )
    code: int = importlib.import_module("demo.run").main(arguments)
    return code
