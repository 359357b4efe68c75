"""Addresses of the storage pages: trash, use and quotas."""

from tests.architecture.matrix.levels import Row

ROWS: list[Row] = []
