"""Measures this server, and side by side `mlflow server` where a full mlflow is installed."""

import importlib


def main(arguments: list[str]) -> int:
    """Run the benchmarks, which stand outside of the product: imported here and now, by name."""
    code: int = importlib.import_module("benchmarks.run").main(arguments)
    return code
