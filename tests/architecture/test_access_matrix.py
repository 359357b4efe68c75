"""Every address against every kind of person, with and without a default, here and elsewhere."""

import copy
import json
import re
from urllib.parse import quote, urlencode

import pytest
from django.db import connection, transaction
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, get_resolver

from apps.accounts.models import ApiToken, Session, Team, User
from apps.accounts.services import teams, users
from apps.api.mlflow.codec import roles
from apps.experiments.models import ExperimentGrant
from tests.architecture.matrix import EXEMPT, NOT_OFFERED, ROWS, approval_things, project_things, storage_things
from tests.architecture.matrix.levels import HIDDEN_ELSEWHERE, PEOPLE, Row
from tests.support.people import TEAM
from tests.support.worlds import ELSEWHERE, SYSTEM

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
MACHINE = ("api/", "ajax-api/", "get-artifact", "model-versions/get-artifact", "graphql", "health", "ready", "version", "metrics")


def routes():
    """Every address of the resolver -> its pattern."""
    return dict(walk(get_resolver().url_patterns, ""))


def walk(patterns, prefix):
    """Patterns below a prefix, with their full route."""
    for entry in patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route, entry
        else:
            yield from walk(entry.url_patterns, route)


def twin(route):
    """The same address without what only doubles it: the pages' API prefix, the pages of other workspaces."""
    return re.sub(r"^ajax-api/", "api/", re.sub(r"^w/<[^>]*>/", "", route))


def test_every_address_is_in_the_matrix():
    known = {row.route for row in ROWS} | set(EXEMPT)
    assert sorted({twin(route) for route in routes()} - known) == []


def test_the_matrix_names_no_address_that_is_gone():
    there = {twin(route) for route in routes()}
    assert sorted(({row.route for row in ROWS} | set(EXEMPT)) - there) == []


def test_addresses_that_double_others_have_the_same_methods():
    methods = {}
    for route, pattern in routes().items():
        if endpoints := getattr(getattr(pattern.callback, "view_class", None), "endpoints", None):
            methods.setdefault(twin(route), set()).add(frozenset(endpoints))
    assert {route: found for route, found in methods.items() if len(found) > 1} == {}


def test_every_method_of_an_address_is_in_the_matrix(people, worlds):
    given = {(row.method, row.route) for row in ROWS}
    sender, things, surprises = Sender(people, "admin"), things_of(worlds.here, people), []
    for row in {row.route: row for row in ROWS}.values():
        for method in METHODS:
            if (method, row.route) not in given:
                with CaptureQueriesContext(connection) as queries:
                    status, body = sender.ask(
                        Row(method, row.route, row.level, {} if method != "GET" else None, path=row.path), things
                    )
                ignored = method == "POST" and row.is_page and not writes(queries)  # a page without a form
                if status not in {404, 405} and not ignored:
                    surprises.append(f"{method} {row.route}: {status} {body}")
    assert surprises == [], "\n".join(surprises)


def writes(queries):
    """Statements that changed something beside the session."""
    found = [query["sql"] for query in queries if re.match(r"INSERT|UPDATE|DELETE", query["sql"])]
    return [statement for statement in found if not re.search("accounts_session|last_login|audit_auditrow", statement)]


@pytest.mark.parametrize("default", ["READ", "NO_PERMISSIONS"])
def test_everybody_gets_what_the_matrix_says(people, worlds, default):
    things, wrong = things_of(worlds.here, people), []
    with override_settings(DEFAULT_PERMISSION=default):
        for person in PEOPLE:
            sender = Sender(people, person)
            for row in ROWS:
                status, body = sender.ask(row, things)
                wanted = row.expected(person, default == "NO_PERMISSIONS")
                if status != wanted:
                    wrong.append(f"{row.method} {row.route} {person}: {status} instead of {wanted} {body}")
    assert wrong == [], "\n".join(wrong)


def test_things_of_another_workspace_are_hidden_from_everybody_who_is_not_at_home_there(people, worlds):
    things, wrong = things_of(worlds.there, people), []
    for person in PEOPLE:
        sender = Sender(people, person)
        for row in (row for row in ROWS if row.level in HIDDEN_ELSEWHERE and not row.by_name):
            status, body = sender.ask(row, things)
            wanted = {"anonymous": "login" if row.is_page else 401, "outsider": row.success, "admin": row.success}.get(
                person, 404
            )
            if status != wanted:
                wrong.append(f"{row.method} {row.route} {person}: {status} instead of {wanted} {body}")
    assert wrong == [], "\n".join(wrong)


def test_a_workspace_that_one_may_not_see_is_missing_at_every_address_of_the_api(people, worlds):
    sender, things, wrong = Sender(people, "manager", ELSEWHERE), things_of(worlds.here, people), []
    for row in (row for row in ROWS if row.route.startswith("api/") and row.level != "open"):
        status, body = sender.ask(row, things)
        if status != 404:
            wrong.append(f"{row.method} {row.route}: {status} {body}")
    assert wrong == [], "\n".join(wrong)


def test_an_answer_about_hidden_things_does_not_differ_from_one_about_missing_things(people, worlds):
    there, sender, wrong = things_of(worlds.there, people), Sender(people, "reader"), []
    absent = {
        "experiment": "99999",
        "deleted_experiment": "99998",
        "run": "0" * 32,
        "other_run": "1" * 32,
        "deleted_run": "2" * 32,
    }
    missing = (
        there
        | absent
        | {"model": "m-" + "0" * 32, "root": f"99999/{'0' * 32}/artifacts", "model_root": f"99999/models/m-{'0' * 32}/artifacts"}
    )
    for row in ROWS:
        if row.level in HIDDEN_ELSEWHERE | {"known", "page"} and (row.method == "GET" or "search" in row.route):
            hidden, gone = (nameless(sender.ask(row, things, whole=True), things) for things in (there, missing))
            if hidden != gone:
                wrong.append(f"{row.method} {row.route}: {difference(hidden, gone)}")
    assert wrong == [], "\n".join(wrong)


