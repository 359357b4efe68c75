"""Addresses of the notice pages: inbox rows, preferences, webhooks."""

from tests.architecture.matrix.levels import Row

ROWS: list[Row] = []
