# SPDX-License-Identifier: Apache-2.0
"""ern report, gate and diff are the commands of reports/, options and exit codes included."""

from pathlib import Path

import pytest

from flow.cli import main

FIXTURES = Path(__file__).parents[1] / "reports" / "fixtures"
CLEAN, MULTIPLIED = str(FIXTURES / "yosys_070_xcup.json"), str(FIXTURES / "yosys_070_ecp5_multiply.txt")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["gate", "--dsp", "0", CLEAN], 0),
        (["gate", CLEAN, "--lut", "5"], 1),
        (["gate", "--format", "junit", "absent.rpt"], 2),
        (["report", "--json", MULTIPLIED], 0),
        (["diff", CLEAN, MULTIPLIED], 0),
        (["diff", "--json", CLEAN, "absent.rpt"], 2),
    ],
)
def test_options_and_exit_codes(arguments: list[str], code: int) -> None:
    assert main(arguments) == code


@pytest.mark.parametrize("command", ["report", "gate", "diff"])
def test_help_is_that_of_reports(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([command, "--help"])
    assert end.value.code == 0 and "usage: reports" in capsys.readouterr().out
