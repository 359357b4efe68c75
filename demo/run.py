"""People, trainings with the official client, a request that waits, an MLproject on the worker: something to look at."""

import argparse
import os
import signal

from demo import story
from demo.server import Platform, say
from mlplatform import environment


def main(arguments: list[str]) -> int:
    """Play the demo on the platform that runs, else on one of its own, which stays until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="manage.py demo", description=__doc__)
    parser.add_argument("--home", help="folder of all local state (MLPLATFORM_HOME; default .mlplatform in the checkout)")
    parser.add_argument("--host", help="address of the platform (MLPLATFORM_HOST; default 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port of the platform (MLPLATFORM_PORT; default 8000)")
    parser.add_argument("--once", action="store_true", help="end a platform that the demo started as soon as it is through")
    options = parser.parse_args(arguments)
    for name in ("home", "host", "port"):
        if getattr(options, name) is not None:
            os.environ[f"MLPLATFORM_{name.upper()}"] = str(getattr(options, name))
    os.environ["MLPLATFORM_HOME"] = str(environment.home())
    platform = Platform(address())
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return perform(platform, once=options.once)
    except KeyboardInterrupt:
        return 0 if platform.process else 130
    finally:
        platform.stop()


def perform(platform: Platform, *, once: bool) -> int:
    """Play, say where to look, and stay if the platform is ours."""
    if platform.is_there():
        say(f"Playing on the platform at {platform.base}")
    else:
        platform.start()
    places = story.play(platform)
    say("\n".join(["", "Worth a look:", *(f"  {place}" for place in places)]))
    if platform.process is None or once:
        return 0
    say("\nSign in as admin (the password stands above if this was the first start). Ctrl-C ends the platform.")
    return platform.process.wait()


def address() -> str:
    """Where the platform is, or will be."""
    host = environment.text("MLPLATFORM_HOST", "127.0.0.1")
    here = "127.0.0.1" if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host
    return f"http://{here}:{environment.integer('MLPLATFORM_PORT', 8000, 1, 65535)}"
