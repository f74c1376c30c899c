# SPDX-License-Identifier: Apache-2.0
"""LUTs a product of the convolution unit with accumulators, read-out, constants, output queue and thresholds."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import Any

from flow.emit.rtl import template_texts
from flow.emit.rtl_modules import ARITHMETIC
from flow.experiments.base import Outcome
from flow.synthesise.result import SynthResult
from flow.synthesise.yosys import synthesise

CLAIM = "A product costs at most 1.7 LUTs at 8x144 and 1.55 at 16x288 on UltraScale+, with accumulators and thresholds."
SIZES = ((8, 144), (16, 288), (16, 144), (8, 270), (6, 108), (64, 64))
"""pe and simd."""
FORMS = (("xcup", "carry8"), ("xcup", "portable"), ("xc7", "carry4"), ("ecp5", "plain"))
LIMITS = {("carry8", 8, 144): 1.7, ("carry8", 16, 288): 1.55, ("portable", 8, 144): 2.0, ("plain", 8, 144): 4.2}
"""Most LUTs a product by form, pe and simd; on ECP5 with those in CCU2C."""
MOST_LEVELS = 4
STEPS, CHANNELS, BITS = 64, 48, 14
TOP = "unit"
_TEXT = """
module unit #(parameter int pe = 8, parameter int simd = 144, parameter int arithmetic = 0) (
  input  wire aclk, aresetn, claim, valid, fresh, first_step, last_step, m_axis_tready,
  output wire go, m_axis_tvalid,
  input  wire [2*simd-1:0] codes,
  input  wire [pe*simd-1:0] weights,
  output wire [1:0] m_axis_tdata
);
  wire [@BITS@-1:0] sum;
  wire sum_valid, sum_ready;
  conv_unit #(
    .out_channels(@CHANNELS@), .pe(pe), .simd(simd), .steps(@STEPS@), .acc_bits(@BITS@), .constant_bits(@BITS@),
    .arithmetic(arithmetic), .MEMORY_FILE("constants.hex")
  ) u_unit (
    .aclk, .aresetn, .go, .claim, .valid, .fresh, .first_step, .last_step, .codes, .weights,
    .m_axis_tdata(sum), .m_axis_tvalid(sum_valid), .m_axis_tready(sum_ready));
  threshold #(
    .channels(@CHANNELS@), .acc_bits(@BITS@), .threshold_bits(@BITS@), .MEMORY_FILE("thresholds.hex")
  ) u_threshold (
    .aclk, .aresetn, .s_axis_tdata(sum), .s_axis_tvalid(sum_valid), .s_axis_tready(sum_ready),
    .m_axis_tdata, .m_axis_tvalid, .m_axis_tready);
endmodule
"""


def unit(pe: int, simd: int, form: str, family: str, cache: Path | None = None) -> SynthResult:
    """Synthesise one unit: 14-bit accumulators, 48 channels of random constants and thresholds, a channel a cycle.

    Args:
        pe, simd: lanes, products of each in a cycle.
        form: of the lanes, a key of `ARITHMETIC`.
        family: xcup, xc7 or ecp5.
        cache: folder of the cache of results.
    """
    text = _TEXT.replace("@BITS@", str(BITS)).replace("@STEPS@", str(STEPS)).replace("@CHANNELS@", str(CHANNELS))
    texts = {**template_texts("common"), "threshold.sv": template_texts("")["threshold.sv"], f"{TOP}.sv": text}
    draw = random.Random(1)
    with tempfile.TemporaryDirectory(prefix="ern-unit-") as name:
        for file, content in texts.items():
            (Path(name) / file).write_text(content)
        for file, bits in (("constants.hex", BITS), ("thresholds.hex", 3 * BITS + 1)):
            words = "".join(f"{draw.getrandbits(bits):x}\n" for _ in range(CHANNELS))
            (Path(name) / file).write_text(words)
        values = {"pe": pe, "simd": simd, "arithmetic": ARITHMETIC[form]}
        return synthesise(Path(name), list(texts), TOP, family, cache=cache, parameters=values, jobs=1)


def figures(result: SynthResult, pe: int, simd: int, form: str) -> dict[str, Any]:
    """One row of the table; `product` is LUTs a product (ECP5: with those in CCU2C), what `LIMITS` bounds."""
    counts, products = result.counts, pe * simd
    luts = counts.lut + (2 * counts.carry if result.family == "ecp5" else 0)
    return {
        "family": result.family,
        "form": form,
        "unit": f"{pe}x{simd}",
        "lut": counts.lut,
        "product": luts / products,
        "sites": result.sites / products,
        "carry": counts.carry / products,
        "ff": counts.ff / products,
        # Of the unit and of the thresholds: in a net a FIFO parts them.
        "levels": max(m.levels for m in result.modules if m.name != TOP and m.levels is not None),
        "dsp": counts.dsp,
        "limit": LIMITS.get((form, pe, simd)),
    }


def holds(row: dict[str, Any]) -> bool:
    """Whether a row has no DSP and, where there is a bound for it, keeps the bound and the levels."""
    bound = row["limit"] is None or (row["product"] <= row["limit"] and row["levels"] <= MOST_LEVELS)
    return row["dsp"] == 0 and bound


def run(folder: Path) -> Outcome:
    """Every size in every form; results are cached below `folder`."""
    rows = [
        figures(unit(pe, simd, form, family, folder / "cache"), pe, simd, form)
        for family, form in FORMS
        for pe, simd in SIZES
    ]
    keys = [key for key in rows[0] if key != "dsp"]
    lines = ["| " + " | ".join(keys) + " |", "|" + "---|" * len(keys)]
    lines += ["| " + " | ".join(_cell(row[key]) for key in keys) + " |" for row in rows]
    return Outcome({"rows": rows}, "\n".join(lines), all(map(holds, rows)))


def _cell(value: Any) -> str:
    return "" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)
