"""docs/filter-language.md says the truth: each of its examples is run."""

import json
import re
from pathlib import Path

import pytest

from apps.core.filterlang.dialects import EXPERIMENTS, LOGGED_MODELS, MODEL_VERSIONS, REGISTERED_MODELS, RUNS
from apps.core.filterlang.errors import FilterError
from apps.core.filterlang.evaluate import Facts, matches
from apps.core.filterlang.parser import parse

GUIDE = (Path(__file__).parents[3] / "docs" / "filter-language.md").read_text()
EXAMPLES = re.findall(r"```filter ([a-z ]+)\n(.*?)\n```\n(?:(Finds|Refused:) ([^\n]+))?", GUIDE, re.DOTALL)
THINGS = {
    name: Facts(facts["attributes"], facts["metrics"], facts["params"], facts["tags"], facts["datasets"])
    for name, facts in json.loads(re.search(r"```json runs\n(.*?)\n```", GUIDE, re.DOTALL)[1]).items()
}
DIALECTS = {dialect.name: dialect for dialect in (RUNS, EXPERIMENTS, REGISTERED_MODELS, MODEL_VERSIONS, LOGGED_MODELS)}


def test_the_guide_has_examples_of_every_search():
    assert {dialect for dialect, *_ in EXAMPLES} == set(DIALECTS)
    assert len(EXAMPLES) > 25


@pytest.mark.parametrize(("dialect", "text", "outcome", "what"), EXAMPLES, ids=[text for _, text, *_ in EXAMPLES])
def test_an_example_finds_what_the_guide_says(dialect, text, outcome, what):
    if outcome == "Refused:":
        with pytest.raises(FilterError, match=re.escape(what)):
            parse(text, DIALECTS[dialect])
        return
    tree = parse(text, DIALECTS[dialect])
    if dialect == "runs":
        found = [name for name, facts in THINGS.items() if matches(tree, facts)]
        assert found == what.removesuffix(".").split(", ")


def test_every_attribute_stands_in_the_guide():
    for dialect in DIALECTS.values():
        for attribute in dialect.attributes:
            assert f"`{attribute.name}`" in GUIDE
