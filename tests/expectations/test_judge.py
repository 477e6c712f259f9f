"""A judgement says in one line what it saw, also where it could not look."""

from __future__ import annotations

import pandas as pd
from great_expectations import ExpectationSuite

from expectations.judge import Judge, critical


def test_a_missing_measure_fails_with_one_line_and_no_traceback() -> None:
    suite = ExpectationSuite(name="judge.missing", expectations=[critical("absent", "The measure is there.", high=0)])
    with Judge() as judge:
        judgement = judge.judge_frame(suite, pd.DataFrame({"batch_id": ["a"], "present": [1.0]}), "batch_id")
    (finding,) = judgement.findings
    assert not finding.success
    assert "absent" in finding.observed
    assert "Traceback" not in finding.observed and "\n" not in finding.observed
