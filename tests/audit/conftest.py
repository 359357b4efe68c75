"""A record to look at, and a hand that can damage it."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection

from apps.audit import chain, triggers
from apps.audit.chain import Seal
from apps.audit.services import record
from apps.core.actor import Actor

ADA = Actor(user_id=7, name="ada", via="token", token_id=3, address="10.0.0.7")


@pytest.fixture
def ada() -> Actor:
    return ADA


@pytest.fixture
def system() -> Actor:
    return Actor.system("tests")


@pytest.fixture
def ten_acts(db):
    """Ten rows, not sealed."""
    for number in range(10):
        record(ADA, "run.delete", noun="run", noun_id=number, name=f"run {number}", workspace="default", details={"n": number})


@pytest.fixture
def forge(db):
    """Run a statement as somebody who owns the database and takes the triggers away first."""

    def forge(statement: str, *parameters: object) -> None:
        with connection.cursor() as cursor:
            for drop in triggers.dropping(connection.vendor):
                cursor.execute(drop)
            cursor.execute(statement, parameters)
            for create in triggers.creating(connection.vendor):
                cursor.execute(create)

    return forge


class Chain:
    """A chain in memory, sealed by a key of its own, one checkpoint every five rows."""

    def __init__(self, length: int):
        self.key = Ed25519PrivateKey.generate()
        self.rows, self.seals = [], []
        for seq in range(1, length + 1):
            self.add(seq)

    @property
    def public_key(self) -> bytes:
        return self.key.public_key().public_bytes_raw()

    def add(self, seq: int) -> None:
        """The next row."""
        row = dict.fromkeys(chain.COLUMNS, "") | {
            "id": seq + 100,
            "at": seq,
            "actor_id": 1,
            "token_id": None,
            "details": {"n": seq},
        }
        prev = self.rows[-1]["hash"] if self.rows else chain.ORIGIN
        self.rows.append(row | {"seq": seq, "prev_hash": prev, "hash": chain.row_hash(row, seq, prev)})
        if seq % 5 == 0:
            self.seals.append(self.sign(seq, self.rows[-1]["hash"]))

    def sign(self, seq: int, hash_: bytes) -> Seal:
        """A checkpoint."""
        return Seal(seq, hash_, seq, 5, self.public_key, self.key.sign(chain.message(seq, hash_, seq, 5)))

    def rehash(self) -> None:
        """What a forger does who knows the format but has no key: make every hash fit again."""
        prev = chain.ORIGIN
        for row in self.rows:
            row["prev_hash"], row["hash"] = prev, chain.row_hash(row, row["seq"], prev)
            prev = row["hash"]


@pytest.fixture
def made() -> Chain:
    return Chain(10)
