"""What a preview can be. Data for templates; the only ready HTML in it has been escaped or cleaned here."""

from dataclasses import dataclass, field

from django.utils.safestring import SafeString


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows of text; `more` if the file goes on."""

    columns: list[str]
    rows: list[list[str]]
    more: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a notebook: its kind (`code` or `markdown`), its source and what it printed, as safe HTML."""

    kind: str
    source: SafeString
    outputs: list[SafeString] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Preview:
    """`kind` says which of the others is set.

    `code`, `text`, `markdown`: `html`. `table`: `table`. `notebook`: `cells`. `model`: `facts`, `tables` by title, `html`.
    `image`, `pdf`, `audio`, `video`, `page`, `parquet`: `inline` is the type to ask the bytes for, to be shown in a sandbox.
    `plot`: a figure of Plotly as JSON, which `plots.figure` makes a page of.
    `none`: nothing to show. `note` says why something is missing or cut.
    """

    kind: str
    html: SafeString = field(default_factory=SafeString)
    table: Table | None = None
    cells: list[Cell] = field(default_factory=list)
    facts: list[tuple[str, str]] = field(default_factory=list)
    tables: list[tuple[str, Table]] = field(default_factory=list)
    inline: str = ""
    note: str = ""
