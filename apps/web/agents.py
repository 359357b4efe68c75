"""What a browser calls itself, in two words."""

BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def name(user_agent: str) -> str:
    """ "Firefox on Linux"; the beginning of the text itself for what is no browser we know."""
    browser = next((label for mark, label in BROWSERS if mark in user_agent), "")
    system = next((label for mark, label in SYSTEMS if mark in user_agent), "")
    if browser and system:
        return f"{browser} on {system}"
    return browser or user_agent[:40] or "Unknown browser"
