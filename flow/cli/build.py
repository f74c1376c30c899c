# SPDX-License-Identifier: Apache-2.0
"""Commands on builds: build, fold, emit, csim, rtlsim, synth, each a prefix of the pipeline; and route."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from flow.boards.board import FAMILIES
from flow.cli.common import Commands, add_json, add_weights, count, image_size, limit, positive, show

PREFIXES = {
    "build": ("report", "the whole path; exit code 0 only if all gates pass"),
    "fold": ("fold", "pe, simd and FIFO depths for a rate and a board"),
    "emit": ("emit", "write the HLS and SystemVerilog projects"),
    "csim": ("csim", "up to C simulation"),
    "rtlsim": ("rtlsim", "up to cycle-accurate simulation"),
    "synth": ("synth", "up to synthesis"),
    "route": ("route", "place and route on an ECP5 or Nexus board; the routed netlist is simulated, Fmax gated"),
}

FORMS = ("auto", "portable", "plain")


def add_commands(commands: Commands) -> None:  # type: ignore[type-arg]
    """Add the commands of this file."""
    for name, (last, what) in PREFIXES.items():
        parser = commands.add_parser(name, help=what)
        parser.add_argument("model", help="network (ern models lists them), or graph folder with --image")
        parser.add_argument("--board", default="kv260", help="default: kv260")
        parser.add_argument("--fps", type=positive, help="frames a second (default: the board's)")
        parser.add_argument(
            "--image", type=image_size, metavar="HxW", help="image size of a graph folder or an official network"
        )
        add_weights(parser)
        parser.add_argument(
            "--images", type=count, help="images through csim and rtlsim (default: 50; 2 for large ones)"
        )
        parser.add_argument("--seed", type=int, default=1, help="of stalls and noise (default: 1)")
        parser.add_argument("--as-is", action="store_true", help="build the graph itself, without exact rewrites")
        parser.add_argument(
            "--limit", action="append", type=limit, default=[], metavar="KIND=COUNT", dest="limits",
            help="most that the design may take: lut, bram18 or uram; may be given several times",
        )  # fmt: skip
        parser.add_argument(
            "--family", action="append", choices=FAMILIES, default=[], dest="families",
            help="synthesise for this family too (always: the board's and ecp5)",
        )  # fmt: skip
        parser.add_argument("--arithmetic", choices=FORMS, default="auto", help="form of the lanes (default: auto)")
        parser.add_argument("--build-root", type=Path, default=Path("build"), metavar="DIR")
        add_json(parser)
        parser.set_defaults(run=_build, last=last)


def _build(arguments: argparse.Namespace) -> int:
    from flow.pipeline import ROUTE, STEPS, Request, State, run_steps, up_to

    request = Request(
        arguments.model,
        arguments.board,
        arguments.fps,
        arguments.image,
        arguments.build_root,
        arguments.images,
        arguments.seed,
        arguments.weights,
        arguments.as_is,
        arguments.arithmetic,
        dict(arguments.limits),
        tuple(arguments.families),
    )
    state = State(request)
    steps = up_to(ROUTE if arguments.last == "route" else STEPS, arguments.last)
    results = run_steps(state, steps)
    last: dict[str, Any] = results[arguments.last]
    text = last.get("text") or summary(arguments.last, last, str(state.workspace.folder))
    show(arguments, last if arguments.last != "report" else last["report"], text)
    return 0 if last.get("passed", True) and not _mismatches(results) else 1


def _mismatches(results: dict[str, dict[str, Any]]) -> int:
    return sum(r["exactness"]["mismatches"] for r in results.values() if "exactness" in r)


def summary(step: str, result: dict[str, Any], folder: str) -> str:
    """What a command prints of its last step; `result` is that step's, `folder` the build folder."""
    if step == "fold":
        return str(result["explain"])
    if "exactness" in result:
        e = result["exactness"]
        lines = [f"{e['pair']}: {e['mismatches']} mismatches in {e['values']:,} values of {e['images']} images"]
        if "cycles_per_frame" in result:
            lines.append(f"cycles a frame: {result['cycles_per_frame']:,}, latency {result['latency_cycles']:,}")
        return "\n".join(lines + result["differing"])
    if step == "synth":
        return "\n".join(_counts(family, data) for family, data in result.items())
    return f"written to {folder}"


def _counts(family: str, data: dict[str, Any]) -> str:
    """One line: what a design takes in a family."""
    from flow.synthesise import SynthResult

    found = SynthResult.from_json(data)
    names = ("lut", "ff", "bram18", "uram", "dsp")
    counts = ", ".join(f"{getattr(found.counts, name):,} {name.upper()}" for name in names)
    return f"{family}: {counts}; at most {found.levels} LUT levels between registers"
