"""Addresses of the project pages: projects, executions, workers."""

from tests.architecture.matrix.levels import Row

ROWS: list[Row] = []
