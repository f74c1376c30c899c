# SPDX-License-Identifier: Apache-2.0
"""FINN's reports: ints, floats and strings for the same number, keys that differ by version."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reports.parse import parse
from reports.parsed import Parsed

Read = Callable[[Any], Parsed]
ESTIMATE = {
    "MVAU_hls_0": {"BRAM_18K": 3, "BRAM_efficiency": 0.5, "LUT": 100, "URAM": 0, "URAM_efficiency": 1, "DSP": 2},
    "MVAU_rtl_0": {"BRAM_18K": 1, "BRAM_efficiency": 0.5, "LUT": 50.0, "URAM": 1, "URAM_efficiency": 1, "DSP": 0},
    "total": {"BRAM_18K": 4.0, "LUT": 150.0, "URAM": 1.0, "DSP": 2.0},
}
SIMULATED = {
    "cycles": 41, "N": 1, "latency_cycles": 40, "interval_cycles": 39, "TIMEOUT": 0, "UNFINISHED_INS": 0,
    "runtime[ms]": 8.2e-05, "throughput[images/s]": 12195121.951219512, "fclk[mhz]": 500.0,
    "stable_throughput[images/s]": 12195121.951219512,
}  # fmt: skip
OOC = {
    "vivado_proj_folder": "x", "LUT": 343.0, "FF": 423.0, "DSP": 0.0, "BRAM": 1.5, "WNS": 1.25, "": 0,
    "fmax_mhz": 250.0, "estimated_throughput_fps": 2.5e6,
}  # fmt: skip
NETWORK = {
    "critical_path_cycles": 40, "max_cycles": 10, "max_cycles_node_name": "MVAU_hls_0",
    "estimated_throughput_fps": 1e7, "estimated_latency_ns": 400.0,
}  # fmt: skip
ROW = '<tablecell contents="{}"/>'
XML = """<?xml version="1.0"?>
<RptDoc cmdline="x" designname="top" designstate="Routed" partname="xczu3eg" title="Utilization Design Information">
<section title="Utilization by Hierarchy"><table>{rows}</table></section></RptDoc>"""


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def parse_value(value: Any) -> Parsed:
        path = tmp_path / "some.file"
        path.write_text(value if isinstance(value, str) else json.dumps(value, indent=2))
        return parse(path)

    return parse_value


def xml(*rows: tuple[str, ...]) -> str:
    names = (
        "Instance",
        "Module",
        "Total LUTs",
        "Logic LUTs",
        "LUTRAMs",
        "SRLs",
        "FFs",
        "RAMB36",
        "RAMB18",
        "DSP Blocks",
    )
    cells = ["".join(f'<tableheader contents="{name}"/>' for name in names)]
    cells += ["".join(ROW.format(cell) for cell in row) for row in rows]
    return XML.format(rows="".join(f"<tablerow>{row}</tablerow>" for row in cells))


TOP = ("top", "(top)", "60", "50", "6", "4", "30", "1", "1", "2")
CHILD = ("  a", "alpha", "60", "50", "6", "4", "30", "1", "1", "2")


def test_estimate(read: Read) -> None:
    parsed = read(ESTIMATE)
    assert parsed.usable and (parsed.kind, parsed.stage) == ("finn_estimate_layer_resources", "estimate")
    assert parsed.figures.known() == {"lut": 150, "bram18": 4, "uram": 1, "dsp": 2}
    assert [module.path for module in parsed.modules] == ["MVAU_hls_0", "MVAU_rtl_0"]


@pytest.mark.parametrize("key", ["LUT", "BRAM_18K", "DSP"])
def test_estimate_whose_layers_do_not_add_up(read: Read, key: str) -> None:
    layer = {**ESTIMATE["MVAU_hls_0"], key: 77}
    assert not read({**ESTIMATE, "MVAU_hls_0": layer}).usable
    layer[key] = ESTIMATE["MVAU_hls_0"][key] + 1
    assert not read({**ESTIMATE, "MVAU_hls_0": layer}).usable, "by one"
    del layer[key]
    assert not read({**ESTIMATE, "MVAU_hls_0": layer}).usable
    assert not read({name: entry for name, entry in ESTIMATE.items() if name != "total"}).usable


def test_hls_resources_have_no_total_and_none_is_made_up(read: Read) -> None:
    layer = {"BRAM_18K": "0", "FF": "9809", "LUT": "28946", "DSP48E": 0, "URAM": "0", "DSP": "3"}
    parsed = read({"MVAU_hls_0": layer, "MVAU_hls_1": {**layer, "LUT": "?"}})
    assert parsed.kind == "finn_estimate_layer_resources_hls" and not parsed.figures.known()
    assert parsed.modules[0].figures.known() == {"lut": 28946, "ff": 9809, "bram18": 0, "uram": 0, "dsp": 3}
    assert not parsed.usable and "LUT is '?'" in parsed.problems[0].text


def test_dsps_of_two_spellings(read: Read) -> None:
    both = {name: {**entry, "DSP48E": entry["DSP"]} for name, entry in ESTIMATE.items()}
    assert read(both).figures.dsp == 2
    both["total"]["DSP48E"] = 3
    assert read(both).problems[0].text == "total: DSP is 2, DSP48E 3"


def test_an_entry_that_is_no_layer_does_not_hide_the_others(read: Read) -> None:
    parsed = read({"note": 3, **ESTIMATE})
    assert [problem.text for problem in parsed.problems] == ["note is no object of counts"]
    assert parsed.figures.lut == 150 and len(parsed.modules) == 2
    spoilt = read({"MVAU_0": 0, "MVAU_1": "x", "MVAU_2": 434})
    assert [(module.path, module.figures.ii_max) for module in spoilt.modules] == [("MVAU_0", 0), ("MVAU_2", 434)]


def test_layer_cycles(read: Read) -> None:
    parsed = read({"MVAU_0": 434, "Thresholding_Batch_0": 1})
    assert parsed.usable and parsed.kind == "finn_estimate_layer_cycles" and not parsed.figures.known()
    assert [(module.path, module.figures.ii_max) for module in parsed.modules] == [
        ("MVAU_0", 434), ("Thresholding_Batch_0", 1)
    ]  # fmt: skip
    assert not read({"MVAU_0": 434, "MVAU_1": "x"}).usable


def test_network_performance(read: Read) -> None:
    parsed = read(NETWORK)
    assert parsed.usable and parsed.figures.known() == {"fps": 1e7}
    assert not read({**NETWORK, "max_cycles": 11}).usable
    assert not read({key: value for key, value in NETWORK.items() if key != "max_cycles"}).usable


def test_out_of_context_synthesis(read: Read) -> None:
    parsed = read(OOC)
    assert parsed.usable and (parsed.kind, parsed.stage) == ("finn_ooc_synth_and_timing", "route")
    assert parsed.figures.known() == {
        "lut": 343, "ff": 423, "dsp": 0, "bram18": 3, "wns_ns": 1.25, "fmax_mhz": 250, "fps": 2.5e6,
    }  # fmt: skip
    assert parsed.details["clock_period_ns"] == 5.25, "4 ns and the slack"
    newer = read({**OOC, "BRAM": 1.5, "BRAM_18K": 1.0, "BRAM_36K": 1.0, "URAM": 0.0, "vivado_version": 2022.2})
    assert newer.figures.bram18 == 3 and newer.version == "2022.2" and newer.figures.uram == 0
    assert not read({**OOC, "BRAM_18K": 2.0, "BRAM_36K": 1.0}).usable
    assert not read({**OOC, "fmax_mhz": 250.4}).usable


@pytest.mark.parametrize("key", ["LUT", "FF", "DSP", "BRAM", "WNS", "fmax_mhz"])
def test_lost_key(read: Read, key: str) -> None:
    assert not read({name: value for name, value in OOC.items() if name != key}).usable


def test_simulation(read: Read) -> None:
    parsed = read(SIMULATED)
    assert parsed.usable and (parsed.kind, parsed.stage) == ("finn_rtlsim_performance", "rtlsim")
    figures = parsed.figures
    assert (figures.latency_min, figures.latency_max, figures.ii_min, figures.ii_max) == (40, 40, 39, 39)
    assert (figures.transactions, figures.clock_target_ns) == (1, 2)
    older = {key: SIMULATED[key] for key in SIMULATED if key not in ("interval_cycles", "stable_throughput[images/s]")}
    assert read(older).usable and read(older).figures.ii_max is None


def test_simulation_at_a_slow_clock(read: Read) -> None:
    slow = {**SIMULATED, "fclk[mhz]": 1.0, "runtime[ms]": 0.041, "throughput[images/s]": 1000 / 0.041}
    parsed = read(slow)
    assert parsed.usable and parsed.figures.clock_target_ns == 1000
    assert not read({**slow, "fclk[mhz]": 0.0}).usable


@pytest.mark.parametrize(("key", "value"), [("cycles", 42), ("N", 2), ("latency_cycles", 50), ("TIMEOUT", 1)])
def test_simulation_that_failed_or_contradicts_itself(read: Read, key: str, value: int) -> None:
    assert not read({**SIMULATED, key: value}).usable


def test_synthesis_counts_tiles_and_halves(read: Read) -> None:
    layer = {"LUT": 10, "SRL": 0, "FF": 20, "BRAM_36K": 2, "BRAM_18K": 1, "DSP": 3}
    top = {"LUT": 90, "SRL": 1, "FF": 80, "BRAM_36K": 96, "BRAM_18K": 7, "DSP": 27}
    parsed = read({"(top)": top, "MVAU_hls_0": layer})
    assert parsed.usable and parsed.kind == "finn_post_synth_resources_json"
    assert parsed.figures.known() == {"lut": 90, "ff": 80, "bram18": 199, "dsp": 27}
    assert not read({"(top)": top, "MVAU_hls_0": {**layer, "DSP": 28}}).usable


def test_synthesis_xml(read: Read) -> None:
    parsed = read(xml(TOP, CHILD))
    assert parsed.usable and (parsed.kind, parsed.device) == ("finn_post_synth_resources_xml", "xczu3eg")
    assert parsed.figures.known() == {"lut": 60, "lutram": 10, "ff": 30, "bram18": 3, "dsp": 2}
    assert [module.path for module in parsed.modules] == ["top", "top/a"]


def test_other_xml_and_other_texts_are_not_finns(read: Read) -> None:
    assert read(XML.format(rows="")).kind == "finn_post_synth_resources_xml"
    for text in ('<RptDoc title="other">', "Utilization by Hierarchy"):
        assert read(text).kind == "unknown"


def test_a_second_table_is_another_design(read: Read) -> None:
    text = xml(TOP, CHILD)
    table = text[text.index("<table>") : text.index("</table>") + len("</table>")]
    (problem,) = read(text.replace(table, table * 2)).problems
    assert problem.text == "has a second table; two designs in one file?"


def test_a_bad_row_of_xml_is_named_by_its_number(read: Read) -> None:
    parsed = read(xml(TOP, (*CHILD[:6], "many", *CHILD[7:])))
    assert (parsed.problems[0].line, parsed.problems[0].text) == (3, "is 'many', not a count")


@pytest.mark.parametrize(
    "text",
    [
        xml(TOP, (*CHILD[:6], "31", *CHILD[7:])),
        xml(CHILD, TOP),
        xml(TOP, CHILD)[:-20],
        xml(TOP, CHILD[:-1]),
        xml(TOP, CHILD).replace('contents="FFs"', 'contents="Flops"'),
        xml(TOP, CHILD).replace("<RptDoc", "<!DOCTYPE a [<!ENTITY b 'c'>]><RptDoc"),
    ],
)
def test_xml_that_is_not_sound(read: Read, text: str) -> None:
    assert not read(text).usable
