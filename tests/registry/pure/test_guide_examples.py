"""What the guide to approvals shows is what the registry reads."""

import json
import re
from pathlib import Path

from apps.registry.terms import Directory, read_terms

GUIDE = Path(__file__).parents[3] / "docs" / "approvals.md"


def test_the_terms_of_the_guide_are_read_as_they_stand():
    (block,) = re.findall(r"```json terms\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    data = json.loads(block)
    terms = read_terms(data, Directory(user=lambda name: 1, team=lambda name: 2), of_stage=True)
    assert (terms.votes, len(terms.gates), terms.bound_alias) == (3, 10, "champion")
    assert set(data) == set(terms.to_json())
