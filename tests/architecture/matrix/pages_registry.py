"""Addresses of the registry pages: models and versions."""

from tests.architecture.matrix.levels import Row

ROWS: list[Row] = []
