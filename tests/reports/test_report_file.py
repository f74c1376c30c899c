# SPDX-License-Identifier: Apache-2.0
"""report.json: strict, without contradictions, whole or not at all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from reports import schema
from reports.errors import ReportError, SchemaError
from reports.parse import parse
from reports.report import parse_report, read_report, report_json, report_of, write_report
from reports.validate import report_schema

CHECK = Path(__file__).resolve().parents[3] / "shared" / "check" / "report_json.py"
Change = Callable[[dict[str, Any]], Any]


def test_round_trip(data: dict[str, Any], tmp_path: Path) -> None:
    report = report_of(data)
    assert report_json(report) == data and next(iter(report_json(report))) == "schema"
    write_report(tmp_path / "a" / "report.json", report)
    assert read_report(tmp_path / "a" / "report.json") == report
    assert parse(tmp_path / "a" / "report.json").report == report
    assert report.passed and report.pair("graph=csim") is not None and len(report.rows("synth")) == 2


def test_types_and_schema_file_have_the_same_fields() -> None:
    root = report_schema()
    names = {cls: "".join("_" + c.lower() if c.isupper() else c for c in cls).lstrip("_") for cls in dir(schema)}
    seen = set()
    for cls, name in names.items():
        found = getattr(schema, cls)
        if is_dataclass(found) and isinstance(found, type):
            described = root if cls == "Report" else root["$defs"][name]
            assert {f.name for f in fields(found)} == set(described["properties"]), cls
            seen.add(name)
    assert set(root["$defs"]) == seen - {"report"}


def test_example_of_the_documentation_keeps_the_schema() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "report.md").read_text()
    parse_report(text.split("```json\n")[1].split("```")[0])
    missing = [
        name
        for described in (report_schema(), *report_schema()["$defs"].values())
        for name in described["properties"]
        if f"`{name}`" not in text
    ]
    assert not missing, "docs/report.md tells every field"


CHANGES: dict[str, tuple[Change, str]] = {
    "schema of the future": (lambda d: d.update(schema=2), "schema"),
    "schema as text": (lambda d: d.update(schema="1"), "schema"),
    "no gates": (lambda d: d.pop("gates"), "gates"),
    "unknown field": (lambda d: d.update(lut=3), "lut"),
    "dsp absent": (lambda d: d["resources"][1].pop("dsp"), "resources[1].dsp"),
    "dsp a fraction": (lambda d: d["resources"][1].update(dsp=0.0), "resources[1].dsp"),
    "dsp as truth": (lambda d: d["resources"][1].update(dsp=False), "resources[1].dsp"),
    "lut negative": (lambda d: d["resources"][1].update(lut=-1), "resources[1].lut"),
    "family unknown": (lambda d: d["resources"][1].update(family="xc9"), "resources[1].family"),
    "accuracy in per cent": (lambda d: d["accuracy"].update(graph=92.6), "accuracy.graph"),
    "pair without two sides": (lambda d: d["exactness"][0].update(pair="graph"), "exactness[0].pair"),
    "nothing compared": (lambda d: d["exactness"][0].update(values=0), "exactness[0].values"),
    "status unknown": (lambda d: d["gates"][0].update(status="skipped"), "gates[0].status"),
    "clock of zero": (lambda d: d.update(clock_mhz=0), "clock_mhz"),
    "list for object": (lambda d: d.update(performance=[]), "performance"),
    "name of the model": (lambda d: d.update(model="../x"), "model"),
    "clock basis": (lambda d: d["performance"].update(clock_basis="guessed"), "performance.clock_basis"),
    # Contradictions.
    "gate passes wrongly": (lambda d: d["gates"][0].update(value=3), "gates[0].status"),
    "gate fails wrongly": (lambda d: d["gates"][0].update(status="fail"), "gates[0].status"),
    "more mismatches than values": (lambda d: d["exactness"][0].update(mismatches=10**6), "exactness[0].mismatches"),
    "pair twice": (lambda d: d["exactness"].append(d["exactness"][0]), "exactness[3].pair"),
    "lut is not what the cells make": (lambda d: d["resources"][1].update(lut=999), "resources[1].lut"),
    "dsp is not what the cells make": (lambda d: d["resources"][1]["cells"].update(DSP48E2=4), "resources[1].dsp"),
    "unknown cell": (lambda d: d["resources"][1]["cells"].update(MYIP=1), "resources[1].cells"),
    "no proof": (lambda d: d["resources"][1].pop("cells"), "resources[1].cells"),
    "modules miss cells": (lambda d: d["resources"][1]["modules"][0].update(cells={}), "resources[1].modules"),
    "levels are not those of the modules": (lambda d: d["resources"][1].update(levels=3), "resources[1].levels"),
    "sites are not those of the modules": (lambda d: d["resources"][1].update(sites=1), "resources[1].sites"),
    "a DSP kind was not looked for": (lambda d: d["resources"][1]["dsp_kinds"].pop(), "resources[1].dsp_kinds"),
    "layer twice": (lambda d: d["layers"].append(d["layers"][0]), "layers"),
    "fps without simulation": (lambda d: d["performance"]["cycles_per_frame"].pop("rtlsim"), "performance.fps"),
}


@pytest.mark.parametrize("case", CHANGES)
def test_broken_report_names_the_field(data: dict[str, Any], case: str) -> None:
    change, place = CHANGES[case]
    change(data)
    with pytest.raises(SchemaError) as error:
        report_of(json.loads(json.dumps(data)), "r.json")
    assert error.value.place == place and str(error.value).startswith(f"r.json: {place}: ")


@pytest.mark.parametrize(
    "text", ["", "  \n", "{", "[]", "null", '{"schema": 1, "schema": 1}', '{"schema": NaN}', "[" * 100_000, "\0"]
)
def test_unusable_text_is_refused(text: str, save: Callable[[Any], Path]) -> None:
    with pytest.raises(ReportError):
        read_report(save(text))


def test_missing_file_and_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.json", tmp_path):
        with pytest.raises(ReportError, match="cannot be read"):
            read_report(path)


def test_broken_report_is_not_written(data: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    write_report(path, report_of(data))
    before = path.read_bytes()
    broken = schema.Report(**{**report_of(data).__dict__, "clock_mhz": -1})
    with pytest.raises(SchemaError):
        write_report(path, broken)
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["report.json"]


def test_unwritable_place(data: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ReportError, match="cannot be written"):
        write_report(tmp_path / "file" / "report.json", report_of(data))


@pytest.mark.skipif(not CHECK.is_file(), reason="the acceptance script is not beside the checkout")
def test_acceptance_script(data: dict[str, Any], tmp_path: Path) -> None:
    write_report(tmp_path / "report.json", report_of(data))
    limits = ["families=2", "family=xcup", "lut=1000", "accuracy=0.925", "fps=30000", "cycles=6300"]
    command = [sys.executable, str(CHECK), str(tmp_path / "report.json"), *limits]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


def test_reports_import_nothing_of_the_flow() -> None:
    code = "import sys, reports.__main__; print([m for m in sys.modules if m.split('.')[0] in " \
        "('flow', 'qmodels', 'numpy', 'tensorflow', 'hls4ml')])"  # fmt: skip
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
