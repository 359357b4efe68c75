"""Addresses of projects and executions in our own API."""

from tests.architecture.matrix.levels import Row

ROWS: list[Row] = []
