"""Everything that the client can make an artifact of, with the last 2.x and the newest client, and a folder of 500 files."""

import json

import pytest

CODE = """
import json, pathlib, matplotlib, numpy, pandas, mlflow
from mlflow import MlflowClient

matplotlib.use("Agg")
from matplotlib import pyplot
from PIL import Image

mlflow.set_experiment("kinds")
folder = pathlib.Path("many")
for number in range(500):
    path = folder / f"d{number % 7}" / f"{number}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(str(number) * 20)
with mlflow.start_run() as run:
    figure, axes = pyplot.subplots()
    axes.plot([1, 2, 3])
    mlflow.log_figure(figure, "plots/curve.png")
    mlflow.log_image(numpy.zeros((8, 8, 3), dtype="uint8"), "plots/black.png")
    for step in (0, 10):
        mlflow.log_image(numpy.full((8, 8, 3), 20 * step, dtype="uint8"), key="sample", step=step)
    mlflow.flush_artifact_async_logging()  # images with a step are sent beside
    mlflow.log_dict({"a": [1, {"b": None}]}, "data/d.json")
    mlflow.log_dict({"a": 1}, "data/d.yaml")
    mlflow.log_text("größe ✓", "data/t.txt")
    mlflow.log_table({"q": ["x", "y"], "n": [1, 2]}, "data/table.json")
    mlflow.log_table(pandas.DataFrame({"q": ["z"], "n": [3]}), "data/table.json")
    mlflow.log_artifacts("many", "many")
run_id = run.info.run_id
uri = f"runs:/{run_id}"
client = MlflowClient()
names = lambda path: sorted(item.path.rsplit("/", 1)[1] for item in client.list_artifacts(run_id, path))
back = pathlib.Path(mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path="many", dst_path="back"))
same = {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.txt")}
got = {str(path.relative_to(back)): path.read_text() for path in back.rglob("*.txt")}
print(json.dumps({
    "plots": names("plots"), "data": names("data"), "images": len(names("images")),
    "black": numpy.asarray(mlflow.artifacts.load_image(f"{uri}/plots/black.png")).max().item(),
    "dict": mlflow.artifacts.load_dict(f"{uri}/data/d.json"), "text": mlflow.artifacts.load_text(f"{uri}/data/t.txt"),
    "table": mlflow.load_table("data/table.json", run_ids=[run_id])["n"].tolist(), "many": len(got), "same": same == got,
    "folders": sum(item.is_dir for item in client.list_artifacts(run_id, "many")),
}))
"""


@pytest.mark.long
@pytest.mark.parametrize("client", ["2", "boosting"], ids=["2.22", "3.x"])
def test_every_kind_and_five_hundred_files_arrive_and_come_back(job, client_python, client):
    found = json.loads(job.run(CODE, python=client_python(client)).strip().splitlines()[-1])
    assert found == {
        "plots": ["black.png", "curve.png"], "data": ["d.json", "d.yaml", "t.txt", "table.json"], "images": 4, "black": 0,
        "dict": {"a": [1, {"b": None}]}, "text": "größe ✓", "table": [1, 2, 3], "many": 500, "same": True, "folders": 7,
    }  # fmt: skip
