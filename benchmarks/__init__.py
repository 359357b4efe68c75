"""The same work against this server and against `mlflow server`, side by side. README.md has the figures."""
