"""Puts a run's model into the registry, by the official client. Arguments: model, run, stage or "", alias or "", description.

Prints the number of the version on its last line.
"""

import sys
import warnings

import mlflow

if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    name, run_id, stage, alias, description = sys.argv[1:]
    version = mlflow.register_model(f"runs:/{run_id}/model", name)
    client = mlflow.MlflowClient()
    client.update_model_version(name, version.version, description=description)
    client.set_model_version_tag(name, version.version, "data", "breast cancer, as scikit-learn brings it")
    if stage:
        client.transition_model_version_stage(name, version.version, stage)
    if alias:
        client.set_registered_model_alias(name, alias, version.version)
    print(version.version)
