"""What is kept for whom is counted with every change, and a quota holds however many send at once."""

import io
import threading

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from apps.accounts.services import teams, users
from apps.artifacts.models import Artifact, Blob, Kind, Use
from apps.artifacts.queries import uses
from apps.artifacts.refusals import OverQuota
from apps.artifacts.services import charging, cleaning, deletion, multipart, quotas, uploads
from apps.artifacts.stores.base import Part
from apps.core.actor import Actor
from apps.core.errors import Denied, Invalid, Missing

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("tests")
ELSE = Actor(user_id=2, name="ben", via="token")
EXPERIMENT, OTHER = "7", "8/00000000000000000000000000000000/artifacts"


def used(kind, subject):
    amount = uses.amount(SYSTEM, kind, str(subject))
    return amount.files, amount.size


class Endless:
    """A sender who says no length and does not stop; counts what was taken."""

    taken = 0

    def read(self, size):
        self.taken += size
        return b"\0" * size


@pytest.fixture
def account(folder_store):
    """Somebody with an account, in a team."""
    row = users.create_user(SYSTEM, "ada", email="ada@example.com")
    team = teams.create_team(SYSTEM, "night shift")
    teams.add_member(SYSTEM, team.pk, row.pk)
    return Actor(user_id=row.pk, name="ada", via="token"), team


def send(actor, size, path="f", root="7/0123456789abcdef0123456789abcdef/artifacts"):
    return uploads.store(actor, root, path, io.BytesIO(b"\1" * size), size)


def test_uploads_are_counted_for_their_sender_and_their_experiment(folder_store, put, root):
    put("a", b"12345")
    uploads.store(ELSE, root, "b", io.BytesIO(b"123"), 3)
    uploads.store(ELSE, OTHER, "b", io.BytesIO(b"1"), 1)
    assert (used("experiment", 7), used("experiment", 8)) == ((2, 8), (1, 1))
    assert (used("person", 1), used("person", 2)) == ((1, 5), (2, 4))


def test_what_replaces_other_content_counts_the_difference_and_moves_to_its_sender(folder_store, put, root):
    put("a", b"12345")
    put("a", b"12345")
    assert used("person", 1) == (1, 5)
    uploads.store(ELSE, root, "a", io.BytesIO(b"12"), 2)
    assert (used("experiment", 7), used("person", 1), used("person", 2)) == ((1, 2), (0, 0), (1, 2))


def test_what_is_deleted_counts_no_more_for_whoever_sent_it(folder_store, put, actor, root):
    put("d/a", b"12345")
    uploads.store(ELSE, root, "d/b", io.BytesIO(b"123"), 3)
    put("c", b"1")
    deletion.delete(ELSE, root, "d")
    assert (used("experiment", 7), used("person", 1), used("person", 2)) == ((1, 1), (1, 1), (0, 0))
    deletion.delete_root(actor, root)
    assert used("experiment", 7) == (0, 0)


def test_content_that_two_paths_share_lies_in_the_store_once(folder_store, put, actor, root):
    put("a", b"12345")
    put("b", b"12345")
    assert used("experiment", 7) == (2, 10)
    assert uses.stored(SYSTEM)[folder_store.name].size == 5
    deletion.delete_root(actor, root)
    Blob.objects.update(touched_at="2020-01-01T00:00:00Z")
    cleaning.clean(SYSTEM)
    assert uses.stored(SYSTEM) == {}


def test_folding_and_counting_anew_change_no_sum(folder_store, put, root):
    for number in range(5):
        put(f"d/{number}", b"x" * number)
    before = used("experiment", 7), used("person", 1), uses.stored(SYSTEM)
    assert charging.recount(SYSTEM) == 0
    assert charging.fold(SYSTEM) > 0
    assert (used("experiment", 7), used("person", 1), uses.stored(SYSTEM)) == before
    assert Use.objects.filter(kind=Kind.EXPERIMENT).count() == 1
    Use.objects.all().delete()
    assert charging.recount(SYSTEM) == 3
    assert (used("experiment", 7), used("person", 1), uses.stored(SYSTEM)) == before


@pytest.mark.parametrize("kind", ["person", "team", "experiment", "everybody"])
def test_what_is_more_than_a_quota_is_refused_in_words(account, kind):
    actor, team = account
    subject = {"person": str(actor.user_id), "team": str(team.pk), "experiment": EXPERIMENT}.get(kind, "")
    quotas.set_quota(SYSTEM, "person" if kind == "everybody" else kind, subject, 10)
    send(actor, 10)
    with pytest.raises(OverQuota, match=r"quota of 10 bytes of .* is used up: 10 bytes are kept, and this file has 1 bytes more"):
        send(actor, 1, "g")
    assert Artifact.objects.filter(path="g").count() == 0
    quotas.set_quota(SYSTEM, "person" if kind == "everybody" else kind, subject, None)
    send(actor, 1, "g")