def difference(one, other):
    """Where two answers part."""
    at = next((index for index, (left, right) in enumerate(zip(one[1], other[1], strict=False)) if left != right), 0)
    return f"{one[0]} …{one[1][at - 80 : at + 80]} | {other[0]} …{other[1][at - 80 : at + 80]}"


def test_what_is_not_offered_says_so_to_everybody_who_signed_in(people):
    for path in NOT_OFFERED.values():
        assert Client().get(f"/{path}").status_code == 401
        assert Client(headers=people.reader.headers).get(f"/{path}").status_code == 501


def nameless(answer, things):
    """An answer without the ids that were asked for, and without what is new in every answer."""
    text = re.sub(r'(csrfmiddlewaretoken" value|csrf-token" content|csrf|nonce|datetime)="[^"]*"', "", answer[1])
    text = re.sub(r'"(made_at|digest)":"[^"]*"|"signature":\{[^}]*\}|Made [^<]* UTC|(?<=>)[^<]*(?=</time>)', "", text)
    for name, value in sorted(things.items(), key=lambda item: -len(item[1])):
        before = r"(?<=[/=])" if value.isdigit() else r"(?<!\w)"
        text = re.sub(rf"{before}{re.escape(value)}(?![\w.])", f"${name}", text)
    return answer[0], text


def things_of(world, people):
    """What `$name` stands for in a row."""
    manager = people.manager.user
    if not (session := Session.objects.filter(user=manager).first()):
        Client().force_login(manager)
        session = Session.objects.get(user=manager)
    return {
        "run": world.run_id,
        "other_run": world.run_ids[1],
        "deleted_run": world.deleted_run_id,
        "experiment": world.experiment_id,
        "deleted_experiment": world.deleted_experiment_id,
        "model": world.model_id,
        "artifact": world.artifact,
        "root": f"{world.experiment_id}/{world.run_id}/artifacts",
        "model_root": f"{world.experiment_id}/models/{world.model_id}/artifacts",
        "user": str(bystander().pk),
        "team": str(Team.objects.get(name=TEAM).pk),
        "other_team": str(Team.objects.get_or_create(name="others")[0].pk),
        "role_permission": role_permission(world),
        "token": str(ApiToken.objects.get(user=manager).pk),
        "session": session.digest,
        **approval_things.things_of(world),
        **project_things.things_of(world),
        **storage_things.things_of(world),
    }


def role_permission(world):
    """The number on the wire of what the team `crew` has on the world's experiment."""
    found = ExperimentGrant.objects.filter(experiment_id=world.experiment_id, team__name=TEAM).first()
    return str(roles.permission_id("experiment", found.pk)) if found else "1"


def bystander():
    """Somebody who does nothing: a member of the team `crew` with an account that things happen to."""
    if (found := User.objects.filter(username="bystander").first()) is None:
        found = users.create_user(SYSTEM, "bystander", email="bystander@example.com")
        teams.add_member(SYSTEM, Team.objects.get(name=TEAM).pk, found.pk)
    return found


class Sender:
    """One person with a token for the machines' door and a browser in which they signed in."""

    def __init__(self, people, name, workspace=""):
        self.machine = Client(headers=people[name].headers | ({"X-MLFLOW-WORKSPACE": workspace} if workspace else {}))
        self.user = people[name].user
        self.routes = routes()
        self.signed_in = Client()
        if self.user is not None:
            self.signed_in.force_login(self.user)

    def browser(self):
        """A browser with the session of the beginning: some requests end it, and what they did is taken back."""
        client = Client()
        client.cookies = copy.deepcopy(self.signed_in.cookies)
        return client

    def ask(self, row, things, whole=False):
        """Send the row's example and take back all that it did; (status or `login`, beginning of the answer)."""
        with transaction.atomic():
            answer = self.send(row, things)
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            transaction.set_rollback(True)
        to_login = answer.status_code == 302 and answer["Location"].startswith("/login/") and not row.route.startswith("log")
        return "login" if to_login else answer.status_code, content.decode(errors="replace")[: None if whole else 150].replace(
            "\n", " "
        )

    def send(self, row, things):
        """The request of a row."""
        is_machine = row.route.startswith(MACHINE)
        client = self.machine if is_machine else self.browser()
        route = row.route if row.route in self.routes else next(other for other in self.routes if twin(other) == row.route)
        target = "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda match: quote(fill(row.path[match[1]], things)), route)
        if row.query:
            target += "?" + urlencode(fill(row.query, things), doseq=True)
        if row.body is None:
            return client.generic(row.method, target)
        if isinstance(row.body, bytes):
            return client.generic(row.method, target, row.body, content_type="application/octet-stream")
        if is_machine:
            return client.generic(row.method, target, json.dumps(fill(row.body, things)), content_type="application/json")
        return client.generic(
            row.method, target, urlencode(fill(row.body, things)), content_type="application/x-www-form-urlencoded"
        )


def fill(value, things):
    """The value with every `$name` replaced."""
    if isinstance(value, str):
        return re.sub(r"\$(\w+)", lambda match: things[match[1]], value)
    if isinstance(value, dict):
        return {key: fill(item, things) for key, item in value.items()}
    if isinstance(value, list):
        return [fill(item, things) for item in value]
    return value
