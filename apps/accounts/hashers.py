"""What a password costs to check."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """Argon2id, 46 MiB, two rounds, one lane: OWASP's first recommendation with twice its rounds.

    75 ms on one core of the test machine. Django's own parameters take 100 MiB and eight lanes: 110 ms, and with all request
    threads at it 3 GB of memory.
    """

    time_cost = 2
    memory_cost = 47104
    parallelism = 1
