"""Trainings as anybody's script has them: the official client, scikit-learn, data that comes with it. Needs a URL and a token.

Prints the run of each candidate as JSON on its last line.
"""

import json
import warnings

import mlflow
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

EPOCHS = 40
RATES = [0.0003, 0.001, 0.003, 0.01, 0.03]
CLASSIFIERS = {
    "tree": DecisionTreeClassifier(max_depth=3, random_state=0),
    "forest": RandomForestClassifier(n_estimators=60, random_state=0),
    "boosted": GradientBoostingClassifier(n_estimators=60, random_state=0),
    "scaled": make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)),
}
CANDIDATES = ("tree", "scaled")


def learning_curves() -> None:
    """The same network with five learning rates: curves to lay over each other, one of which learns too fast."""
    mlflow.set_experiment("digits")
    data = load_digits()
    X_train, X_test, y_train, y_test = train_test_split(data.data / 16, data.target, random_state=0)
    for rate in RATES:
        with mlflow.start_run(run_name=f"rate {rate}"):
            mlflow.log_params({"learning_rate": rate, "hidden": 32, "epochs": EPOCHS})
            mlflow.set_tag("kind", "network")
            network = MLPClassifier((32,), learning_rate_init=rate, random_state=0)
            for epoch in range(EPOCHS):
                network.partial_fit(X_train, y_train, classes=range(10))
                told = network.predict_proba(X_test)
                numbers = {
                    "train/loss": network.loss_,
                    "val/loss": log_loss(y_test, told),
                    "val/accuracy": network.score(X_test, y_test),
                }
                mlflow.log_metrics(numbers, step=epoch)
            mlflow.log_text("\n".join(f"{loss:.5f}" for loss in network.loss_curve_), "notes/losses.txt")
        print(f"digits, learning rate {rate}: {network.score(X_test, y_test):.3f}", flush=True)


def classifiers() -> dict[str, str]:
    """Four kinds of model by autologging; name -> run. The candidates keep their model, with a signature and an example."""
    mlflow.set_experiment("breast cancer")
    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0, stratify=y)
    found = {}
    for name, model in CLASSIFIERS.items():
        mlflow.sklearn.autolog(log_models=name in CANDIDATES, log_input_examples=True, silent=True)
        with mlflow.start_run(run_name=name) as run:
            model.fit(X_train, y_train)
            told = model.predict_proba(X_test)[:, 1]
            mlflow.log_metrics({"val_auc": roc_auc_score(y_test, told), "val_accuracy": model.score(X_test, y_test)})
            found[name] = run.info.run_id
        print(f"breast cancer, {name}: {model.score(X_test, y_test):.3f}", flush=True)
    search(X_train, y_train)
    failure(X_train, y_train)
    return found


def search(X: object, y: object) -> None:
    """A grid search, whose tries autologging puts below it."""
    mlflow.sklearn.autolog(log_models=False, max_tuning_runs=6, silent=True)
    grid = {"max_depth": [2, 4, 8], "n_estimators": [20, 40]}
    with mlflow.start_run(run_name="grid search"):
        GridSearchCV(RandomForestClassifier(random_state=0), grid, cv=3).fit(X, y)
    print("breast cancer, grid search: 6 tries", flush=True)


def failure(X: object, y: object) -> None:
    """Something that goes wrong, as it does."""
    try:
        with mlflow.start_run(run_name="negative C"):
            mlflow.log_param("C", -1)
            LogisticRegression(C=-1).fit(X, y)
    except ValueError as error:
        print(f"breast cancer, one that fails: {str(error).splitlines()[0][:80]}", flush=True)


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    learning_curves()
    print(json.dumps({name: run for name, run in classifiers().items() if name in CANDIDATES}))
