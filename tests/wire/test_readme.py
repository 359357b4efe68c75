"""The lines of the README, run as they stand."""

import re

from tests.support.session import CHECKOUT


def snippet() -> str:
    """The training in the README."""
    return re.search(r"```python\n(.*?)```", (CHECKOUT / "README.md").read_text(), re.DOTALL)[1]


def test_the_readmes_training_is_logged_whole(job):
    job.run(snippet())
    api = job.server.api("jo")
    experiment = api.get("experiments/get-by-name", experiment_name="digits").ok["experiment"]
    run = api.post("runs/search", {"experiment_ids": [experiment["experiment_id"]]}).ok["runs"][0]
    assert run["info"]["status"] == "FINISHED"
    assert {param["key"]: param["value"] for param in run["data"]["params"]} == {"loss": "log_loss", "alpha": "0.001"}
    history = api.get("metrics/get-history", run_id=run["info"]["run_id"], metric_key="accuracy").ok["metrics"]
    assert [point["step"] for point in history] == list(range(30))
    assert history[-1]["value"] > 0.8
    files = api.get("artifacts/list", run_id=run["info"]["run_id"]).ok["files"]
    assert [file["path"] for file in files] == ["weights.csv"]
    content = api.get("/get-artifact", run_id=run["info"]["run_id"], path="weights.csv").body
    assert content == (job.folder / "weights.csv").read_bytes()