def test_a_quota_of_ones_own_goes_before_that_of_everybody(account):
    actor, _ = account
    quotas.set_quota(SYSTEM, "person", "", 1)
    quotas.set_quota(SYSTEM, "person", str(actor.user_id), 10)
    send(actor, 10)
    with pytest.raises(OverQuota):
        send(ELSE, 2, "g")


def test_a_team_has_what_all_its_members_sent(account):
    actor, team = account
    other = users.create_user(SYSTEM, "ben", email="ben@example.com")
    quotas.set_quota(SYSTEM, "team", str(team.pk), 10)
    ben = Actor(user_id=other.pk, name="ben", via="token")
    send(ben, 50, "before")
    deletion.delete_root(ben, OTHER)
    send(actor, 5, "mine")
    teams.add_member(SYSTEM, team.pk, other.pk)
    assert used("team", team.pk) == (2, 55)
    with pytest.raises(OverQuota, match="of team night shift"):
        send(actor, 1, "g")
    teams.remove_member(SYSTEM, team.pk, other.pk)
    send(actor, 1, "g")


def test_replacing_a_file_by_a_smaller_one_is_never_too_much(account):
    actor, _ = account
    send(actor, 10)
    quotas.set_quota(SYSTEM, "experiment", EXPERIMENT, 5)
    send(actor, 9)
    with pytest.raises(OverQuota):
        send(actor, 11)


def test_a_file_that_is_too_large_is_refused_before_its_bytes_come(account):
    actor, _ = account
    quotas.set_quota(SYSTEM, "experiment", EXPERIMENT, 5_000_000)
    sender = Endless()
    with pytest.raises(OverQuota):
        uploads.store(actor, "7/0123456789abcdef0123456789abcdef/artifacts", "f", sender, 50_000_000)
    assert sender.taken == 0


def test_a_sender_without_a_length_is_stopped_at_the_quota(account):
    actor, _ = account
    quotas.set_quota(SYSTEM, "experiment", EXPERIMENT, 5_000_000)
    sender = Endless()
    with pytest.raises(OverQuota):
        uploads.store(actor, "7/0123456789abcdef0123456789abcdef/artifacts", "f", sender, None)
    assert sender.taken < 7_000_000


def test_parts_that_are_too_much_are_refused_when_they_are_joined(account, root):
    actor, _ = account
    quotas.set_quota(SYSTEM, "person", str(actor.user_id), 10)
    begun = multipart.create(actor, root, "f", 2)
    with pytest.raises(OverQuota):
        multipart.receive_part(Actor.anonymous(), begun.doors[0].ticket, io.BytesIO(b"1" * 11), 11)
    sent = [multipart.receive_part(Actor.anonymous(), door.ticket, io.BytesIO(b"1" * 6), 6) for door in begun.doors]
    parts = [Part(number + 1, etag) for number, etag in enumerate(sent)]
    with pytest.raises(OverQuota):
        multipart.complete(actor, root, "f", begun.upload_id, parts)
    quotas.set_quota(SYSTEM, "person", str(actor.user_id), 12)
    assert multipart.complete(actor, root, "f", begun.upload_id, parts).size == 12


def test_without_a_quota_an_upload_asks_for_them_and_counts_in_a_few_statements(folder_store, put):
    put("a", b"1")
    with CaptureQueriesContext(connection) as queries:
        put("b", b"2")
    mine = [query["sql"] for query in queries if "artifacts_use" in query["sql"] or "artifacts_quota" in query["sql"]]
    assert len(mine) <= 4
    assert not [sql for sql in mine if "SUM" in sql]


def test_only_administrators_set_quotas_and_only_such_as_can_be_kept(account):
    actor, _ = account
    with pytest.raises(Denied):
        quotas.set_quota(actor, "person", "", 1)
    for kind, subject, size in (("stored", "", 1), ("person", "", -1), ("nobody", "", 1)):
        with pytest.raises(Invalid):
            quotas.set_quota(SYSTEM, kind, subject, size)
    for subject in ("99999", "x"):
        with pytest.raises(Missing):
            quotas.set_quota(SYSTEM, "team", subject, 1)


@pytest.mark.django_db(transaction=True)
def test_a_quota_holds_when_many_send_at_once(account):
    actor, team = account
    mate = users.create_user(SYSTEM, "ben", email="ben@example.com")
    teams.add_member(SYSTEM, team.pk, mate.pk)
    quotas.set_quota(SYSTEM, "team", str(team.pk), 1000)
    senders = [actor, Actor(user_id=mate.pk, name="ben", via="token")]
    outcomes, start = [], threading.Barrier(8)

    def go(number):
        start.wait()
        for turn in range(5):
            try:
                send(senders[number % 2], 90 + number, f"{number}/{turn}", f"{number + 10}/{'0' * 32}/artifacts")
                outcomes.append(90 + number)
            except OverQuota:
                outcomes.append(0)
        connections.close_all()

    threads = [threading.Thread(target=go, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 40
    assert used("team", team.pk)[1] == sum(outcomes)
    assert 900 < sum(outcomes) <= 1000
