# SPDX-License-Identifier: Apache-2.0
"""The same net with and without the shared constant scale: accuracy, and what the residual path costs without it.

Accuracy: ern_tiny on held-out digits, several seeds of each kind, from committed weights (flow.experiments.train_scales
made them). Cost: `residual_add.sv` against `scaled_residual_add.sv`, which multiplies each channel of both streams by
its own constant from a ROM, synthesised by Yosys with DSP inference on.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from flow.emit.plan import write_atomic
from flow.emit.rtl import template_texts
from flow.experiments.base import Outcome, check_lines, table
from flow.experiments.networks import load
from flow.experiments.picture import COLOURS, figure, save
from flow.experiments.scaled_net import FixedAdd, fixed_adds, logits
from flow.experiments.train_scales import DATA
from flow.lower import lower_network
from flow.lower.network import Network
from flow.types import Range

MARGIN = 0.01
CLAIM = (
    "one shared constant scale costs at most 1 percentage point of accuracy (ern_tiny, mean over seeds) and its "
    "residual addition takes 0 DSP, where scales of their own take DSPs, or more LUTs in their place"
)
FIXED_BITS = (4, 8, 12)
HARDWARE_BITS = 8
BEATS = (1, 4, 8)
FAMILIES = ("xcup", "ecp5")
SHARED, MULTIPLIED, SHIFTED = "shared scale", "own scales, *", "own scales, shift and add"
MODULES: dict[str, tuple[str, dict[str, int]]] = {
    SHARED: ("residual_add", {}),
    MULTIPLIED: ("scaled_residual_add", {"multiply": 1}),
    SHIFTED: ("scaled_residual_add", {"multiply": 0}),
}
"""Module and parameters of each form of a residual addition."""


def run(
    output: Path,
    beats: Sequence[int] = BEATS,
    families: Sequence[str] = FAMILIES,
    modules: Mapping[str, tuple[str, dict[str, int]]] = MODULES,
    data: Path = DATA,
) -> Outcome:
    """Measure; write shared_scale.svg and shared_scale.md below `output`.

    Args:
        output: folder of tables and pictures.
        beats: channels a beat to synthesise.
        families: device families.
        modules: module and parameters of each form.
        data: trained networks.

    Raises:
        DataError: the file of networks or the data set is missing or damaged.
        ToolError: Yosys is missing or fails.
    """
    networks, facts = load(data)
    accuracy = accuracies(networks)
    add = list(fixed_adds(networks["channel_1"], HARDWARE_BITS).values())[-1]
    cost = costs(add, beats, families, modules)
    checks = _checks(accuracy, cost)
    text = _report(accuracy, cost, add, facts, checks)
    _picture(accuracy, cost, output / "shared_scale.svg")
    write_atomic(output / "shared_scale.md", text + "\n")
    result = {"claim": CLAIM, "training": facts, "accuracy": accuracy, "cost": cost, "checks": checks}
    return Outcome(result, text, all(checks.values()))


def accuracies(networks: Mapping[str, Network]) -> dict[str, list[float]]:
    """Fraction of held-out digits right, by kind, one number a seed.

    `shared`: the integer graph. `channel`: real scales. `channel, 8 bits`: scales in fixed point, as hardware has them.
    """
    from qmodels.datasets import load as load_data

    data = load_data("digits")

    def right(values: Any) -> float:
        return float((values.argmax(axis=1) == data.test_y).mean())

    found: dict[str, list[float]] = {}
    for name, network in networks.items():
        kind = name.rsplit("_", 1)[0]
        if kind == "shared":
            found.setdefault(kind, []).append(right(lower_network(network).run(data.test_x)["logits"]))
            continue
        found.setdefault(kind, []).append(right(logits(network, data.test_x)))
        for bits in FIXED_BITS:
            found.setdefault(f"{kind}, {bits} bits", []).append(right(logits(network, data.test_x, bits)))
    return found


def costs(
    add: FixedAdd, beats: Sequence[int], families: Sequence[str], modules: Mapping[str, tuple[str, dict[str, int]]]
) -> list[dict[str, Any]]:
    """LUT, FF and DSP of every form of one residual addition, one row a family, form and beat."""
    from tqdm import tqdm

    cases = [(family, form, beat) for family in families for beat in beats for form in modules]
    return [
        {"family": family, "form": form, "stream_channels": beat, **_synthesise(add, family, beat, *modules[form])}
        for family, form, beat in tqdm(cases, desc="synthesis", unit="module", leave=False, disable=None)
    ]


def sources(add: FixedAdd, beat: int) -> dict[str, str]:
    """SystemVerilog files of both forms and the ROM of scales, by file name."""
    channels = len(add.scales[0])
    words = []
    for group in range(channels // beat):
        word = 0
        lanes = [scale for scales in add.scales for scale in scales[group * beat : (group + 1) * beat]]
        for index, scale in enumerate(lanes):
            word |= int(scale) << (index * HARDWARE_BITS)
        words.append(f"{word:x}\n")
    own = resources.files("flow.experiments") / "data" / "scaled_residual_add.sv"
    return {
        **template_texts("common"),
        "residual_add.sv": template_texts("")["residual_add.sv"],
        "scaled_residual_add.sv": own.read_text(),
        "scales.hex": "".join(words),
    }


def parameters(add: FixedAdd, module: str, beat: int) -> dict[str, int]:
    """Parameters of a module for one residual addition."""
    low, high = add.inputs
    both = {"channels": len(add.scales[0]), "stream_channels": beat, "bits_0": low.bits, "bits_1": high.bits}
    if module == "residual_add":
        sum_bits = (low + high).bits
        return {**both, "stream_channels_in_0": beat, "stream_channels_in_1": beat, "sum_bits": sum_bits}
    return {**both, "scale_bits": HARDWARE_BITS, "sum_bits": add.range.bits}


def _synthesise(add: FixedAdd, family: str, beat: int, module: str, extra: dict[str, int]) -> dict[str, Any]:
    from flow.synthesise.yosys import synthesise

    chosen = {**parameters(add, module, beat), **extra}
    with tempfile.TemporaryDirectory(prefix="ern-scale-") as name:
        folder = Path(name)
        for path, text in sources(add, beat).items():
            (folder / path).write_text(text)
        files = sorted(path.name for path in folder.glob("*.sv"))
        found = synthesise(folder, files, module, family, parameters=chosen, flat=True)
    counts = found.counts
    figures = {"lut": counts.lut, "carry": counts.carry, "ff": counts.ff, "dsp": counts.dsp}
    return {"sum_bits": chosen["sum_bits"], **figures}


def _checks(accuracy: Mapping[str, list[float]], cost: Sequence[Mapping[str, Any]]) -> dict[str, bool]:
    def rows(form: str) -> dict[tuple[str, int], Mapping[str, Any]]:
        return {(row["family"], row["stream_channels"]): row for row in cost if row["form"] == form}

    shared, own, shifted = rows(SHARED), rows(MULTIPLIED), rows(SHIFTED)
    lost = float(np.mean(accuracy["channel"]) - np.mean(accuracy["shared"]))
    return {
        f"accuracy with the shared scale within {MARGIN:.1%} of that without": lost <= MARGIN,
        "the shared scale takes 0 DSP": bool(shared) and all(row["dsp"] == 0 for row in shared.values()),
        "scales of their own take DSPs when multiplied": bool(own) and all(row["dsp"] > 0 for row in own.values()),
        "scales of their own take more LUTs when shifted and added": bool(shifted)
        and all(_logic(row) > _logic(shared[key]) for key, row in shifted.items()),
    }


def _logic(row: Mapping[str, Any]) -> int:
    """LUTs, those inside ECP5's carry cells included: a CCU2C is made of two."""
    return int(row["lut"] + (2 * row["carry"] if row["family"] == "ecp5" else 0))


