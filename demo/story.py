"""What happens on the platform: who is there, what they train, what waits for whom."""

import io
import json
import time
import zipfile
from pathlib import Path

from demo.server import Platform, Refused, say

MODEL = "breast-cancer"
PROJECT = Path(__file__).with_name("project")
PEOPLE = {"mira": "Mira Sandoval", "jonas": "Jonas Weidmann", "lena": "Lena Fischer"}
TEAMS = {
    "ml-leads": ("Reviews models before they are used", ["jonas"]),
    "risk": ("Looks at what could go wrong", ["lena", "admin"]),
}
POLICY = {
    "rules": [{"name": "ML leads", "number": 1, "teams": ["ml-leads"]}, {"name": "Risk", "number": 1, "teams": ["risk"]}],
    "gates": [
        {"kind": "metric", "key": "val_auc", "comparison": ">=", "value": 0.95},
        {"kind": "description"},
        {"kind": "signature"},
        {"kind": "external", "name": "ci/fairness"},
    ],
    "archive_existing": True,
    "bound_alias": "champion",
}
PROJECT_SECONDS = 900


def play(platform: Platform) -> list[str]:
    """Everything; answers with the addresses that are worth a look, as lines."""
    say("People and teams")
    meet(platform)
    say("Trainings with the official client")
    runs = json.loads(platform.client("mira", "trainings.py")[-1])
    say("The registry")
    request = ask(platform, runs)
    say("A project on the worker")
    execution = run_project(platform)
    return [
        f"{platform.base}/experiments/  curves, comparisons, runs below runs",
        f"{platform.base}/models/{MODEL}/  versions, stages, what happened",
        f"{platform.base}/approvals/{request}/  waits for the approval of the team risk, which the administrator is in",
        f"{platform.base}/executions/{execution}/  the log of the project",
    ]


def meet(platform: Platform) -> None:
    """People and teams, those that are missing."""
    ids = {name: platform.person(name, display) for name, display in PEOPLE.items()}
    ids["admin"] = platform.call("admin", "GET", "users/me/")["id"]
    known = {team["name"]: team["id"] for team in platform.call("admin", "GET", "teams/")["items"]}
    for name, (description, members) in TEAMS.items():
        if name not in known:
            known[name] = platform.call("admin", "POST", "teams/", {"name": name, "description": description})["id"]
        for member in members:
            platform.call("admin", "PUT", f"teams/{known[name]}/members/{ids[member]}/", {})


def ask(platform: Platform, runs: dict[str, str]) -> int:
    """Version 1 in Production, a policy for it, and a request for a better version that one of two people has approved.

    A second time: a request that still waits is left alone, else there is one for the newest version.
    """
    pending = platform.call("mira", "GET", f"transition-requests/?model={MODEL}")["items"] if has_model(platform) else []
    if pending:
        say(f"  request {pending[0]['id']} of before still waits")
        return pending[0]["id"]
    if not has_model(platform):
        platform.client(
            "mira",
            "registering.py",
            MODEL,
            runs["tree"],
            "Production",
            "champion",
            "A tree of three questions, which fits on a page.",
        )
        say(f"  {MODEL} version 1 is in Production")
        policy = {"scope": "model", "subject": MODEL, "target": "Production", "terms": POLICY, "comment": "Two pairs of eyes"}
        platform.call("admin", "POST", "policies/", policy)
    description = "Logistic regression on scaled measurements: right more often than the tree on patients it has not seen."
    number = int(platform.client("mira", "registering.py", MODEL, runs["scaled"], "", "", description)[-1])
    asked = {
        "model": MODEL,
        "version": number,
        "target": "Production",
        "comment": "Better on the held-out patients, see the run.",
    }
    request = platform.call("mira", "POST", "transition-requests/", asked)["request"]["id"]
    discuss(platform, request)
    say(f"  request {request}: version {number} to Production, approved by one of two")
    return request


def has_model(platform: Platform) -> bool:
    """Whether an earlier demo made it."""
    try:
        platform.call("admin", "GET", f"models/{MODEL}/activity/")
    except Refused as refused:
        if refused.status != 404:
            raise
        return False
    return True


def discuss(platform: Platform, request: int) -> None:
    """A check, a vote and two comments."""
    place = f"transition-requests/{request}"
    check = {"name": "ci/fairness", "state": "success", "description": "No group differs by more than 2 %"}
    platform.call("admin", "POST", f"{place}/checks/", check)
    platform.call("lena", "POST", f"{place}/comments/", {"comment": "@mira how does it do on tumours smaller than 10 mm?"})
    platform.call("mira", "POST", f"{place}/comments/", {"comment": "The same as before, and better above. The run has both."})
    platform.call("jonas", "POST", f"{place}/votes/", {"decision": "approve", "comment": "Curves and split look right to me."})


def run_project(platform: Platform) -> int:
    """The project in `project/`, kept on the server and run with two sets of parameters; the first execution's id."""
    archive = platform.call("mira", "POST", "archives/?name=wine.zip", packed())["id"]
    kept = [project for project in platform.call("mira", "GET", "projects/")["items"] if project["name"] == "wine"]
    if kept:
        project = platform.call("mira", "PATCH", f"projects/{kept[0]['id']}/", {"archive_id": archive})
    else:
        new = {"name": "wine", "archive_id": archive, "description": "Which cultivar a wine is of"}
        project = platform.call("mira", "POST", "projects/", new)
    submitted = [submit(platform, project["id"], trees, depth) for trees, depth in ((20, 2), (100, 6))]
    if not any(worker["is_alive"] and worker["slots"] for worker in platform.call("mira", "GET", "workers/")["items"]):
        say("  no worker takes executions here: they wait in the queue")
        return submitted[0]
    for execution in submitted:
        follow(platform, execution)
    return submitted[0]


def submit(platform: Platform, project: int, trees: int, depth: int) -> int:
    """Queue a training of that size; runs of the project go to the same experiment from then on. The execution's id."""
    wish = {"params": {"trees": trees, "depth": depth}, "run_name": f"{trees} trees", "experiment_name": "wine"}
    execution = platform.call("mira", "POST", "executions/", {"project_id": project, **wish})
    platform.call("mira", "PATCH", f"projects/{project}/", {"experiment_id": execution["experiment_id"]})
    return execution["id"]


def packed() -> bytes:
    """The project as a zip."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(PROJECT.iterdir()):
            if path.is_file():
                archive.writestr(path.name, path.read_bytes())
    return content.getvalue()


def follow(platform: Platform, execution: int) -> None:
    """Say what it is at until it has ended."""
    said, deadline = "", time.monotonic() + PROJECT_SECONDS
    while time.monotonic() < deadline:
        told = platform.call("mira", "GET", f"executions/{execution}/")
        now = f"  execution {execution}: {told['state']} {told['phase'] or told['reason']}".rstrip()
        if now != said:
            say(now)
            said = now
        if told["ended_at"]:
            return
        time.sleep(1)
    say(f"  execution {execution} takes longer than {PROJECT_SECONDS // 60} minutes and goes on without us")
