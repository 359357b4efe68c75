"""F5: the answer is lost and the client sends again, also while the first sending still runs."""

import pytest

from tests.faults.experiment import Experiment, report


@pytest.mark.parametrize(("twice", "abandoned"), [(0.03, 0.015), (0.5, 0.3)], ids=["now and then", "hard form"])
def test_sending_again_is_always_welcome(calm_server, tmp_path, twice, abandoned):
    experiment = Experiment(calm_server, tmp_path)
    with experiment.swarm(8, 6, twice=twice, abandoned=abandoned):
        pass
    findings = experiment.findings()
    assert findings == [], report(findings)
