"""Whatever is sent gets its answer: never a 5xx, but for what is not offered; and what is refused changed nothing."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.api.mlflow.urls import ENDPOINTS
from tests.support.api import DjangoApi

pytestmark = pytest.mark.django_db

NAMES = (
    "experiment_id experiment_ids name new_name run_id run_uuid run_ids run_name user_id start_time end_time status tags key "
    "value timestamp step metrics"
    " params metric_key max_results page_token filter order_by view_type run_view_type path model_id models datasets dataset "
    "version stage alias stages"
    " source description archive_existing_versions username password permission is_admin artifact_location model_json url "
    "events entity action comment"
    " creator id upload_id parts num_parts access_control_list http_url_spec start_step end_step allow_deleted"
).split()
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(
        ["0", "1", "churn", "None", "Production", "READ", "metrics.m > 1", "\x00", "..", "a" * 10_000, "9" * 40, "ACTIVE", "٣"]
    ),
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4), max_leaves=8
)
BODIES = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=8)
CALLS = sorted({(entry.method, entry.prefixes[0] + entry.route) for entry in ENDPOINTS if not entry.raw})


def route_of(route: str, part: str) -> str:
    """The address with its parameters filled in."""
    while "<" in route:
        head, _, rest = route.partition("<")
        route = head + (part or "x") + rest.partition(">")[2]
    return f"/{route}"


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(call=st.sampled_from(CALLS), body=BODIES, part=st.sampled_from(["1", "x", "m-1", "a b", "%00", "0" * 300]))
def test_no_body_and_no_query_meets_an_unforeseen_error(people, worlds, call, body, part):
    method, route = call
    if "users/delete" in route or "update-admin" in route or "update-password" in route:
        body = body | {"username": "ghost"}  # the one who asks has to stay
    client, address = DjangoApi(people.admin), route_of(route, part)
    if method == "GET":
        query = {
            name: value for name, value in body.items() if isinstance(value, str | int | float) and "\ud800" not in str(value)
        }
        answer = client.request(
            "GET", address, **{k: v.encode("utf-8", "replace") if isinstance(v, str) else v for k, v in query.items()}
        )
    else:
        answer = client.request(method, address, json.dumps(body).encode(), headers={"Content-Type": "application/json"})
    assert answer.status < 500 or answer.status == 501, (method, address, body, answer)
    if answer.status >= 400 and "json" in answer.headers.get("Content-Type", ""):
        assert set(answer.json) >= {"error_code", "message"}


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=200)
    | st.text(max_size=100).map(lambda text: json.dumps(text).encode())
    | st.sampled_from([b'{"a": "\\ud800"}'])
)
def test_bytes_that_are_no_body_are_refused(people, body):
    answer = DjangoApi(people.admin).request("POST", "experiments/create", body, headers={"Content-Type": "application/json"})
    assert answer.status == 400
