# SPDX-License-Identifier: Apache-2.0
"""Synthesis by real Yosys: figures, cache, interruption, bad input."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from flow.cli.build import summary
from flow.errors import ToolError
from flow.synthesise import yosys
from flow.synthesise.result import SynthResult
from flow.synthesise.yosys import synthesise
from tests.signals import heed_ctrl_c

FAMILIES = ("xcup", "ecp5")
FILES = ("rom.sv", "lane.sv", "top.sv")
Run = Callable[..., SynthResult]


@pytest.mark.parametrize("family", FAMILIES)
def test_small_design_has_no_dsp_and_its_memories(run: Run, family: str) -> None:
    result = run(family)
    assert result.counts.dsp == 0 and result.dsp_cells == ()
    assert result.counts.bram18 == 2
    assert result.counts.ff == 39
    assert result.version == yosys.version()
    row = result.resource()
    assert (row.family, row.tool, row.lut) == (family, "yosys", result.counts.lut)


def test_what_the_command_prints_of_each_family(run: Run) -> None:
    results = {family: run(family) for family in FAMILIES}
    lines = summary("synth", {family: found.to_json() for family, found in results.items()}, "").splitlines()
    for line, (family, found) in zip(lines, results.items(), strict=True):
        expected = (
            f"{family}: {found.counts.lut:,} LUT, 39 FF, 2 BRAM18, 0 URAM, 0 DSP; at most {found.levels} LUT levels"
        )
        assert line.startswith(expected)


@pytest.mark.parametrize("family", FAMILIES)
def test_hierarchical_agrees_with_flat(run: Run, family: str) -> None:
    hierarchical, flat = run(family).counts, run(family, flat=True).counts
    assert abs(hierarchical.lut - flat.lut) <= 0.02 * flat.lut
    assert abs(hierarchical.ff - flat.ff) <= 0.02 * flat.ff
    assert hierarchical.bram18 == flat.bram18


def test_every_child_of_the_top_has_figures(run: Run) -> None:
    result = run("xcup")
    paths = [instance.path for instance in result.instances]
    assert paths == ["gen[0].lane_b", "lane_a", "lane_c", "rom_a", "rom_b"]
    wide, narrow = result.instance("lane_a"), result.instance("lane_c")
    assert wide is not None and narrow is not None and wide.lut > narrow.lut > 0
    assert result.instance("nowhere") is None
    lanes = [module for module in result.modules if module.name.startswith("lane")]
    assert sorted(module.instances for module in lanes) == [1, 2]


@pytest.mark.parametrize("family", FAMILIES)
def test_multiply_variant_is_found_by_module_and_cell(run: Run, multiplied: Path, family: str) -> None:
    result = run(family, multiplied)
    assert result.counts.dsp >= 20
    assert {cell.module.split(" ")[0] for cell in result.dsp_cells} == {"lane"}
    assert {cell.kind for cell in result.dsp_cells} <= {"DSP48E2", "MULT18X18D"}


def test_result_survives_json(run: Run) -> None:
    result = run("xcup")
    again = SynthResult.from_json(json.loads(json.dumps(result.to_json())))
    assert again.to_json() == result.to_json() and again.counts == result.counts


def test_second_run_comes_from_the_cache(copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, int]] = []
    first = synthesise(copy, FILES, "top", "ecp5", cache=tmp_path, progress=lambda n, all_, _: seen.append((n, all_)))
    assert seen and seen[-1][0] == seen[-1][1]
    monkeypatch.setattr(yosys, "_elaborate", lambda *_: pytest.fail("was not taken from the cache"))
    again = synthesise(copy, FILES, "top", "ecp5", cache=tmp_path)
    assert again.seconds == 0 and again.cells == first.cells


def test_new_weights_are_another_design(copy: Path, tmp_path: Path) -> None:
    synthesise(copy, FILES, "top", "ecp5", cache=tmp_path)
    (copy / "a.hex").write_text("0000\n" * 512)
    changed = synthesise(copy, FILES, "top", "ecp5", cache=tmp_path)
    assert changed.seconds > 0, "memory contents belong to the digest"
    assert changed.counts.bram18 == 1, "a memory of zeros needs no block RAM"


def test_comment_and_place_do_not_matter(copy: Path, tmp_path: Path) -> None:
    first = synthesise(copy, FILES, "top", "ecp5", cache=tmp_path / "cache")
    runs = len(list((tmp_path / "cache").rglob("batch/*.json")))
    moved = copy.rename(tmp_path / "moved")
    (moved / "top.sv").write_text((moved / "top.sv").read_text().rstrip() + "\n// the end\n")
    again = synthesise(moved, FILES, "top", "ecp5", cache=tmp_path / "cache")
    assert again.cells == first.cells
    assert len(list((tmp_path / "cache").rglob("batch/*.json"))) == runs


def test_damaged_cache_is_no_result(copy: Path, tmp_path: Path) -> None:
    first = synthesise(copy, FILES, "top", "ecp5", cache=tmp_path)
    for file in tmp_path.rglob("*.json"):
        file.write_text(file.read_text().replace('"LUT4": ', '"LUT4": 1'))
    again = synthesise(copy, FILES, "top", "ecp5", cache=tmp_path)
    assert again.seconds > 0 and again.cells == first.cells


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_interrupt_leaves_nothing_and_no_process(copy: Path, tmp_path: Path, how: signal.Signals) -> None:
    cache = tmp_path / "cache"
    program = (
        "import sys; from pathlib import Path; from flow.synthesise.yosys import synthesise\n"
        f"synthesise(Path({str(copy)!r}), {FILES!r}, 'top', 'xcup', cache=Path({str(cache)!r}))"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    process = subprocess.Popen(
        [sys.executable, "-c", program], env=environment, stderr=subprocess.DEVNULL, preexec_fn=heed_ctrl_c
    )
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("ern-yosys-*/batch.il")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(how)
    assert process.wait(timeout=30) != 0
    assert not list(cache.rglob("*.json")), "an interrupted run left a result"
    if how == signal.SIGINT:
        assert not list(tmp_path.glob("ern-yosys-*")), "an interrupted run left its working folder"
    time.sleep(0.5)
    workers = [p for p in Path("/proc").glob("[0-9]*/cmdline") if str(tmp_path).encode() in _read(p)]
    assert not workers, "a worker outlived its caller"


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"family": "stratix"}, "family 'stratix' is unknown; known: xcup, xc7, ecp5"),
        ({"files": ("lane.sv", "absent.sv")}, "absent.sv: no such file"),
        ({"files": ()}, "no source file"),
        ({"files": ("a;b.sv",)}, "file name 'a;b.sv'"),
        ({"top": "top; write_file x"}, "cannot be a name"),
        ({"top": "nothing"}, "nothing"),
    ],
)
def test_bad_request_is_one_message(copy: Path, tmp_path: Path, change: dict[str, object], message: str) -> None:
    asked = {"folder": copy, "files": FILES, "top": "top", "family": "xcup", "cache": tmp_path, **change}
    with pytest.raises(ToolError) as error:
        synthesise(**asked)  # type: ignore[arg-type]
    assert message in str(error.value) and "\n" not in str(error.value)


def test_yosys_error_names_file_and_line(copy: Path, tmp_path: Path) -> None:
    (copy / "lane.sv").write_text("module lane(input clk);\n  assign = 3;\nendmodule\n")
    with pytest.raises(ToolError, match=r"lane\.sv:2: ERROR"):
        synthesise(copy, FILES, "top", "xcup", cache=tmp_path)


def test_black_box_is_refused_by_name(copy: Path, tmp_path: Path) -> None:
    text = (copy / "lane.sv").read_text().replace("module lane", "(* blackbox *) module lane")
    (copy / "lane.sv").write_text(text)
    with pytest.raises(ToolError, match="lane"):
        synthesise(copy, FILES, "top", "ecp5", cache=tmp_path)


def test_missing_memory_file_is_an_error(copy: Path, tmp_path: Path) -> None:
    (copy / "b.hex").unlink()
    with pytest.raises(ToolError, match=r"b\.hex"):
        synthesise(copy, FILES, "top", "ecp5", cache=tmp_path)


def test_missing_tool_is_one_message(copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(_: str) -> str:
        raise yosys.metadata.PackageNotFoundError

    monkeypatch.setattr(yosys.metadata, "version", absent)
    with pytest.raises(ToolError, match="pip install pyosys"):
        synthesise(copy, FILES, "top", "ecp5", cache=tmp_path)
