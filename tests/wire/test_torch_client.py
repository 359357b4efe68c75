"""PyTorch: Lightning's autologging, models and state, in an environment of its own, where a build without CUDA is at hand."""

import glob
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

# What the index has for Linux brings gigabytes of CUDA with it; a machine without a card has its own wheel in a folder of pip's.
FOLDER = os.environ.get("PIP_FIND_LINKS", "")
VERSION = f"cp{sys.version_info[0]}{sys.version_info[1]}"
WHEELS = sorted(glob.glob(f"{glob.escape(FOLDER)}/torch-*+cpu-{VERSION}-*.whl")) if FOLDER else []
pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(400),
    pytest.mark.skipif(not WHEELS, reason="no wheel of PyTorch without CUDA in PIP_FIND_LINKS"),
]
CODE = """
import json, mlflow, torch, pytorch_lightning as lightning
from mlflow import MlflowClient
from torch.utils.data import DataLoader, TensorDataset

class Net(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(4, 1)
    def forward(self, x):
        return self.layer(x)
    def training_step(self, batch, at):
        loss = torch.nn.functional.mse_loss(self(batch[0]), batch[1])
        self.log("train_loss", loss, on_epoch=True)
        return loss
    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.01)

mlflow.set_experiment("torch")
mlflow.pytorch.autolog()
x = torch.randn(64, 4)
net = Net()
trainer = lightning.Trainer(
    max_epochs=3, logger=False, enable_checkpointing=False, enable_progress_bar=False, accelerator="cpu",
)
with mlflow.start_run() as run:
    trainer.fit(net, DataLoader(TensorDataset(x, x.sum(1, keepdim=True)), batch_size=16))
    mlflow.pytorch.log_model(net, name="named", input_example=x[:2].numpy())
    mlflow.pytorch.log_state_dict(net.state_dict(), "state")
client = MlflowClient()
got = client.get_run(run.info.run_id)
load = lambda name: mlflow.pytorch.load_model(f"runs:/{run.info.run_id}/{name}")
state = mlflow.pytorch.load_state_dict(f"runs:/{run.info.run_id}/state")
print(json.dumps({
    "status": got.info.status, "rate": got.data.params["lr"], "optimizer": got.data.params["optimizer_name"],
    "epochs": [point.step for point in client.get_metric_history(run.info.run_id, "train_loss_epoch")],
    "same": [torch.equal(load(name)(x), net(x)) for name in ("model", "named")],
    "state": all(torch.equal(state[key], value) for key, value in net.state_dict().items()),
}))
"""


@pytest.fixture
def python(tmp_path: Path) -> str:
    """An environment with that wheel: the locked client's, and what stands beside it in no lock."""
    made = str(tmp_path / "venv/bin/python")
    uv = [str(Path(sys.executable).with_name("uv")), "--quiet"]
    lock = Path(__file__).parents[2] / "requirements/client-3.txt"
    subprocess.run([*uv, "venv", "--python", sys.executable, str(tmp_path / "venv")], check=True)
    subprocess.run([*uv, "pip", "install", "--python", made, "--require-hashes", "-r", str(lock)], check=True)
    subprocess.run([*uv, "pip", "install", "--python", made, WHEELS[-1], "pytorch-lightning>=2.6,<3"], check=True)
    return made


def test_lightning_logs_itself_and_its_models_come_back(job, python):
    # Else the client loads the model in a process of its own, with PyTorch each time, to see what it imports.
    printed = job.run(CODE, python=python, seconds=300, MLFLOW_REQUIREMENTS_INFERENCE_TIMEOUT="1")
    found = json.loads(printed.strip().splitlines()[-1])
    assert found == {
        "status": "FINISHED", "rate": "0.01", "optimizer": "SGD", "epochs": [0, 1, 2], "same": [True, True], "state": True,
    }  # fmt: skip
