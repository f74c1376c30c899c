# SPDX-License-Identifier: Apache-2.0
"""Every format of every command: what it must say, and that no name in a report drives its reader."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as Tree
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring
from hostile import NAMES

from reports.__main__ import main
from reports.baseline import Baseline, Design
from reports.budget import budget_of
from reports.diff import change_table, changes
from reports.document import Document, read_findings, verdict_document
from reports.formats import FORMATS, github
from reports.gate import judge
from reports.parsed import Figures, Module, Parsed, Problem
from reports.show import tables
from reports.validate import problems
from reports.verdict import Finding, Verdict, verdict_json

Save = Callable[..., Path]
FIXTURES = Path(__file__).parents[1] / "fixtures"
CLEAN, MULTIPLIED = FIXTURES / "yosys_070_xcup.json", FIXTURES / "yosys_070_ecp5_multiply.txt"
SARIF = json.loads((Path(__file__).parent / "sarif_used.schema.json").read_text())


def _report(name: str = "top", **figures: Any) -> Parsed:
    figures = {"lut": 5, "dsp": 1, **figures}
    rows = (Module(name, Figures(lut=5, dsp=1)), Module(f"{name}/{name}", Figures(lut=4, dsp=1), name))
    return Parsed(f"{name}.rpt", "vivado_util", tool=name, version=name, device=name, stage="route", top=name,
                  state=name, figures=Figures(**figures), modules=rows)  # fmt: skip


def _documents(name: str) -> list[Document]:
    """What every command could say about a report that calls everything by one name."""
    good, broken = _report(name), Parsed(name, "unknown", problems=(Problem(name, name, 3, name),), complete=False)
    budget = budget_of({"dsp": 0, "lut": 9, "wns_ns": 0, "modules": {"**": {"dsp": 0}}})
    old, new = Baseline({name: Design({"lut": 1}, {name: {"ff": 1}})}), Baseline({name: Design({"lut": 2})}, name)
    found = changes(old, new)
    notes = tuple(Finding("note", new.file, "change lut", name, subject=name) for _ in found)
    return [
        verdict_document(judge([good, broken], budget)),
        Document(name, tuple(tables(good)), read_findings([good, broken]), {name: [name]}),
        Document(name, (change_table(found),), notes, {"changes": [name]}),
    ]


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_names_drive_no_terminal_and_no_server(name: str) -> None:
    for document in _documents(name):
        for form in ("text", "markdown", "json", "github", "junit", "sarif"):
            text = FORMATS[form](document)
            text.encode()
            assert all(c.isprintable() or c == "\n" or (form == "markdown" and c == "\u200b") for c in text), form
            commands = [line for line in text.split("\n") if line.lstrip().startswith("::")]
            if form == "github":
                expected = [f for f in document.findings if f.status != "pass"]
                assert len(commands) == len(expected)
                assert all(re.fullmatch(r"::(error|notice) [^:\n]*::.*", line) for line in commands)
            else:
                assert commands == []
            if form != "markdown":
                assert "##[" not in text and "##vso" not in text


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_names_change_no_structure(name: str) -> None:
    for plain, document in zip(_documents("top"), _documents(name), strict=True):
        json.loads(FORMATS["json"](document))
        root, model = fromstring(FORMATS["junit"](document)), fromstring(FORMATS["junit"](plain))
        assert [element.tag for element in root.iter()].count("testcase") == len(document.findings)
        assert root.attrib.keys() == model.attrib.keys()
        log = json.loads(FORMATS["sarif"](document))
        assert problems(log, SARIF) == [] and len(log["runs"][0]["results"]) == len(document.findings)
        page = FORMATS["markdown"](document)
        assert not re.search(r"(?<!\\)<", page) and page.count("\n") == FORMATS["markdown"](plain).count("\n")
        for line in page.splitlines():
            if line.startswith("| "):
                assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) in (3, 4, 5, 7, 8)


def test_junit_of_a_verdict() -> None:
    verdict = judge([_report(), Parsed("bad.rpt", "unknown", problems=(Problem("bad.rpt", "is empty"),))],
                    budget_of({"dsp": 0, "lut": 9}))  # fmt: skip
    root = fromstring(FORMATS["junit"](verdict_document(verdict)))
    assert root.attrib | {"name": ""} == {
        "name": "",
        "tests": "3",
        "failures": "1",
        "errors": "1",
        "skipped": "0",
        "time": "0",
    }
    by_name = {case.get("name"): case for case in root.iter("testcase")}
    assert [child.tag for child in by_name["input"]] == ["error"], (
        "an unusable report is an error, neither pass nor skip"
    )
    assert [child.tag for child in by_name["dsp: top route"]] == ["failure"]
    assert [child.tag for child in by_name["lut: top route"]] == ["system-out"]
    assert [suite.get("name") for suite in root] == ["bad.rpt", "top.rpt"]
    assert not list(root.iter("skipped"))


def test_sarif_of_a_verdict() -> None:
    verdict = judge([_report()], budget_of({"dsp": 0, "lut": 9}))
    log = json.loads(FORMATS["sarif"](verdict_document(verdict)))
    assert problems(log, SARIF) == []
    run = log["runs"][0]
    assert [(r["ruleId"], r["kind"], r["level"]) for r in run["results"]] == [
        ("dsp", "fail", "error"),
        ("lut", "pass", "none"),
    ]
    assert all(run["tool"]["driver"]["rules"][r["ruleIndex"]]["id"] == r["ruleId"] for r in run["results"])
    assert run["invocations"][0]["executionSuccessful"] is True
    refused = json.loads(
        FORMATS["sarif"](verdict_document(judge([Parsed("a b:c.rpt", "x", complete=False)], budget_of({"dsp": 0}))))
    )
    (result,) = refused["runs"][0]["results"]
    assert refused["runs"][0]["invocations"][0]["executionSuccessful"] is False and result["level"] == "error"
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%20b%3Ac.rpt"


def test_the_used_part_of_sarif_refuses_what_is_wrong() -> None:
    log = json.loads(FORMATS["sarif"](verdict_document(judge([_report()], budget_of({"dsp": 0})))))
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert problems(log, SARIF)


def test_github_commands_are_escaped() -> None:
    finding = Finding("error", "a,b:c.rpt", "dsp", "100 % of ::x\nnext", 7)
    text = github.write(Document("t", (), (finding,), None))
    assert text.endswith("::error file=a%2Cb%3Ac.rpt,line=7,title=reports dsp::100 %25 of ::x?next\n")


def test_annotations_have_a_bound_and_errors_go_first() -> None:
    findings = (*(Finding("note", "f", "r", str(i)) for i in range(60)), Finding("fail", "f", "r", "it failed"))
    commands = [x for x in github.write(Document("t", (), findings, None)).splitlines() if x.startswith("::")]
    assert len(commands) == github.MOST + 1 and commands[0].startswith("::error file=f,")
    assert commands[-1].endswith("::11 further findings are in the log of this step")


def test_the_page_of_a_job_is_appended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "summary.md"
    page.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    assert main(["gate", "--format", "github", str(MULTIPLIED)]) == 1
    assert main(["gate", str(MULTIPLIED)]) == 1, "other formats leave the page alone"
    text = page.read_text()
    assert text.startswith("before\n# FAIL: 0 of 1 gates pass\n") and text.count("FAIL: 0 of 1") == 1


def test_a_page_larger_than_github_shows_says_so(tmp_path: Path) -> None:
    finding = Finding("note", "f", "r", "é" * 2000)
    document = verdict_document(Verdict((finding,) * 700))
    github.summary(document, tmp_path / "page.md")
    data = (tmp_path / "page.md").read_bytes()
    assert len(data) < 2**20 and "shortened" in data.decode()


def test_a_page_that_cannot_be_written_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path))
    assert main(["gate", "--format", "github", str(CLEAN)]) == 2


def test_files_beside_standard_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    junit, sarif = tmp_path / "out" / "gates.xml", tmp_path / "gates.sarif"
    written = ["--write", f"junit={junit}", "--write", f"sarif={sarif}"]
    assert main(["gate", *written, str(MULTIPLIED)]) == 1
    assert Tree.parse(junit).getroot().get("failures") == "1" and json.loads(sarif.read_text())["version"] == "2.1.0"
    assert capsys.readouterr().out.startswith("FAIL: 0 of 1 gates pass\n")
    assert main(["gate", "--write", f"junit={tmp_path}/gates.sarif/x", str(CLEAN)]) == 2
    for bad in ("junit", "pdf=x", "junit="):
        with pytest.raises(SystemExit):
            main(["gate", "--write", bad, str(CLEAN)])


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("command", ["parse", "show", "gate", "diff"])
def test_every_command_speaks_every_format(command: str, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    files = [str(CLEAN), str(MULTIPLIED)] if command in ("diff",) else [str(CLEAN)]
    assert main([command, "--format", form, *files]) == 0
    _well_formed(form, capsys.readouterr().out)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("command", ["parse", "show", "gate", "diff"])
def test_every_command_refuses_in_every_format(
    command: str, form: str, save: Save, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = str(save(CLEAN.read_text()[:-40], "cut.json"))
    assert main([command, "--format", form, *([broken, str(CLEAN)] if command == "diff" else [broken])]) == 2
    out, err = capsys.readouterr()
    _well_formed(form, out)
    assert "Traceback" not in err and ("error" in out or "ERROR" in out or "error" in err)
    if form == "junit":
        assert fromstring(out).get("errors") != "0"


def _well_formed(form: str, text: str) -> None:
    if form == "json":
        json.loads(text)
    elif form == "junit":
        assert fromstring(text).tag == "testsuites"
    elif form == "sarif":
        assert problems(json.loads(text), SARIF) == []


def test_hostile_file_names(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    path = tmp_path / "a\n::error::x\x1b[2J\udcff.rpt"
    path.write_text("nothing")
    for form in FORMATS:
        assert main(["gate", "--format", form, str(path)]) == 2
        out, err = capsysbinary.readouterr()
        assert b"\x1b" not in out + err and b"\n::error::x" not in out + err


def test_a_report_that_is_not_complete_is_an_error_in_every_format() -> None:
    (finding,) = read_findings([Parsed("f", "vivado_util", complete=False)])
    assert (finding.status, finding.file) == ("error", "f")


def test_cells_of_a_family_without_a_table_are_listed() -> None:
    report = Parsed("f", "yosys_stat_json", top="t", family="unheard", cells={"AND2": 3})
    assert [table.title for table in tables(report)] == ["f", "Cells"]


def test_a_verdict_without_findings_is_no_pass() -> None:
    document = verdict_document(Verdict(()))
    assert Verdict(()).exit_code == 2 and verdict_json(Verdict(()))["passed"] is False
    assert document.title.startswith("UNUSABLE") and fromstring(FORMATS["junit"](document)).get("tests") == "0"


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (
        ["--version"],
        ["--help"],
        ["gate", "--help"],
        ["baseline", "--help"],
        ["baseline", "update", "--help"],
    ):
        with pytest.raises(SystemExit) as end:
            main(arguments)
        assert end.value.code == 0
    out = capsys.readouterr().out
    assert out.startswith("reports ") and "exit codes" in out
