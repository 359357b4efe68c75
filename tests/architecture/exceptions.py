"""Where the house rules do not hold, and why. A line that is no longer needed fails, so this list only shrinks by itself."""

# Services that do not begin by asking.
UNASKED: dict[str, str] = {
    "accounts.services.passwords.request_reset": "anybody may say that they forgot their password; it answers nothing",
    "audit.services.rows.record": "called by services that asked, for whoever asked them",
    "experiments.services.batches.log_metric_again": "its one statement asks for the token, its account and their level",
}

# Public queries and services without an actor in front.
ACTORLESS: dict[str, str] = {
    "accounts.queries.actors.actor_for_token": "makes the actor",
    "accounts.queries.actors.actor_for_password": "makes the actor",
    "accounts.queries.actors.actor_for_user": "makes the actor",
    "accounts.queries.actors.actor_for_session": "makes the actor",
    "experiments.services.batches.log_metric_again": "takes what its statement proves about the actor, with the actor in it",
}

# Files outside of services that write.
WRITERS: dict[str, str] = {
    "apps/accounts/lockout.py": "counts a wrong password while the actor is still being made, below every service",
    "apps/accounts/models/teams.py": "save() keeps the comparable name beside the name",
    "apps/accounts/models/users.py": "save() keeps the comparable name beside the name; Django's manager for its own commands",
    "apps/accounts/seen.py": "when a token was last used, beside the request, never in its transaction",
    "apps/accounts/sessions.py": "Django's contract of a session engine",
    "apps/experiments/interning.py": "numbers for names of metrics and params, for the services that write them",
    "apps/audit/models/append_only.py": "save() that only inserts",
}
