"""Every address against every kind of person, with and without a default, here and elsewhere."""

import json
import re
from urllib.parse import quote, urlencode

import pytest
from django.db import transaction
from django.test import Client, override_settings
from django.urls import URLPattern, get_resolver

from tests.architecture.access_matrix import BY_NAME, EXEMPT, HIDDEN_ELSEWHERE, PEOPLE, ROWS

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


def matrix():
    """All rows."""
    return [*ROWS, *BY_NAME]


def test_every_address_is_in_the_matrix():
    known = {row.route for row in matrix()} | set(EXEMPT)
    assert sorted({twin(route) for route in routes()} - known) == []


def test_the_matrix_names_no_address_that_is_gone():
    there = {twin(route) for route in routes()}
    assert sorted({row.route for row in matrix()} - there) == []
    assert sorted(set(EXEMPT) - there) == []


def test_addresses_that_double_others_have_the_same_methods():
    methods = {}
    for route, pattern in routes().items():
        endpoints = getattr(getattr(pattern.callback, "view_class", None), "endpoints", None)
        if endpoints:
            methods.setdefault(twin(route), set()).add(frozenset(endpoints))
    assert {route: found for route, found in methods.items() if len(found) > 1} == {}


def test_every_method_of_an_address_is_in_the_matrix(people, worlds):
    given = {(row.method, row.route) for row in matrix()}
    things = things_of(worlds.here)
    surprises = []
    for row in {row.route: row for row in matrix()}.values():
        for method in METHODS:
            if (method, row.route) not in given:
                status = ask(clients(people)["admin"], replace_method(row, method), things, actual_route(row.route))[0]
                if status not in {400, 404, 405, 501} or (status == 400 and not row.route.startswith("api/")):
                    surprises.append(f"{method} {row.route}: {status}")
    assert surprises == []


@pytest.mark.parametrize("default", ["READ", "NO_PERMISSIONS"])
def test_everybody_gets_what_the_matrix_says(people, worlds, default):
    things, senders, wrong = things_of(worlds.here), clients(people), []
    with override_settings(DEFAULT_PERMISSION=default):
        for row in matrix():
            for person in PEOPLE:
                status, body = ask(senders[person], row, things, actual_route(row.route))
                wanted = row.expected(person, default == "NO_PERMISSIONS")
                if status != wanted:
                    wrong.append(f"{row.method} {row.route} {person}: {status} instead of {wanted} {body}")
    assert wrong == [], "\n".join(wrong)


def test_things_of_another_workspace_are_hidden_from_everybody_who_is_not_at_home_there(people, worlds):
    things, senders, wrong = things_of(worlds.there), clients(people), []
    for row in ROWS:
        for person in PEOPLE if row.level in HIDDEN_ELSEWHERE else []:
            status, body = ask(senders[person], row, things, actual_route(row.route))
            nobody = 302 if row.level.startswith("page") else 401
            wanted = {"anonymous": nobody, "outsider": row.success, "admin": row.success}.get(person, 404)
            if status != wanted:
                wrong.append(f"{row.method} {row.route} {person}: {status} instead of {wanted} {body}")
    assert wrong == [], "\n".join(wrong)


def test_an_answer_about_hidden_things_does_not_differ_from_one_about_missing_things(people, worlds):
    there, senders, wrong = things_of(worlds.there), clients(people), []
    missing = {**there, "run": "0" * 32, "deleted_run": "0" * 32, "experiment": "99999", "deleted_experiment": "99998", "model": "m-" + "0" * 32}
    for row in ROWS:
        if row.level in HIDDEN_ELSEWHERE | {"known", "page"} and (row.method == "GET" or "search" in row.route):
            hidden, gone = (nameless(ask(senders["reader"], row, things, actual_route(row.route), whole=True), things) for things in (there, missing))
            if hidden != gone:
                wrong.append(f"{row.method} {row.route}: {hidden} {gone}")
    assert wrong == [], "\n".join(wrong)


def nameless(answer, things):
    """An answer without the ids that were asked for, and without what is new in every answer."""
    text = answer[1]
    for name, value in sorted(things.items(), key=lambda item: -len(item[1])):
        text = re.sub(rf"(?<![\w]){re.escape(value)}(?![\w])", f"${name}", text)
    return answer[0], re.sub(r'(csrfmiddlewaretoken" value|nonce)="[^"]*"', "", text)


def things_of(world):
    """What `$name` stands for in a row."""
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
    }


def clients(people):
    """For each person a pair: a client with their token, a browser in which they signed in."""
    pairs = {}
    for name in PEOPLE:
        machine, browser = Client(headers=people[name].headers), Client()
        if people[name].user is not None:
            browser.force_login(people[name].user)
        pairs[name] = (machine, browser)
    return pairs


def actual_route(route):
    """The address of the resolver that stands for the row's; what exists for the pages alone is asked there."""
    return route if route in routes() else next(other for other in routes() if twin(other) == route)


def replace_method(row, method):
    """The same request with another method."""
    return type(row)(method, row.route, row.level, row.body, row.query, row.path)


def ask(pair, row, things, route, whole=False):
    """Send the row's example and take back all that it did; (status, beginning of the answer)."""
    client = pair[0] if row.route.startswith(MACHINE) else pair[1]
    target = "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda match: quote(fill(row.path[match[1]], things)), route)
    if row.query:
        target += "?" + urlencode(fill(row.query, things), doseq=True)
    with transaction.atomic():
        if row.form:
            answer = client.generic(row.method, target, urlencode(fill(row.body or {}, things)), content_type="application/x-www-form-urlencoded")
        elif isinstance(row.body, bytes):
            answer = client.generic(row.method, target, row.body, content_type="application/octet-stream")
        elif row.body is not None:
            answer = client.generic(row.method, target, json.dumps(fill(row.body, things)), content_type="application/json")
        else:
            answer = client.generic(row.method, target)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        transaction.set_rollback(True)
    return answer.status_code, content.decode(errors="replace")[: None if whole else 150]


def fill(value, things):
    """The value with every `$name` replaced."""
    if isinstance(value, str):
        return re.sub(r"\$(\w+)", lambda match: things[match[1]], value)
    if isinstance(value, dict):
        return {key: fill(item, things) for key, item in value.items()}
    if isinstance(value, list):
        return [fill(item, things) for item in value]
    return value
