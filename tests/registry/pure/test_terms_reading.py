"""Policies as people write them."""

import json

import pytest

from apps.core.errors import Invalid
from apps.registry.terms import Directory, Rule, Separation, load, read_terms

NAMES = Directory(user={"tom": 3, "lena": 4}.__getitem__, team={"risk": 7}.__getitem__)
FULL = {
    "rules": [{"name": "Risk", "number": 2, "users": ["lena", "tom"], "teams": ["risk"]}],
    "separation": {"run_owner": False},
    "gates": [
        {"kind": "metric", "key": "auc", "comparison": ">=", "value": 0.9},
        {"kind": "relative_metric", "key": "loss", "direction": "lower", "tolerance": 5, "unit": "percent"},
        {"kind": "tags", "tags": {"reviewed": "yes", "owner": ""}},
        {"kind": "description"},
        {"kind": "signature", "on_fail": "extra_approval"},
        {"kind": "input_example"},
        {"kind": "dataset", "name": "cards"},
        {"kind": "clean_commit"},
        {"kind": "stored_artifacts"},
        {"kind": "external", "name": "ci/fairness"},
    ],
    "override": {"users": ["tom"]},
    "archive_existing": False,
    "bound_alias": "champion",
    "expires_hours": 24,
    "preapproved_rollback": True,
    "second_person": True,
}


def test_names_become_numbers_and_everything_survives_storing():
    terms = read_terms(FULL, NAMES, of_stage=True)
    assert terms.rules == (Rule("Risk", 2, (3, 4), (7,)),)
    assert (terms.separation.run_owner, terms.separation.requester) == (False, True)
    assert (terms.override.users, terms.override.administrators) == ((3,), False)
    assert load(json.loads(json.dumps(terms.to_json()))) == terms
    assert load(terms.to_json()).digest() == terms.digest()


def test_what_is_left_out_is_on_the_safe_side():
    terms = read_terms({}, NAMES, of_stage=True)
    assert (terms.rules, terms.archive_existing, terms.override.administrators, terms.second_person) == ((), True, True, False)
    assert terms.separation == Separation(True, True, True, True)


def test_gates_say_in_words_what_they_want():
    labels = [gate.label for gate in read_terms(FULL, NAMES, of_stage=True).gates]
    assert labels == [
        "auc >= 0.9",
        "loss not worse than the version that stands there by more than 5 % (lower is better)",
        "Tags: owner, reviewed = yes",
        "Has a description",
        "Has a signature",
        "Has an input example",
        "Trained on dataset cards",
        "Trained from a clean commit",
        "All artifacts are kept and hashed here",
        "Check ci/fairness",
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"rule": []},
        {"rules": {}},
        {"rules": [{"number": 0, "teams": ["risk"]}]},
        {"rules": [{"number": 1.5, "teams": ["risk"]}]},
        {"rules": [{"number": True, "teams": ["risk"]}]},
        {"rules": [{"number": 1}]},
        {"rules": [{"number": 1, "team": ["risk"]}]},
        {"rules": [{"teams": [7]}]},
        {"rules": ["risk"]},
        {"separation": {"self": True}},
        {"separation": {"requester": "no"}},
        {"gates": [{"kind": "horoscope"}]},
        {"gates": [{"kind": "metric", "key": "auc"}]},
        {"gates": [{"kind": "metric", "key": "auc", "value": "NaN"}]},
        {"gates": [{"kind": "metric", "key": "auc", "value": float("nan")}]},
        {"gates": [{"kind": "metric", "key": "auc", "value": 1, "comparison": "=="}]},
        {"gates": [{"kind": "metric", "key": "auc", "value": 1, "threshold": 1}]},
        {"gates": [{"kind": "relative_metric", "key": "auc", "tolerance": -1}]},
        {"gates": [{"kind": "tags", "tags": []}]},
        {"gates": [{"kind": "external"}]},
        {"gates": [{"kind": "description", "on_fail": "shrug"}]},
        {"gates": [{"kind": "description"}, {"kind": "description"}]},
        {"archive_existing": "yes"},
        {"bound_alias": "latest"},
        {"bound_alias": "v3"},
        {"expires_hours": 0},
        {"expires_hours": 10**9},
        {"override": []},
    ],
)
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(Invalid):
        read_terms(wrong, NAMES, of_stage=True)


def test_an_alias_policy_binds_no_alias():
    with pytest.raises(Invalid, match="only a policy of a stage"):
        read_terms({"bound_alias": "champion"}, NAMES, of_stage=False)
