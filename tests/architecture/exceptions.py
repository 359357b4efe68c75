"""Where the house rules do not hold, and why. A line that is no longer needed fails, so this list only shrinks by itself."""

# Services that do not begin by asking.
UNASKED: dict[str, str] = {}

# Public queries and services without an actor in front.
ACTORLESS: dict[str, str] = {}

# Files outside of services that write.
WRITERS: dict[str, str] = {}
