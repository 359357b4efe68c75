"""What can go wrong, in the domain's words. Doors translate these to status codes; no room below a door knows HTTP."""


class DomainError(Exception):
    """Base of every refusal that a caller is told about; `message` is a sentence for people."""

    def __init__(self, message: str):
        super().__init__(message)
        self.message = message


class Invalid(DomainError):
    """The request is malformed or breaks a rule; sending it again changes nothing."""


class AlreadyExists(DomainError):
    """A name that has to be unique is taken."""


class Unauthenticated(DomainError):
    """Nobody, or nobody we know, is asking."""


class Denied(DomainError):
    """The thing may be seen, but this may not be done to it."""

    def __init__(self, message: str = "Permission denied"):
        super().__init__(message if message.startswith("Permission denied") else f"Permission denied: {message}")


class Missing(DomainError):
    """No such thing, or none that the caller may see: both read the same."""


class Conflict(DomainError):
    """The thing is in another state than the request supposes (somebody was faster)."""


class TooMany(DomainError):
    """Rate or quota reached; `retry_after` in seconds says when to come again."""

    def __init__(self, message: str, retry_after: int = 1):
        super().__init__(message)
        self.retry_after = retry_after


class Unsupported(DomainError):
    """A part of the protocol that this server does not offer."""


class Unavailable(DomainError):
    """Something we depend on is away or overloaded; `retry_after` in seconds."""

    def __init__(self, message: str, retry_after: int = 2):
        super().__init__(message)
        self.retry_after = retry_after


class StorageFull(DomainError):
    """No room left for the bytes."""
