"""What a file looks like on a page, without trusting it: everything here is pure, limited in size and time, and escaped."""

from apps.artifacts.previews.build import preview
from apps.artifacts.previews.shapes import Cell, Preview, Table

__all__ = ["Cell", "Preview", "Table", "preview"]
