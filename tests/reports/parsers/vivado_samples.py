# SPDX-License-Identifier: Apache-2.0
"""Small reports in Vivado's formats, of our own making."""

from __future__ import annotations

from collections.abc import Sequence


def grid(*rows: Sequence[str], headless: bool = False) -> str:
    """A table with a header (or none), each column as wide as its widest cell."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    border = "+" + "+".join("-" * (width + 2) for width in widths) + "+"
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    if headless:
        return "\n".join([border, *lines, border])
    return "\n".join([border, lines[0], border, *lines[1:], *([border] if len(lines) > 1 else [])])


def head(command: str, title: str, *, version: str = "2023.2", state: str | None = "Routed", wide: bool = False) -> str:
    """The head of a report."""
    fields = {
        "Tool Version": f"Vivado v.{version} (lin64) Build 4029153 Fri Oct 13 20:13:54 MDT 2023",
        "Command": command,
        "Design": "top",
        "Device": "xcku5p-ffvb676-2-e",
        **({} if state is None else {"Design State": state}),
    }
    width = 17 if wide else 12
    rule = "-" * 90
    lines = [f"| {key.ljust(width)} : {value}" for key, value in fields.items()]
    return "\n".join(["Copyright 1986-2022 Xilinx, Inc.", rule, *lines, rule, "", title, ""])


def sections(*parts: tuple[str, str]) -> str:
    """A table of contents and the sections."""
    contents = ["Table of Contents", "-----------------", *(title for title, _ in parts), ""]
    bodies = [f"{title}\n{'-' * len(title)}\n\n{body}\n\n" for title, body in parts]
    return "\n".join([*contents, *bodies])


def util(
    *,
    clb: str = "CLB",
    star: str = "",
    uram: bool = True,
    prohibited: bool = True,
    state: str = "Routed",
    dsp: str = "2",
    boxes: Sequence[Sequence[str]] = (),
    slr: bool = False,
) -> str:
    """A flat utilization report: 800 LUT, 600 FF, 4.5 tiles, 8 URAM, 2 DSP."""

    def row(name: str, used: str, available: str, share: str) -> tuple[str, ...]:
        return (name, used, "0", *(["0"] if prohibited else []), available, share)

    header = ("Site Type", "Used", "Fixed", *(["Prohibited"] if prohibited else []), "Available", "Util%")
    logic = grid(
        header,
        row(f"{clb} LUTs{star}", "800", "20000", "4.00"),
        row("  LUT as Logic", "700", "20000", "3.50"),
        row("  LUT as Memory", "100", "10000", "1.00"),
        row(f"{clb} Registers", "600", "40000", "1.50"),
        row("  Register as Flip Flop", "590", "40000", "1.48"),
        row("  Register as Latch", "10", "40000", "0.03"),
    )
    by_type = grid(
        ("Total", "Clock Enable", "Synchronous", "Asynchronous"), ("10", "_", "-", "Set"), ("590", "Yes", "Reset", "-")
    )
    blocks = [
        row("Block RAM Tile", "4.5", "100", "4.50"),
        row("  RAMB36/FIFO*", "4", "100", "4.00"),
        row("  RAMB18", "1", "200", "0.50"),
    ]
    memory = grid(header, *blocks, *([row("URAM", "8", "80", "10.00")] if uram else []))
    only = [("  DSP48E2 only", dsp, "", *([""] if prohibited else []), "", "")] if dsp != "0" else []
    multipliers = grid(header, row("DSPs", dsp, "200", f"{int(dsp) / 2:.2f}"), *only)
    kinds = [("RAMB36E2", "4", "BLOCKRAM"), ("RAMB18E2", "1", "BLOCKRAM"), ("FDRE", "590", "Register")]
    kinds += [("DSP48E2", dsp, "Arithmetic")] if dsp != "0" else []
    parts = [
        ("1. CLB Logic", logic),
        ("1.1 Summary of Registers by Type", by_type),
        ("2. BLOCKRAM", memory),
        ("3. ARITHMETIC", multipliers),
        ("4. Primitives", grid(("Ref Name", "Used", "Functional Category"), *kinds)),
        ("5. Black Boxes", grid(("Ref Name", "Used"), *boxes)),
        ("6. Instantiated Netlists", grid(("Ref Name", "Used"))),
    ]
    if slr:
        zero = grid(("Site Type", "SLR1", "SLR0", "SLR1 %", "SLR0 %"), (f"{clb} LUTs", "0", "0", "0.00", "0.00"))
        parts.append(("7. SLR CLB Logic and Dedicated Block Utilization", zero))
    return head("report_utilization", "Utilization Design Information", state=state) + "\n" + sections(*parts)


def versal(*by_type: Sequence[str]) -> str:
    """Rows and sections as Versal has them: 300 LUT, 500 FF, 2.5 tiles, 4 URAM, 7 DSP; rows of registers by type."""
    header = ("Site Type", "Used", "Fixed", "Prohibited", "Available", "Util%")

    def row(name: str, used: str, available: str, share: str) -> tuple[str, ...]:
        return (name, used, "0", "0" if available else "", available, share)

    parts = [
        ("1. Netlist Logic", grid(
            header, row("Registers", "500", "50000", "1.00"), row("  Register as Flip Flop", "500", "50000", "1.00"),
            row("CLB LUTs*", "300", "30000", "1.00"), row("  LUT as Logic", "280", "30000", "0.93"),
            row("  LUT as Memory", "20", "15000", "0.13"))),
        ("2. CLB Distribution", grid(header, row("CLB Registers", "450", "50000", "0.90"))),
        ("3. BLOCKRAM", grid(
            header, row("Block RAM Tile", "2.5", "100", "2.50"), row("  RAMB36E5", "2", "100", "2.00"),
            row("  RAMB18E5*", "1", "200", "0.50"), row("Block RAM Imux registers", "0", "", ""),
            row("URAM", "4", "40", "10.00"))),
        ("4. ARITHMETIC", grid(
            header, row("DSP Slices", "7", "70", "10.00"), row("  DSP58", "5", "", ""), row("  DSPCPLX", "2", "", ""))),
        ("5. Black Boxes", grid(("Ref Name", "Used"))),
    ]  # fmt: skip
    if by_type:
        types = grid(("Total", "Clock Enable", "Synchronous", "Asynchronous"), *by_type)
        parts.insert(1, ("1.1 Summary of Registers by Type", types))
    return head("report_utilization", "Utilization Design Information") + "\n" + sections(*parts)


def hier(*, dsp: str = "DSP Blocks", uram: bool = True, percent: bool = False) -> str:
    """A hierarchy: the top with two instances, one of them with a leaf."""
    names = ["Instance", "Module", "Total LUTs", "Logic LUTs", "LUTRAMs", "SRLs", "FFs", "RAMB36", "RAMB18"]
    rows = [
        ("top", "(top)", "99", "90", "5", "4", "50", "2", "3", "1", "6"),
        ("  (top)", "(top)", "10", "10", "0", "0", "5", "0", "0", "0", "0"),
        ("  a", "alpha", "40", "31", "5", "4", "20", "2", "1", "1", "2"),
        ("    leaf", "gamma", "40", "31", "5", "4", "20", "2", "1", "1", "2"),
        ("  b", "beta", "50", "50", "0", "0", "25", "0", "2", "0", "4"),
    ]

    def cells(row: Sequence[str]) -> list[str]:
        counts = [f"{count}(0.10%)" if percent else count for count in row[2:]]
        return [*row[:2], *counts[:7], *([counts[7]] if uram else []), counts[8]]

    table = grid([*names, *(["URAM"] if uram else []), dsp], *(cells(row) for row in rows))
    top = head("report_utilization -hierarchical", "Utilization Design Information")
    return f"{top}\n{sections(('1. Utilization by Hierarchy', table))}"


def accel() -> str:
    """Two kernels, one of them with two instances."""
    rows = [
        ("Name", "REG", "LUT", "LUTAsMem", "BRAM", "URAM", "DSP"),
        ("Platform", "50 [  1.00%]", "40 [  1.00%]", "1 [  1.00%]", "2 [  1.00%]", "0 [  0.00%]", "0 [  0.00%]"),
        ("User Budget", "1000 [100.00%]", "500 [100.00%]", "90 [100.00%]", "60 [100.00%]", "9 [100.00%]",
         "80 [100.00%]"),
        ("   Used Resources", "300 [ 30.00%]", "200 [ 40.00%]", "9 [ 10.00%]", "6 [ 10.00%]", "0 [  0.00%]",
         "8 [ 10.00%]"),
        ("   Unused Resources", "700 [ 70.00%]", "300 [ 60.00%]", "81 [ 90.00%]", "54 [ 90.00%]", "9 [100.00%]",
         "72 [ 90.00%]"),
        ("one", "100 [ 10.00%]", "50 [ 10.00%]", "9 [ 10.00%]", "6 [ 10.00%]", "0 [  0.00%]", "0 [  0.00%]"),
        ("   one_1", "100 [ 10.00%]", "50 [ 10.00%]", "9 [ 10.00%]", "6 [ 10.00%]", "0 [  0.00%]", "0 [  0.00%]"),
        ("two", "200 [ 20.00%]", "150 [ 30.00%]", "0 [  0.00%]", "0 [  0.00%]", "0 [  0.00%]", "8 [ 10.00%]"),
    ]  # fmt: skip
    top = head("report_accelerator_utilization", "Accelerator Utilization Design Information", state="Fully Placed")
    return f"{top}\n{sections(('1. System Utilization', grid(*rows)))}"


def power(total: str = "1.430", *, state: str = "routed", part: str = "1.430") -> str:
    """Total 1.430 W, dynamic 1.295, static 0.135."""
    summary = grid(
        ("Total On-Chip Power (W)", total), ("Design Power Budget (W)", "Unspecified*"),
        ("Power Budget Margin (W)", "NA"),
        ("Dynamic (W)", "1.295"), ("Device Static (W)", "0.135"), ("Confidence Level", "Medium"),
        ("Setting File", "---"), headless=True,
    )  # fmt: skip
    components = grid(
        ("On-Chip", "Power (W)", "Used", "Available", "Utilization (%)"), ("Clocks", "<0.001", "3", "---", "---"),
        ("Static Power", "0.135", "", "", ""), ("Total", part, "", "", ""),
    )  # fmt: skip
    tree = grid(("Name", "Power (W)"), ("top", "1.295"), ("  a", "1.290"), ("  b", "<0.001"))
    parts = [("1. Summary", summary), ("1.1 On-Chip Components", components), ("2. By Hierarchy", tree)]
    return head("report_power", "Power Report", state=state, wide=True) + "\n" + sections(*parts)


_SLACK = ("WNS(ns)", "TNS(ns)", "TNS Failing Endpoints", "TNS Total Endpoints", "WHS(ns)", "THS(ns)",
          "THS Failing Endpoints", "THS Total Endpoints", "WPWS(ns)", "TPWS(ns)", "TPWS Failing Endpoints",
          "TPWS Total Endpoints")  # fmt: skip


def _columns(names: Sequence[str], *rows: Sequence[str]) -> str:
    lines = ["  ".join(names), "  ".join("-" * len(name) for name in names)]
    for row in rows:
        cells = [
            cell.ljust(len(name))
            if name in ("Clock", "From Clock", "To Clock  ", "Path Group")
            else cell.rjust(len(name))
            for cell, name in zip(row, names, strict=True)
        ]
        lines.append("  ".join(cells))
    return "\n".join(lines)


def _box(title: str) -> str:
    return f"{'-' * 96}\n| {title}\n| {'-' * len(title)}\n{'-' * 96}\n\n"


def timing(
    slack: Sequence[str] = ("0.100", "0.000", "0", "90", "0.050", "0.000", "0", "90", "1.000", "0.000", "0", "40"),
    *,
    intra: Sequence[str] | None = None,
    sentence: str = "All user specified timing constraints are met.",
    state: str | None = "Routed",
    nets: str = "routed",
) -> str:
    """One clock of 5 ns."""
    clock = "clk    {0.000 2.500}        5.000           200.000"
    inner = slack if intra is None else intra
    timed = inner[0] != "NA"
    details = ""
    if timed:
        details = "\n".join([
            "From Clock:  clk", "  To Clock:  clk", "", "Max Delay Paths", "-" * 40,
            f"Slack (MET) :   {inner[0]}ns  (required time - arrival time)",
            f"    net (fo=1, {nets})   0.300  1.000  x",
            f"                         slack                 {inner[0]}", "", "", "",
        ])  # fmt: skip
    return "".join([
        head("report_timing_summary", "Timing Summary Report", state=state), "\n",
        _box("Timer Settings"), "  Enable Multi Corner Analysis : Yes\n\n",
        _box("Design Timing Summary"), _columns(_SLACK, slack), f"\n\n\n{sentence}\n\n\n",
        _box("Clock Summary"),
        f"Clock  Waveform(ns)         Period(ns)      Frequency(MHz)\n-----  ------------         ----------      "
        f"--------------\n{clock}\n\n\n",
        _box("Intra Clock Table"), _columns(("Clock", *_SLACK), *([("clk", *inner)] if timed else [])), "\n\n\n",
        _box("Inter Clock Table"), _columns(("From Clock", "To Clock  ", *_SLACK[:8])), "\n\n\n",
        _box("Other Path Groups Table"), _columns(("Path Group", "From Clock", "To Clock  ", *_SLACK[:8])), "\n\n\n",
        _box("Timing Details"), details, "\n",
    ])  # fmt: skip
