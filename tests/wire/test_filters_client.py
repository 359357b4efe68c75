"""Filters and orderings as the official client sends them: MLflow's own, what is added, and refusals."""

SETUP = """
import json, mlflow, uuid
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
client = MlflowClient()
number = client.create_experiment(f"filters {uuid.uuid4()}")
for index, (loss, lr, team) in enumerate([(0.5, "0.1", "forest"), (float("nan"), "0.01", "Forest"), (None, "none", None)]):
    run = client.create_run(number, run_name=f"r{index}", start_time=1793491200000 + index)
    client.log_param(run.info.run_id, "lr", lr)
    if loss is not None:
        client.log_metric(run.info.run_id, "val loss", loss)
    if team:
        client.set_tag(run.info.run_id, "team", team)

def names(text, **more):
    return [run.info.run_name for run in client.search_runs([number], text, **more)]
"""


def test_filters_find_the_same_over_the_wire(job):
    found = job.json(
        SETUP
        + """
filters = ["metrics.`val loss` < 1", "tags.team LIKE 'F%'", "tags.team ILIKE 'F%' and params.lr != '0.1'", "tags.team IS NULL",
           "status = 'RUNNING' AND start_time > 1793491200000", "params.lr < 0.05 OR tags.team = 'forest'",
           "NOT (tags.team = 'forest')",
           "start_time = '2026-11-01' AND params.lr RLIKE '^[0-9.]+$'"]
print(json.dumps([names(text, order_by=["run_name"]) for text in filters]))
"""
    )
    assert found == [
        ["r0", "r1"], ["r1"], ["r1"], ["r2"], ["r1", "r2"], ["r0", "r1"], ["r1", "r2"], ["r0", "r1"],
    ]  # fmt: skip


def test_orderings_put_nan_and_missing_last_over_the_wire(job):
    found = job.json(SETUP + 'print(json.dumps([names("", order_by=["metrics.`val loss` DESC"]), names("")]))')
    assert found == [["r0", "r1", "r2"], ["r2", "r1", "r0"]]


def test_refusals_are_answers_with_the_protocols_words(job):
    found = job.json(
        SETUP
        + """
told = []
bad = [("metrics.x", []), ("a = 1; b = 2", []), ("nonsense = 'x'", [])]
for text, order in [*bad, ("", ["metrics.a", "metrics.a DESC"]), ("", ["datasets.name"])]:
    try:
        client.search_runs([number], text, order_by=order)
    except MlflowException as error:
        told.append([error.error_code, error.message])
print(json.dumps(told))
"""
    )
    assert [code for code, _ in found] == ["INVALID_PARAMETER_VALUE"] * 5
    words = [
        "Invalid clause(s) in filter string",
        "multiple expression",
        "Invalid attribute key",
        "contains duplicate fields",
        "order_by",
    ]
    assert all(word in message for word, (_, message) in zip(words, found, strict=True))
