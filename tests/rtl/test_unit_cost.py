# SPDX-License-Identifier: Apache-2.0
"""The convolution unit with accumulators and thresholds keeps its LUTs a product, its levels, and has no DSP."""

from dataclasses import replace
from pathlib import Path

import pytest

from flow.experiments.unit import LIMITS, figures, holds, unit


@pytest.mark.parametrize(("family", "form"), [("xcup", "carry8"), ("xcup", "portable"), ("ecp5", "plain")])
def test_luts_a_product(tmp_path: Path, family: str, form: str) -> None:
    row = figures(unit(8, 144, form, family, tmp_path), 8, 144, form)
    assert row["limit"] == LIMITS[form, 8, 144] and holds(row), row


def test_a_dearer_or_deeper_unit_does_not_hold(tmp_path: Path) -> None:
    result = unit(2, 4, "plain", "ecp5", tmp_path)
    row = {**figures(result, 2, 4, "plain"), "limit": 4.2}
    assert row["product"] > 4.2 and not holds(row)
    assert holds({**row, "limit": None}) and not holds({**row, "limit": None, "dsp": 1})
    deeper = replace(result, modules=tuple(replace(module, levels=9) for module in result.modules))
    assert holds({**row, "limit": 1e9}) and not holds({**figures(deeper, 2, 4, "plain"), "limit": 1e9})
