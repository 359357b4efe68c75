"""Measures this server, and side by side `mlflow server` where a full mlflow is installed."""

from benchmarks.run import main

__all__ = ["main"]
