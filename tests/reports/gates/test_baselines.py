# SPDX-License-Identifier: Apache-2.0
"""Baselines: the same bytes for the same reports, read strictly; diffs of reports, folders, baselines and commits."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tool_samples import TREE, hierarchy, module, parsed

import reports.commands.diff
from reports.__main__ import main
from reports.baseline import baseline_of, looks_like, parse_baseline, read_baseline, to_text, to_yaml, write_baseline
from reports.diff import changes
from reports.errors import ReportError
from reports.subject import all_subjects

Save = Callable[..., Path]
Data = dict[str, Any]
REPORTS = (
    parsed(lut=300, ff=60, tool="Vivado", version="2023.2",
           modules=(module("top", lut=300), module("top/b", lut=50), module("top/a", lut=150),
                    module("top/a/x/y", lut=1))),
    parsed("vivado_timing", wns_ns=0.25, device="xck26"),
    parsed("vitis_hls_csynth_rpt", "csynth", latency_max=9),
)  # fmt: skip


def test_one_line_a_module_and_nothing_of_the_machine() -> None:
    text = to_text(baseline_of(all_subjects(REPORTS)))
    assert text == (
        '{\n "baseline": 1,\n "designs": {\n'
        '  "top csynth": {\n   "figures": {"latency_max": 9}\n  },\n'
        '  "top route": {\n   "tool": "Vivado 2023.2",\n   "device": "xck26",\n'
        '   "figures": {"lut": 300, "ff": 60, "wns_ns": 0.25},\n   "modules": {\n'
        '    "top": {"lut": 300},\n    "top/a": {"lut": 150},\n    "top/b": {"lut": 50}\n   }\n  }\n }\n}\n'
    )


def test_the_order_of_reports_and_modules_changes_nothing() -> None:
    text = to_text(baseline_of(all_subjects(REPORTS)))
    shuffled = parsed(lut=300, ff=60, tool="Vivado", version="2023.2", modules=REPORTS[0].modules[::-1])
    assert to_text(baseline_of(all_subjects((REPORTS[2], REPORTS[1], shuffled)))) == text


@pytest.mark.parametrize("name", ["top.json", "top.yaml", "top.yml"])
def test_a_baseline_comes_back(name: str, tmp_path: Path) -> None:
    written = baseline_of(all_subjects(REPORTS))
    write_baseline(tmp_path / name, written)
    assert read_baseline(tmp_path / name).designs == written.designs
    assert looks_like((tmp_path / name).read_text())


@pytest.mark.parametrize("write", [to_text, to_yaml])
def test_a_baseline_cut_anywhere_is_refused(write: Callable[[Any], str]) -> None:
    text = write(baseline_of(all_subjects(REPORTS)))
    whole = parse_baseline(text).designs
    for end in range(len(text.rstrip())):
        with pytest.raises(ReportError):
            parse_baseline(text[:end])
    assert parse_baseline(text.rstrip()).designs == whole


def test_depth_of_modules() -> None:
    assert "top/a/x/y" in to_text(baseline_of(all_subjects(REPORTS), depth=None))
    assert '"top": {"lut": 300}' not in to_text(baseline_of(all_subjects(REPORTS), depth=0))


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"baseline": 2, "designs": {}}', '{"baseline": 1, "designs": {}}', '{"baseline": 1}',
     '{"baseline": 1, "designs": {"a": {"figures": {"lutt": 3}}}}',
     '{"baseline": 1, "designs": {"a": {"figures": {"lut": "3"}}}}',
     '{"baseline": 1, "designs": {"a": {"figures": {"lut": NaN}}}}', '{"baseline": 1, "designs": {"a": {}}}',
     '{"baseline": 1, "designs": {"a": {"figures": {}, "modules": {"b": 3}}}}', "baseline: 1\ndesigns: [",
     "baseline: 1\ndesigns: [\n...\n", "a: b"],
)  # fmt: skip
def test_broken_baselines_are_two(text: str, save: Save, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ReportError):
        parse_baseline(text)
    base, report = str(save(text, "base.json")), str(save(hierarchy(), "hier.rpt"))
    assert main(["gate", "--baseline", base, report]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_update_writes_nothing_from_a_broken_report(save: Save, tmp_path: Path) -> None:
    base = tmp_path / "base.json"
    assert main(["baseline", "update", str(save(hierarchy(), "a.rpt")), "-o", str(base)]) == 0
    before = base.read_bytes()
    assert main(["baseline", "update", str(save(hierarchy()[:-150], "b.rpt")), "-o", str(base)]) == 2
    assert base.read_bytes() == before
    assert main(["baseline", "update", str(save(hierarchy(), "a.rpt")), "-o", str(base), "--depth", "-1"]) == 2
    assert main(["baseline", "update", str(save(hierarchy(), "a.rpt")), "-o", str(tmp_path / "a.rpt" / "x.json")]) == 2
    base.write_text("broken")
    assert main(["baseline", "update", str(save(hierarchy(), "a.rpt")), "-o", str(base)]) == 2, (
        "an old file that is none"
    )


def test_update_says_what_changed(save: Save, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = str(tmp_path / "base.yaml")
    main(["baseline", "update", str(save(hierarchy(), "a.rpt")), "-o", base])
    capsys.readouterr()
    grown = [(name, kind, lut * 2 if name.strip() == "pool" else lut, ff, dsp) for name, kind, lut, ff, dsp in TREE]
    grown[0] = ("top", "(top)", 350, 60, 0)
    assert main(["baseline", "update", "--json", str(save(hierarchy(grown), "b.rpt")), "-o", base]) == 0
    found = json.loads(capsys.readouterr().out)
    first = found["changes"][0]
    assert found["written"] and (first["module"], first["figure"], first["new"]) == ("top/pool", "lut", 100)


def test_report_json_as_a_baseline(data: Data, save: Save, tmp_path: Path) -> None:
    base = tmp_path / "zoo.json"
    assert main(["baseline", "update", str(save(data)), "-o", str(base)]) == 0
    designs = read_baseline(base).designs
    assert set(designs) == {"ern_small build", "ern_small synth rtl xcup", "ern_small synth rtl ecp5"}
    assert designs["ern_small build"].figures["ii_max"] == 6272
    assert designs["ern_small synth rtl xcup"].modules["ern_small/conv1"]["lut"] == 700
    assert main(["gate", "--baseline", str(base), str(save(data))]) == 0
    data["performance"].update(latency_cycles=9001)
    assert main(["gate", "--baseline", str(base), str(save(data))]) == 1


def test_changes_are_by_module_and_the_most_changed_is_first() -> None:
    old = baseline_of(
        all_subjects([parsed(lut=100, ff=10, modules=(module("a", lut=50, ff=8), module("gone", lut=1)))])
    )
    new = baseline_of(all_subjects([parsed(lut=103, ff=10, modules=(module("a", lut=53, ff=4),))]))
    assert [(c.module, c.figure) for c in changes(old, new)] == [
        ("gone", "lut"),
        ("a", "ff"),
        ("a", "lut"),
        ("", "lut"),
    ]
    assert [c.relative for c in changes(old, new)][1:] == [-0.5, pytest.approx(0.06), pytest.approx(0.03)]
    assert changes(old, old) == []


def test_a_zero_that_appears_is_the_least_change() -> None:
    old = baseline_of(all_subjects([parsed(lut=100, modules=(module("a", lut=50), module("b", lut=9)))]))
    new = baseline_of(all_subjects([parsed(lut=101, modules=(module("a", lut=50, dsp=0), module("b", lut=9, dsp=1)))]))
    assert [(c.module, c.figure) for c in changes(old, new)] == [("b", "dsp"), ("", "lut"), ("a", "dsp")]


def test_two_single_designs_are_compared_whatever_they_are_called() -> None:
    old, new = (
        baseline_of(all_subjects([parsed(stage=stage, lut=lut)])) for stage, lut in (("synth", 5), ("route", 4))
    )
    (change,) = changes(old, new)
    assert change.design == "top synth -> top route" and (change.old, change.new) == (5, 4)


def test_diff_of_folders(save: Save, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, tree in (
        ("old", TREE),
        ("new", [("top", "(top)", 301, 60, 0), ("  (top)", "(top)", 101, 20, 0), *TREE[2:]]),
    ):
        (tmp_path / name / "impl").mkdir(parents=True)
        (tmp_path / name / "impl" / "hier.rpt").write_text(hierarchy(tree))
        (tmp_path / name / "notes.txt").write_text("nothing")
    old, new = str(tmp_path / "old"), str(tmp_path / "new")
    assert main(["diff", "--json", old, new]) == 0
    assert {c["figure"] for c in json.loads(capsys.readouterr().out)["changes"]} == {"lut"}
    (tmp_path / "new" / "impl" / "hier.rpt").write_text(hierarchy()[:-150])
    assert main(["diff", old, new]) == 2
    (tmp_path / "empty").mkdir()
    assert main(["diff", old, str(tmp_path / "empty")]) == 2


def test_diff_of_a_build_folder_takes_its_report_json(data: Data, tmp_path: Path, save: Save) -> None:
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "report.json").write_text(json.dumps(data))
    (tmp_path / "build" / "broken.rpt").write_text(hierarchy()[:-150])
    assert main(["diff", str(tmp_path / "build"), str(save(data))]) == 0


def test_a_folder_of_very_many_files_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports.commands.diff, "MOST_FILES", 1)
    for name in ("a.rpt", "b.rpt"):
        (tmp_path / name).write_text(hierarchy())
    assert main(["diff", str(tmp_path), str(tmp_path / "a.rpt")]) == 2


def test_diff_of_contradicting_reports_is_refused(save: Save, tmp_path: Path) -> None:
    (tmp_path / "build").mkdir()
    for i in range(2):
        tree = [(name, kind, lut + i, ff, dsp) for name, kind, lut, ff, dsp in TREE]
        (tmp_path / "build" / f"{i}.rpt").write_text(hierarchy(tree))
    assert main(["diff", str(tmp_path / "build"), str(save(hierarchy(), "a.rpt"))]) == 2


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a baseline in two commits and a report in one."""
    folder = tmp_path / "repository"
    (folder / "base").mkdir(parents=True)
    monkeypatch.chdir(folder)
    git = ["git", "-c", "user.name=n", "-c", "user.email=e", "-c", "commit.gpgsign=false"]
    subprocess.run([*git, "init", "-q"], check=True)
    for lut in (300, 330):
        write_baseline(folder / "base" / "top.json", baseline_of(all_subjects([parsed(lut=lut)])))
        (folder / "hier.rpt").write_text(hierarchy([("top", "(top)", lut, 60, 0)]))
        subprocess.run([*git, "add", "-A"], check=True)
        subprocess.run([*git, "commit", "-q", "-m", str(lut)], check=True)
    return folder