def _report(
    accuracy: Mapping[str, list[float]],
    cost: Sequence[Mapping[str, Any]],
    add: FixedAdd,
    facts: Mapping[str, Any],
    checks: dict[str, bool],
) -> str:
    seeds = range(1, len(accuracy["shared"]) + 1)
    header = ["residual scale", *(f"seed {seed}, %" for seed in seeds), "mean, %"]
    scores = [
        [kind, *(f"{100 * value:.2f}" for value in [*values, float(np.mean(values))])]
        for kind, values in accuracy.items()
    ]
    keys = ("family", "form", "stream_channels", "sum_bits", "lut", "carry", "ff", "dsp")
    names = ["family", "residual addition", "channels a beat", "bits of the sum", "LUT", "carry", "FF", "DSP"]
    return "\n".join(
        [
            f"# Shared scale\n\nClaim: {CLAIM}.\n",
            f"Accuracy of {facts['model']} on held-out digits (weights: `{facts['command']}`):\n",
            table(header, scores),
            f"\n`{add.name}` of {facts['model']} ({len(add.scales[0])} channels, streams of {_bits(add.inputs)} bits, "
            f"scales of {HARDWARE_BITS} bits), Yosys, DSP inference on:\n",
            table(names, [[row[key] for key in keys] for row in cost]),
            "\ncarry: CARRY4 (xcup), CCU2C (ecp5; each holds two LUTs, which the column LUT leaves out).\n",
            check_lines(checks),
        ]
    )


def _bits(ranges: tuple[Range, Range]) -> str:
    return " and ".join(str(found.bits) for found in ranges)


def _picture(accuracy: Mapping[str, list[float]], cost: Sequence[Mapping[str, Any]], path: Path) -> None:
    families = list(dict.fromkeys(row["family"] for row in cost))
    forms = list(dict.fromkeys(row["form"] for row in cost))
    made, axes = figure(1, 1 + len(families), 3.6 * (1 + len(families)), 3.4)
    first = axes[0][0]
    for place, (kind, values) in enumerate(accuracy.items()):
        colour = COLOURS[0 if kind == "shared" else 1]
        first.plot([place] * len(values), [100 * v for v in values], "o", color=colour, alpha=0.5, markersize=4)
        first.plot([place - 0.25, place + 0.25], [100 * float(np.mean(values))] * 2, color=colour, linewidth=2)
    first.set_xticks(range(len(accuracy)), list(accuracy), rotation=30, ha="right")
    first.set_ylabel("accuracy on held-out digits (%)")
    first.set_ylim(95, 100)
    for axis, family in zip(axes[0][1:], families, strict=True):
        for index, form in enumerate(forms):
            rows = [row for row in cost if row["family"] == family and row["form"] == form]
            places = np.arange(len(rows)) + 0.27 * (index - 1)
            bars = axis.bar(places, [_logic(row) for row in rows], 0.25, color=COLOURS[index], label=form)
            axis.bar_label(bars, [f"{row['dsp']} DSP" if row["dsp"] else "" for row in rows], fontsize=7, rotation=90)
            axis.set_xticks(range(len(rows)), [str(row["stream_channels"]) for row in rows])
        axis.set_title(f"one residual addition, {family}", fontsize=10)
        axis.set_xlabel("channels a beat")
        axis.set_ylabel("LUT" if family != "ecp5" else "LUT, carry cells included")
    axes[0][-1].legend(frameon=False, fontsize=8, loc="upper left")
    save(made, path)
