"""What a request can ask for. Pure."""

TRANSITION = "transition"
SET_ALIAS, DELETE_ALIAS = "set_alias", "delete_alias"
DELETE_VERSION, DELETE_MODEL, RENAME_MODEL = "delete_version", "delete_model", "rename_model"
ALL = (TRANSITION, SET_ALIAS, DELETE_ALIAS, DELETE_VERSION, DELETE_MODEL, RENAME_MODEL)
OF_VERSION = (TRANSITION, SET_ALIAS, DELETE_VERSION)
CHOICES = [(act, act) for act in ALL]
