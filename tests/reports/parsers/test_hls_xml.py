# SPDX-License-Identifier: Apache-2.0
"""csynth.xml of Vivado HLS and Vitis HLS."""

from __future__ import annotations

from pathlib import Path

import hls_samples as samples
import pytest
from reading import Read, spoilt_lines

from reports.errors import ReportError
from reports.parse import parse
from reports.parsers.hls_csynth_xml import texts
from reports.source import Source

FIGURES = samples.FIGURES


@pytest.mark.parametrize(
    ("version", "dsp", "kind"),
    [
        ("2018.3", "DSP48E", "vivado_hls_csynth_xml"),
        ("2020.1", "DSP48E", "vivado_hls_csynth_xml"),
        ("2020.1", "DSP", "vitis_hls_csynth_xml"),
        ("2025.1", "DSP", "vitis_hls_csynth_xml"),
    ],
)
def test_the_tool_shows_in_the_name_of_its_dsps(read: Read, version: str, dsp: str, kind: str) -> None:
    parsed = read(samples.csynth_xml(version, dsp))
    assert (parsed.kind, parsed.version, parsed.device, parsed.top) == (kind, version, samples.PART, "top")
    assert parsed.tool == ("Vivado HLS" if kind.startswith("vivado") else "Vitis HLS")
    assert parsed.figures.known() == FIGURES
    assert parsed.usable


@pytest.mark.parametrize(("version", "kind"), [("2020.1", "vivado"), ("2020.2", "vitis")])
def test_the_version_tells_the_tool_where_no_dsp_does(read: Read, version: str, kind: str) -> None:
    text = samples.csynth_xml(version)
    assert read(text[: text.index("<AreaEstimates>")]).kind == f"{kind}_hls_csynth_xml"


def test_the_design_counts_and_not_its_last_module(read: Read) -> None:
    parsed = read(samples.csynth_xml(modules=samples.MODULES))
    assert parsed.usable
    assert parsed.figures.lut == 400
    paths = {module.path: module for module in parsed.modules}
    assert list(paths) == ["top", "top/first_U0", "top/first_U0/inner_U0"]
    first = paths["top/first_U0"]
    assert (first.module, first.figures.lut, first.figures.ii_min, first.figures.ii_max) == ("first", 150, 10, 15)
    assert paths["top/first_U0/inner_U0"].unknown == {"latency_min": "undef", "latency_max": "undef"}


def test_undef_is_unknown(read: Read) -> None:
    parsed = read(samples.csynth_xml(cycles=("undef",) * 4))
    assert set(parsed.unknown.values()) == {"undef"}
    assert len(parsed.unknown) == 4
    assert parsed.usable


def test_a_version_without_intervals_has_none(read: Read) -> None:
    parsed = read(samples.csynth_xml("2014.1", "DSP48E", interval=False))
    assert parsed.usable
    assert parsed.figures.ii_min is None
    assert "ii_min" not in parsed.unknown
    assert read(samples.csynth_xml("2016.4", "DSP48E", interval=False)).usable
    for version in ("2017.1", "2023.1"):
        assert not read(samples.csynth_xml(version, interval=False)).usable


@pytest.mark.parametrize(("ff", "usable"), [(53199, False), (53200, True), (212800, True), (212801, False)])
def test_flip_flops_of_a_device_are_one_to_four_for_a_lut(read: Read, ff: int, usable: bool) -> None:
    parsed = read(samples.csynth_xml().replace("<FF>106400</FF>", f"<FF>{ff}</FF>"))
    assert parsed.usable is usable and parsed.figures.ff == (100 if usable else None)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("<LUT>400</LUT>\n", "", "lut"),
        ("<LUT>400</LUT>", "<LUT>4OO</LUT>", "lut"),
        ("<LUT>400</LUT>\n", "<LUT>400</LUT>\n<LUT>400</LUT>\n", "LUT"),
        ("<URAM>0</URAM>\n</Resources>", "</Resources>", "uram"),
        ("<DSP>5</DSP>\n", "", "dsp"),
        ("<unit>clock cycles</unit>\n", "", "latency_min"),
        ("<Best-caseLatency>20</Best-caseLatency>\n", "", "latency_min"),
        ("<Interval-max>31</Interval-max>\n", "", "ii_max"),
        ("<Interval-max>31</Interval-max>", "<Interval-max>91</Interval-max>", "ii_max"),
        ("<Average-caseLatency>25<", "<Average-caseLatency>45<", "latency_min"),
        ("<Part>xc7z020-clg400-1</Part>\n", "", "Part"),
        ("<Version>2023.1</Version>\n", "", "ReportVersion"),
        ("<EstimatedClockPeriod>4.100</EstimatedClockPeriod>\n", "", "clock_estimated_ns"),
        ("<FF>106400</FF>", "<FF>100</FF>", "ff"),
        ("</profile>", "", ""),
        ("<BRAM_18K>280</BRAM_18K>", "<BRAM_18K>0</BRAM_18K>", "bram18"),
    ],
)
def test_a_spoilt_file_is_not_taken_as_good(read: Read, old: str, new: str, field: str) -> None:
    text = samples.csynth_xml()
    assert old in text
    parsed = read(text.replace(old, new, 1))
    assert not parsed.usable
    assert field in {problem.field for problem in parsed.problems}
    for name, value in parsed.figures.known().items():
        assert value == FIGURES[name] or name == field


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("<Name>inner</Name>", "<Name>first</Name>", "modules"),
        ("<Name>inner</Name>", "", "modules"),
        ("<InstName>inner_U0</InstName>", "", "modules"),
        ("<InstName>inner_U0</InstName>", "<InstName>a</InstName><InstName>b</InstName>", "modules"),
        ("<ModuleName>inner</ModuleName>", "<ModuleName></ModuleName>", "modules"),
        ("<LUT>15</LUT>", "", "modules"),
        ("<PipelineInitiationInterval>10 ~ 15</PipelineInitiationInterval>", "", "modules"),
        ("<AVAIL_DSP>220<", "<AVAIL_URAM>0</AVAIL_URAM><AVAIL_DSP>220<", "modules"),
        ("</Module>\n<Module>\n", "<Module>\n</Module>\n", "modules"),
        ("<LUT>15</LUT>", "<LUT>1S</LUT>", "modules"),
        ("<UTIL_DSP>1<", "<UTIL_DSP>4<", "dsp"),
        ("<AVAIL_DSP>220<", "<AVAIL_DSP>240<", "dsp"),
        ("50.000 ns", "90.000 ns", "modules"),
        ("10 ~ 15", "10 ~ 17", "modules"),
        ("<Worst-caseLatency>15<", "<Worst-caseLatency>5<", "modules"),
    ],
)
def test_spoilt_modules_are_noticed(read: Read, old: str, new: str, field: str) -> None:
    assert old in samples.MODULES
    parsed = read(samples.csynth_xml(modules=samples.MODULES.replace(old, new, 1)))
    assert not parsed.complete
    assert field in {problem.field for problem in parsed.problems}


