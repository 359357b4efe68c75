"""What a file is: by its name, and by its first bytes where a lie would matter. Pure."""

from collections.abc import Callable

KB, MB = 1024, 1024 * 1024

# Shown by the browser itself: only what it can show without running anything, and only if the first bytes agree.
SIGNED: dict[str, tuple[str, str, Callable[[bytes], bool]]] = {
    "png": ("image", "image/png", lambda head: head.startswith(b"\x89PNG\r\n\x1a\n")),
    "jpg": ("image", "image/jpeg", lambda head: head.startswith(b"\xff\xd8\xff")),
    "jpeg": ("image", "image/jpeg", lambda head: head.startswith(b"\xff\xd8\xff")),
    "gif": ("image", "image/gif", lambda head: head[:6] in {b"GIF87a", b"GIF89a"}),
    "webp": ("image", "image/webp", lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP"),
    "bmp": ("image", "image/bmp", lambda head: head.startswith(b"BM")),
    "pdf": ("pdf", "application/pdf", lambda head: b"%PDF-" in head[:1024]),
    "wav": ("audio", "audio/wav", lambda head: head[:4] == b"RIFF" and head[8:12] == b"WAVE"),
    "mp3": ("audio", "audio/mpeg", lambda head: head.startswith((b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"))),
    "flac": ("audio", "audio/flac", lambda head: head.startswith(b"fLaC")),
    "ogg": ("audio", "audio/ogg", lambda head: head.startswith(b"OggS")),
    "m4a": ("audio", "audio/mp4", lambda head: head[4:8] == b"ftyp"),
    "mp4": ("video", "video/mp4", lambda head: head[4:8] == b"ftyp"),
    "m4v": ("video", "video/mp4", lambda head: head[4:8] == b"ftyp"),
    "webm": ("video", "video/webm", lambda head: head.startswith(b"\x1a\x45\xdf\xa3")),
    "ogv": ("video", "video/ogg", lambda head: head.startswith(b"OggS")),
    # Read by a script of the page, by ranges.
    "parquet": ("parquet", "application/vnd.apache.parquet", lambda head: head.startswith(b"PAR1")),
}
# Documents that may hold scripts: only ever framed with the sandbox of `delivery`.
PAGES = {"svg": ("image", "image/svg+xml"), "html": ("page", "text/html"), "htm": ("page", "text/html")}
TABLES = {"csv", "tsv"}
# The lexers that we let near strangers' files, by extension or whole name.
LANGUAGES = {
    "py": "python", "py3": "python", "json": "json", "yaml": "yaml", "yml": "yaml", "toml": "toml", "ini": "ini", "cfg": "ini",
    "conf": "ini", "properties": "properties", "sql": "sql", "sh": "bash", "bash": "bash", "r": "r", "java": "java",
    "scala": "scala", "c": "c", "h": "c", "cpp": "cpp", "js": "javascript", "ts": "typescript", "css": "css", "xml": "xml",
    "go": "go", "rs": "rust", "jl": "julia", "diff": "diff", "patch": "diff", "tf": "terraform", "dockerfile": "docker",
    "makefile": "make", "mlproject": "yaml", "mlmodel": "yaml", "rst": "rst",
}  # fmt: skip
# How much of a file is read for each kind, in bytes; the rest of it is not looked at.
LIMITS = {"notebook": 8 * MB, "model": 256 * KB, "json": MB, "table": MB, "markdown": 512 * KB, "text": 512 * KB}


def extension(name: str) -> str:
    """In lower case without the dot; the whole name if it has none (Dockerfile, MLmodel)."""
    return name.rpartition(".")[2].lower()


def kind_of(name: str, head: bytes) -> tuple[str, str]:
    """(kind, type to show it as) from the base name and the first kilobyte; the type is empty for what we render ourselves."""
    ending = extension(name)
    if ending in SIGNED:
        kind, shown_as, agrees = SIGNED[ending]
        return (kind, shown_as) if agrees(head) else (_plain(head), "")
    if ending in PAGES:
        return PAGES[ending]
    if _plain(head) == "none":
        return "none", ""
    if name == "MLmodel":
        return "model", ""
    return {"ipynb": "notebook", "json": "json", "md": "markdown"}.get(ending, "table" if ending in TABLES else "text"), ""


def _plain(head: bytes) -> str:
    """Whether the bytes read as text."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "text"
    odd = sum(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in head)
    return "none" if b"\0" in head or odd * 20 > len(head) else "text"
