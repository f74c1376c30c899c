# SPDX-License-Identifier: Apache-2.0
"""Small HLS reports in the layouts of several tool versions, written from scratch: a design `top` with two instances.

LUT 400, FF 100, 3 BRAM18, 5 DSP; latency 20 to 30 at 5 ns, interval 21 to 31; estimate 4.1 ns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

FIGURES = {
    "lut": 400, "ff": 100, "bram18": 3, "uram": 0, "dsp": 5,
    "latency_min": 20, "latency_max": 30, "ii_min": 21, "ii_max": 31,
    "clock_target_ns": 5, "clock_estimated_ns": 4.1, "clock_uncertainty_ns": 0.62,
}  # fmt: skip
RULE = "=" * 64
PART, FAMILY = "xc7z020-clg400-1", "zynq"


def border(widths: Sequence[int], indent: int = 0) -> str:
    """`+---+---+`."""
    return " " * indent + "+" + "+".join("-" * width for width in widths) + "+"


def grid(blocks: Iterable[Iterable[Sequence[str]]], widths: Sequence[int], indent: int = 0) -> list[str]:
    """A drawn table; names are padded to the right, everything else to the left."""
    lines = [border(widths, indent)]
    for block in blocks:
        for cells in block:
            named = cells[0][:1].isalpha() or (not cells[0].strip().isdigit() and "?" not in cells[0])
            first = cells[0].ljust(widths[0]) if named else cells[0].rjust(widths[0])
            texts = [first, *(c.rjust(w) for c, w in zip(cells[1:], widths[1:], strict=True))]
            lines.append(" " * indent + "|" + "|".join(texts) + "|")
        lines.append(border(widths, indent))
    return lines


def section(name: str) -> list[str]:
    """A heading between two rules."""
    return ["", RULE, f"== {name}", RULE]


def _spans(indent: int, *cells: tuple[str, int]) -> str:
    return " " * indent + "|" + "|".join(text.center(width) for text, width in cells) + "|"


def timing(new: bool, estimated: str = "4.100", target: str = "5.00", clocks: Sequence[str] = ("ap_clk",)) -> list[str]:
    """The timing table: plain numbers until 2019.1, with units since."""
    unit = " ns" if new else ""
    rows = [[clock, target + unit, estimated + unit, f"0.62{unit}"] for clock in clocks]
    head = [["Clock", "Target", "Estimated", "Uncertainty"]]
    return ["+ Timing: " if new else "+ Timing (ns): ", "    * Summary: ", *grid([head, rows], (10, 10, 12, 13), 4), ""]


def latency(new: bool, cells: Sequence[str], pipeline: str = "none", times: Sequence[str] = ("", "")) -> list[str]:
    """The latency table: five columns until 2019.1, seven since."""
    if not new:
        lines = grid([[["min", "max", "min", "max", "Type"]], [[*cells, pipeline]]], (12, 12, 12, 12, 10), 4)
        lines.insert(1, _spans(4, ("Latency", 25), ("Interval", 25), ("Pipeline", 10)))
        return ["+ Latency (clock cycles): ", "    * Summary: ", *lines, ""]
    row = [*cells[:2], *times, *cells[2:], pipeline]
    lines = grid([[["min", "max", "min", "max", "min", "max", "Type"]], [row]], (12, 12, 12, 12, 12, 12, 10), 4)
    lines.insert(1, _spans(4, ("Latency (cycles)", 25), ("Latency (absolute)", 25), ("Interval", 25), ("Pipeline", 10)))
    return ["+ Latency: ", "    * Summary: ", *lines, ""]


def latency_detail(new: bool) -> list[str]:
    """Instances of the latency section."""
    lines = ["    + Detail: ", "        * Instance: "]
    if new:
        row = [["first_U0", "first", "10", "15", "50.000 ns", "75.000 ns", "10", "15", "none"]]
        head = [["Instance", "Module", "min", "max", "min", "max", "min", "max", "Type"]]
        table = grid([head, row], (12, 10, 9, 9, 12, 12, 9, 9, 10), 8)
        spans = (
            ("", 12),
            ("", 10),
            ("Latency (cycles)", 19),
            ("Latency (absolute)", 25),
            ("Interval", 19),
            ("Pipeline", 10),
        )
    else:
        row = [["first_U0", "first", "10", "15", "10", "15", "none"]]
        table = grid([[["Instance", "Module", "min", "max", "min", "max", "Type"]], row], (12, 10, 9, 9, 9, 9, 10), 8)
        spans = (("", 12), ("", 10), ("Latency", 19), ("Interval", 19), ("Pipeline", 10))
    table.insert(1, _spans(8, *spans))
    return [*lines, *table, "", "        * Loop: ", "        N/A", "", ""]


def area(dsp: str = "DSP48E", uram: bool = True, slr: bool = False) -> list[str]:
    """The utilization section."""
    extra = ["URAM"] if uram else []
    widths = (21 if slr else 17, 9, 7, 8, 8, *([5] if uram else []))

    def row(name: str, *cells: str) -> list[str]:
        return [name, *cells[: 4 + uram]]

    parts = [
        row("Expression", "-", "2", "0", "100", "-"),
        row("Instance", "3", "3", "60", "250", "0"),
        row("Register", "-", "-", "40", "50", "-"),
    ]
    blocks = [[["Name", "BRAM_18K", dsp, "FF", "LUT", *extra]], parts, [row("Total", "3", "5", "100", "400", "0")]]
    if slr:
        blocks += [
            [row("Available SLR", "140", "110", "53200", "26600", "0")],
            [row("Utilization SLR (%)", "2", "4", "~0", "1", "0")],
        ]
    blocks += [
        [row("Available", "280", "220", "106400", "53200", "0")],
        [row("Utilization (%)", "1", "2", "~0", "~0", "0")],
    ]
    inner = [
        ["first_U0", "first", "1", "3", "40", "150", "0"][: 6 + uram],
        ["second_U0", "second", "2", "0", "20", "100", "0"][: 6 + uram],
    ]
    head = ["Instance", "Module", "BRAM_18K", dsp, "FF", "LUT", *extra]
    total = ["Total", "", "3", "3", "60", "250", "0"][: 6 + uram]
    table = grid([[head], inner, [total]], (12, 10, *widths[1:]), 4)
    return [
        "* Summary: ",
        *grid(blocks, widths),
        "",
        "+ Detail: ",
        "    * Instance: ",
        *table,
        "",
        "    * Memory: ",
        "    N/A",
        "",
    ]


def header(tool: str, version: str, top: str = "top") -> list[str]:
    """Title and header of a module's report."""
    return [
        "", "", RULE, f"== {tool} Report for '{top}'", RULE, "* Date:           Mon Jan  6 10:00:00 2025", "",
        f"* Version:        {version} (Build 1234567 on May 24 2019)", "* Project:        made",
        "* Solution:       solution1",
        f"* Product family: {FAMILY}", f"* Target device:  {PART}", "",
    ]  # fmt: skip


