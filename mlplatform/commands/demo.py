"""Trains real models against a running platform (starts one if none runs), asks for an approval, runs a project on the worker."""

import importlib


def main(arguments: list[str]) -> int:
    """Play the demo, which stands outside of the product: imported here and now, by name."""
    code: int = importlib.import_module("demo.run").main(arguments)
    return code