@pytest.mark.parametrize("path", ["base/top.json", "hier.rpt"])
def test_diff_of_two_commits(path: str, repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "--git", "HEAD~1", "HEAD", path]) == 0
    assert "+10.00 %" in capsys.readouterr().out


def test_diff_of_commits_from_a_folder_below(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository / "base")
    assert main(["diff", "--git", "HEAD~1", "HEAD", "top.json"]) == 0


@pytest.mark.parametrize(
    "arguments",
    [["HEAD", "nothing", "base/top.json"], ["HEAD", "HEAD", "absent.json"], ["HEAD:x", "HEAD", "base/top.json"],
     ["HEAD", "HEAD"], ["HEAD", "HEAD", "base"]],
)  # fmt: skip
def test_commits_that_cannot_be_compared(
    arguments: list[str], repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diff", "--git", *arguments]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_diff_without_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert main(["diff", "--git", "HEAD", "HEAD", "x.json"]) == 2
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["diff", "--git", "HEAD", "HEAD", "x.json"]) == 2
    assert main(["diff", "a.rpt", "b.rpt", "c.rpt"]) == 2


def test_yaml_is_reviewable() -> None:
    assert "    top/a: {lut: 150}\n" in to_yaml(baseline_of(all_subjects(REPORTS)))