def ports() -> list[str]:
    """The interface section, the last one."""
    rows = [["ap_clk", "in", "1", "ap_ctrl_hs", "top", "return value"], ["x", "in", "16", "ap_none", "x", "scalar"]]
    head = [["RTL Ports", "Dir", "Bits", "Protocol", "Source Object", "C Type"]]
    return [*section("Interface"), "* Summary: ", *grid([head, rows], (11, 5, 5, 12, 15, 14)), ""]


CYCLES = ("20", "30", "21", "31")


def csynth(
    tool: str = "Vivado HLS", version: str = "2019.1", cycles: Sequence[str] = CYCLES, pipeline: str = "none",
    times: Sequence[str] = ("0.100 us", "0.150 us"), dsp: str = "DSP48E", uram: bool = True, slr: bool = False,
    clocks: Sequence[str] = ("ap_clk",), estimated: str = "4.100",
) -> str:  # fmt: skip
    """A `top_csynth.rpt`."""
    new = version >= "2019.2"
    lines = [
        *header(tool, version), *section("Performance Estimates"), *timing(new, estimated, clocks=clocks),
        *latency(new, cycles, pipeline, times), *latency_detail(new),
        *section("Utilization Estimates"), *area(dsp, uram, slr), *ports(),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def csynth_xml(
    version: str = "2023.1", dsp: str = "DSP", cycles: Sequence[str] = ("20", "30", "21", "31"), interval: bool = True,
    modules: str = "", pipeline: str = "none",
) -> str:  # fmt: skip
    """A `top_csynth.xml`; with `modules` a design's csynth.xml."""
    ends = f"<Interval-min>{cycles[2]}</Interval-min>\n<Interval-max>{cycles[3]}</Interval-max>\n" if interval else ""
    flow = "<FlowTarget>vivado</FlowTarget>\n" if dsp == "DSP" else ""
    return f"""<profile>
<ReportVersion>
<Version>{version}</Version>
</ReportVersion>
<UserAssignments>
<unit>ns</unit>
<ProductFamily>{FAMILY}</ProductFamily>
<Part>{PART}</Part>
<TopModelName>top</TopModelName>
<TargetClockPeriod>5.00</TargetClockPeriod>
<ClockUncertainty>0.62</ClockUncertainty>
{flow}</UserAssignments>
<PerformanceEstimates>
<PipelineType>{pipeline}</PipelineType>
<SummaryOfTimingAnalysis>
<unit>ns</unit>
<EstimatedClockPeriod>4.100</EstimatedClockPeriod>
</SummaryOfTimingAnalysis>
<SummaryOfOverallLatency>
<unit>clock cycles</unit>
<Best-caseLatency>{cycles[0]}</Best-caseLatency>
<Average-caseLatency>{"25" if cycles[0].isdigit() else cycles[0]}</Average-caseLatency>
<Worst-caseLatency>{cycles[1]}</Worst-caseLatency>
{ends}</SummaryOfOverallLatency>
</PerformanceEstimates>
<AreaEstimates>
<Resources>
<FF>100</FF>
<LUT>400</LUT>
<BRAM_18K>3</BRAM_18K>
<{dsp}>5</{dsp}>
<URAM>0</URAM>
</Resources>
<AvailableResources>
<BRAM_18K>280</BRAM_18K>
<{dsp}>220</{dsp}>
<FF>106400</FF>
<LUT>53200</LUT>
<URAM>0</URAM>
</AvailableResources>
</AreaEstimates>
<InterfaceSummary>
<RtlPorts><name>ap_clk</name><Object>top</Object><Dir>in</Dir><Bits>1</Bits></RtlPorts>
</InterfaceSummary>
{modules}</profile>
"""


MODULES = """<RTLDesignHierarchy>
<TopModule>
<ModuleName>top</ModuleName>
<InstancesList>
<Instance>
<InstName>first_U0</InstName>
<ModuleName>first</ModuleName>
<InstancesList>
<Instance><InstName>inner_U0</InstName><ModuleName>inner</ModuleName></Instance>
</InstancesList>
</Instance>
</InstancesList>
</TopModule>
</RTLDesignHierarchy>
<ModuleInformation>
<Module>
<Name>first</Name>
<PerformanceEstimates><SummaryOfTimingAnalysis><EstimatedClockPeriod>4.000</EstimatedClockPeriod></SummaryOfTimingAnalysis>
<SummaryOfOverallLatency><Best-caseLatency>10</Best-caseLatency><Worst-caseLatency>15</Worst-caseLatency>
<Best-caseRealTimeLatency>50.000 ns</Best-caseRealTimeLatency>
<PipelineInitiationInterval>10 ~ 15</PipelineInitiationInterval><PipelineType>no</PipelineType>
</SummaryOfOverallLatency></PerformanceEstimates>
<AreaEstimates><Resources><FF>40</FF><AVAIL_FF>106400</AVAIL_FF><UTIL_FF>~0</UTIL_FF><LUT>150</LUT>
<BRAM_18K>1</BRAM_18K><DSP>3</DSP><AVAIL_DSP>220</AVAIL_DSP><UTIL_DSP>1</UTIL_DSP></Resources></AreaEstimates>
</Module>
<Module>
<Name>inner</Name>
<PerformanceEstimates><SummaryOfOverallLatency><Best-caseLatency>undef</Best-caseLatency>
<Worst-caseLatency>undef</Worst-caseLatency></SummaryOfOverallLatency></PerformanceEstimates>
<AreaEstimates><Resources><FF>4</FF><LUT>15</LUT><BRAM_18K>0</BRAM_18K><DSP>0</DSP></Resources></AreaEstimates>
</Module>
</ModuleInformation>
"""


_TREE_HEAD = (
    "     Modules|Issue||Latency|Latency|Iteration||Trip|||||||",
    "     & Loops|Type|Slack|(cycles)|(ns)|Latency|Interval|Count|Pipelined|BRAM|DSP|FF|LUT|URAM",
)
_TREE = (
    " + first|-|0.20|15|75.000|-|15|-|no|1 (~0%)|3 (1%)|40 (~0%)|150 (~0%)|-",
    "  o LOOP_A|-|3.65|13|65.000|2|1|12|yes|-|-|-|-|-",
    "  + inner|-|0.20|2|10.000|-|2|-|yes(flp)|-|-|4 (~0%)|15 (~0%)|-",
    " o LOOP_B|-|3.65|4|20.000|1|rewind|4|yes|-|-|-|-|-",
)
_LATER = ("HW Interfaces", "SW I/O Information", "Bind Op Report", "Bind Storage Report", "Pragma Report")

_BOUND = {
    "Bind Op Report": (
        ["Name", "DSP", "Op"],
        [[" + top", "5", ""], ["   add_fu_1_p2", "-", "add"], ["  + first", "3", ""], ["   + inner (x_fu_5)", "0", ""]],
    ),
    "Bind Storage Report": (["Name", "BRAM", "URAM"], [[" + top", "3", "0"], ["   ram_U", "2", "-"]]),
}


def _cells(lines: Iterable[str]) -> list[list[str]]:
    return [line.split("|")[:14] for line in lines]


def summary(version: str = "2020.2", cycles: str = "30", dsp: str = "5 (2%)", uram: str = "-") -> str:
    """A Vitis HLS `csynth.rpt`; since 2021.1 further sections follow."""
    time, gap = (f"{int(cycles) * 5}.000", str(int(cycles) + 1)) if cycles.isdigit() else ("-", "-")
    top = f"+ top*|Timing|-0.00|{cycles}|{time}|-|{gap}|-|no|3 (1%)|{dsp}|100 (~0%)|400 (~0%)|{uram}"
    tree = grid([_cells(_TREE_HEAD), _cells((top, *_TREE))], (19, 8, 7, 12, 14, 11, 12, 6, 11, 9, 8, 12, 12, 9), 4)
    fields = {
        "Date": "Mon Jan  6 10:00:00 2025", "Version": f"{version} (Build 3064766 on Wed Nov 18 09:12:47 MST 2020)",
        "Project": "made", "Solution": "solution1 (Vivado IP Flow Target)",
        "Product family": FAMILY, "Target device": PART,
    }  # fmt: skip
    lines = ["", "", RULE, "== Synthesis Summary Report of 'top'", RULE, "+ General Information: "]
    lines += [f"    * {name + ':':<15} {value}" for name, value in fields.items()]
    lines += ["    ", "", "+ Performance & Resource Estimates: ", "    "]
    lines += ["    PS: '+' for module; 'o' for loop; '*' for dataflow", *tree, ""]
    for name in _LATER if version >= "2021.1" else ():
        head, rows = _BOUND.get(name, (["Name", "Kind"], [["x", "y"]]))
        lines += [*section(name), *grid([[head], rows], (24, *[8] * (len(head) - 1))), ""]
    return "\n".join(lines) + "\n"


def cosim(rows: Sequence[tuple[str, str, Sequence[str]]], vitis: bool = False, total: str = "90") -> str:
    """A `top_cosim.rpt`: RTL, status and six cells for each row."""
    unit = "(Clock Cycles)" if vitis else ""
    wide = "-" * 47
    more = (
        {"border": "-" * 22 + "+", "first": " Total Execution Time |", "second": "    (Clock Cycles)    +"}
        if vitis
        else {}
    )
    outer = f"+----------+----------+{wide}+{wide}+{more.get('border', '')}"
    groups = f"|{('Latency' + unit).center(47)}|{('Interval' + unit).center(47)}|"
    ends = "|".join(name.center(15) for name in ("min", "avg", "max", "min", "avg", "max"))
    body = []
    for language, status, cells in rows:
        end = f"{total if status == 'Pass' else 'NA':>22}|" if vitis else ""
        body.append(f"|{language:>10}|{status:>10}|" + "|".join(f"{cell:>15}" for cell in cells) + f"|{end}")
    lines = ["Report time       : Mon Jan  6 10:00:00 CET 2025.", "Solution          : solution1."]
    lines += ["Simulation tool   : xsim.", "", outer, f"|          |          {groups}{more.get('first', '')}"]
    lines += [f"+   RTL    +  Status  +{wide}+{wide}+{more.get('second', '')}"]
    lines += [f"|          |          |{ends}|{' ' * 22 + '|' if vitis else ''}", outer, *body, outer]
    return "\n".join(lines) + "\n"


NA = ("NA",) * 6
PASSED = [("VHDL", "NA", NA), ("Verilog", "Pass", ("20", "25", "30", "21", "26", "31"))]


def transactions(pairs: Sequence[tuple[int, str]], colon: str = ":") -> str:
    """A `result.transaction.rpt`."""
    rows = [f"transaction{number:>8}{colon}{cycles:>16}{gap:>16}" for number, (cycles, gap) in enumerate(pairs)]
    return "\n".join([f"{'':20}{'latency':>16}{'interval':>16}", *rows]) + "\n"


def lat(
    minimum: int = 20,
    average: int = 25,
    maximum: int = 30,
    interval: Sequence[int] = (21, 26, 31),
    total: int | None = None,
) -> str:
    """A `lat.rpt`."""
    rows = {
        "MAX_LATENCY": maximum, "MIN_LATENCY": minimum, "AVER_LATENCY": average,
        "MAX_THROUGHPUT": interval[2], "MIN_THROUGHPUT": interval[0], "AVER_THROUGHPUT": interval[1],
    }  # fmt: skip
    more = {} if total is None else {"TOTAL_EXECUTE_TIME": total}
    return "".join(f'${key} = "{value}"\n' for key, value in (rows | more).items())
