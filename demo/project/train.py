"""Which cultivar a wine is of: a forest, logged by autologging alone."""

import argparse

import mlflow
from sklearn.datasets import load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

parser = argparse.ArgumentParser()
parser.add_argument("--trees", type=float, default=50)
parser.add_argument("--depth", type=float, default=4)
arguments = parser.parse_args()

mlflow.sklearn.autolog(log_models=False)
X, y = load_wine(return_X_y=True, as_frame=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0, stratify=y)
print(f"{len(X_train)} wines to learn from, {len(X_test)} to be tested with", flush=True)
with mlflow.start_run():
    forest = RandomForestClassifier(n_estimators=int(arguments.trees), max_depth=int(arguments.depth), random_state=0)
    forest.fit(X_train, y_train)
    accuracy = forest.score(X_test, y_test)
    mlflow.log_metric("val_accuracy", accuracy)
    print(f"{int(arguments.trees)} trees of depth {int(arguments.depth)}: {accuracy:.3f} of the tested wines are right")
