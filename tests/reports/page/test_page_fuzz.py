# SPDX-License-Identifier: Apache-2.0
"""Any report that a parser may give makes a page: seeded, with figures at the ends of their range."""

from __future__ import annotations

import random
from typing import Any

import pytest
from page_samples import HOSTILE, Reader

from reports.page import designs_of, page
from reports.page.collect import PASS
from reports.parsed import FIGURES, STAGES, Figures, Module, Parsed, Problem

VALUES = (0, 1, 0.5, -0.001, -12.25, 7, 1e-12, 10**18 - 1, -(10**17), 1e300, 123456.789)


def figures(rng: random.Random) -> Figures:
    chosen: dict[str, Any] = {name: rng.choice(VALUES) for name in rng.sample(FIGURES, rng.randint(0, 8))}
    return Figures(**chosen)


def path(rng: random.Random) -> str:
    return "/".join(rng.choice(("top", "a", "b", "", *HOSTILE[:5])) for _ in range(rng.randint(1, 5)))


def unknown(rng: random.Random) -> dict[str, str]:
    return {name: rng.choice(("?", "-", "undef", *HOSTILE)) for name in rng.sample(FIGURES, rng.randint(0, 2))}


def report(rng: random.Random) -> Parsed:
    def text() -> str | None:
        return rng.choice((None, "top", "", *HOSTILE))

    problems = tuple(
        Problem(text() or "f", text() or "t", rng.choice((None, 3))) for _ in range(rng.choice((0, 0, 0, 2)))
    )
    return Parsed(
        file=text() or "x.rpt", kind=rng.choice(("a", "b")), tool=text(), device=text(), top=text(), state=text(),
        stage=rng.choice((None, *STAGES)), family=rng.choice((None, "xcup", "ecp5", "odd")), figures=figures(rng),
        available={name: rng.choice((0, 1, 10**6)) for name in rng.sample(FIGURES, 3)}, unknown=unknown(rng),
        modules=tuple(Module(path(rng), figures(rng), text(), unknown(rng)) for _ in range(rng.choice((0, 3, 40)))),
        modules_left_out=rng.choice((0, 5)),
        cells={text() or "LUT6": rng.choice((0, 5)) for _ in range(rng.randint(0, 4))},
        problems=problems, complete=not problems and rng.random() < 0.9,
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(40))
def test_any_reports_make_a_page_that_is_no_pass(seed: int) -> None:
    rng = random.Random(seed)
    reports = [report(rng) for _ in range(rng.randint(1, 5))]
    read = Reader(page(reports))
    assert PASS not in {design.verdict for design in designs_of(reports)}
    assert not read.find("span", "pass") and "NaN" not in read.visible()
    for element in read.all:
        assert not [v for v in element.attributes.values() if v and ("nan" in v or "inf%" in v)]
