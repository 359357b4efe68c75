"""What `manage.py demo` does: people, trainings with the official client, a request that waits, a project on the worker."""
