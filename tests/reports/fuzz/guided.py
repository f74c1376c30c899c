# SPDX-License-Identifier: Apache-2.0
"""Coverage-guided fuzzing of each parser: `python tests/reports/fuzz/guided.py [--seconds 20] [--only NAME]`.

atheris mutates reports of our own making towards code that no report has reached. A finding is an exception, a result
that breaks `judge.sanity`, more than ten seconds or more than 2 GiB; its input is kept, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

sys.path += [str(Path(__file__).parents[1] / room) for room in ("fuzz", "parsers", "")]

TARGETS = (
    "hls_csynth", "hls_summary", "hls_csynth_xml", "hls_cosim", "hls_trace", "hls_log", "vivado_util", "vivado_hier",
    "vpp_util", "vivado_timing", "vivado_power", "finn_json", "finn_xml", "nextpnr", "yosys_stat",
)  # fmt: skip
FOLDER = Path("build") / "fuzz"
LONGEST, MEMORY = 10, 2048


def seeds(target: str, folder: Path) -> int:
    """Write the reports that a parser reads; how many."""
    import importlib

    from bases import own

    from reports.source import Source

    parser = importlib.import_module(f"reports.parsers.{target}")
    folder.mkdir(parents=True, exist_ok=True)
    for number, base in enumerate(own()):
        path = folder / f"{number:03}"
        path.write_bytes(base.data)
        if parser.recognise(Source(path)) is None:
            path.unlink()
    return len(list(folder.iterdir()))


def one(target: str, options: Sequence[str]) -> None:
    """Fuzz a parser in this process until the time is over; libFuzzer ends it at the first finding."""
    import atheris

    with atheris.instrument_imports(include=["reports"]):
        import reports.parse
    from judge import sanity

    path = Path(tempfile.mkdtemp()) / "report"

    def test(data: bytes) -> None:
        path.write_bytes(data)
        wrong = sanity(reports.parse.parse(path))
        if wrong:
            raise AssertionError(wrong[0])

    atheris.Setup([target, *options], test)
    atheris.Fuzz()


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz every parser, each in a process of its own."""
    parser = argparse.ArgumentParser(prog="guided.py", description=__doc__)
    parser.add_argument("--seconds", type=int, default=20, help="for each parser")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="parsers whose name holds this")
    asked = parser.parse_args(arguments)
    found = 0
    for target in (name for name in TARGETS if asked.only in name):
        kept = FOLDER / target
        kept.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            if not seeds(target, Path(folder)):
                raise SystemExit(f"{target}: no report to begin with")
            options = [
                folder, f"-max_total_time={asked.seconds}", f"-timeout={LONGEST}", f"-rss_limit_mb={MEMORY}",
                f"-seed={asked.seed}", "-max_len=20000", f"-artifact_prefix={kept}/", "-print_final_stats=1",
            ]  # fmt: skip
            run = subprocess.run(
                [sys.executable, __file__, "--target", target, *options],
                capture_output=True,
                text=True,
                errors="replace",
            )
        stats = [line for line in run.stderr.splitlines() if "number_of_executed_units" in line or "DONE" in line]
        print(f"{target:16} exit {run.returncode}  {'  '.join(stats)}", flush=True)
        if run.returncode:
            found += 1
            print(run.stdout[-2000:], run.stderr[-600:])
            print(f"Again: {sys.executable} {__file__} --target {target} {kept}/crash-... (see above)")
    return 1 if found else 0


if __name__ == "__main__":
    if "--target" in sys.argv[1:2]:
        one(sys.argv[2], sys.argv[3:])
    else:
        sys.exit(main())