def test_a_black_box_is_an_instance_without_a_module(read: Read) -> None:
    modules = samples.MODULES.replace("<ModuleName>inner</ModuleName>", "<ModuleName>rtl_box</ModuleName>")
    parsed = read(samples.csynth_xml(modules=modules))
    assert parsed.usable
    assert parsed.modules[-1].module == "rtl_box"
    assert parsed.modules[-1].figures.known() == {}


def test_modules_without_a_hierarchy_hang_below_the_top(read: Read) -> None:
    modules = samples.MODULES[samples.MODULES.index("<ModuleInformation>") :]
    assert [module.path for module in read(samples.csynth_xml(modules=modules)).modules] == [
        "top",
        "top/first",
        "top/inner",
    ]


def test_the_top_among_the_modules_must_say_the_same(read: Read) -> None:
    modules = samples.MODULES.replace("<Name>inner</Name>", "<Name>top</Name>")
    parsed = read(samples.csynth_xml(modules=modules))
    assert {"ff", "bram18", "dsp"} <= {problem.field for problem in parsed.problems}
    assert parsed.figures.lut == 400  # only the LUT of a csynth.xml may differ there, by a few


def test_every_cut_is_noticed(read: Read) -> None:
    text = samples.csynth_xml(modules=samples.MODULES)
    for end in range(0, len(text.rstrip()) - 1, 17):
        parsed = read(text[:end])
        assert not parsed.complete
        assert end < 100 or parsed.problems[0].line == text[:end].rstrip("\n").count("\n") + 1, "where it breaks"
        for name, value in parsed.figures.known().items():
            assert value == FIGURES[name]


def test_every_lost_doubled_or_exchanged_line_leaves_true_figures(read: Read) -> None:
    for at, line, spoilt in spoilt_lines(samples.csynth_xml()):
        parsed = read(spoilt)
        for name, value in parsed.figures.known().items():
            assert value == FIGURES[name], (at, line)


@pytest.mark.parametrize(
    "text",
    [
        "<!DOCTYPE profile>\n" + samples.csynth_xml(),
        '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>\n<profile><ReportVersion>&b;</ReportVersion></profile>',
        "<profile><ReportVersion>&b;</ReportVersion></profile>",
        "<profile><ReportVersion>" + "<a>" * 5000,
        "<profile><ReportVersion>\n" + "<a/>\n" * 20000,
        "<profile><ReportVersion><Version>2023.1</Version></ReportVersion></profile>",
        "<profile><ReportVersion>\x1b[31m<b>\udcff",
    ],
)
def test_hostile_files_are_refused_without_a_traceback(tmp_path: Path, text: str) -> None:
    path = tmp_path / "csynth.xml"
    path.write_bytes(text.encode(errors="surrogateescape"))
    parsed = parse(path)
    assert not parsed.complete
    assert parsed.figures.known() == {}


def test_a_document_type_is_refused_wherever_the_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "csynth.xml"
    path.write_text("<!DOCTYPE profile>\n" + samples.csynth_xml())
    with pytest.raises(ReportError, match="holds a document type"):
        texts(Source(path))


@pytest.mark.parametrize("start", ["<profile><ReportVersion>", "<profile>\n<PerformanceEstimates>"])
def test_either_of_the_first_elements_tells_the_file(read: Read, start: str) -> None:
    assert read(start).kind == "vivado_hls_csynth_xml" and not read(start).complete
    assert read(start.replace("profile", "profil")).kind == "unknown"


def test_elements_are_bounded(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    text = samples.csynth_xml()
    elements = text.count("</")
    monkeypatch.setattr("reports.parsers.hls_xml.MOST_ELEMENTS", elements)
    assert read(text).usable
    monkeypatch.setattr("reports.parsers.hls_xml.MOST_ELEMENTS", elements - 1)
    assert f"more than {elements - 1} elements" in read(text).problems[0].text
