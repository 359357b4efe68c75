"""Addresses of the approval pages: requests, inbox, policies."""

from tests.architecture.matrix.levels import Row

ROWS: list[Row] = []
