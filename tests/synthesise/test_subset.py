# SPDX-License-Identifier: Apache-2.0
"""docs/decisions/yosys-subset.md against the installed Yosys: a change of either shows here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

READS = {
    "packed struct": "module t(input [3:0] x, output [1:0] y); typedef struct packed {logic [1:0] a, b;} s_t; s_t s;"
    " assign s = x; assign y = s.a; endmodule",
    "package": "package p; localparam int W=3; endpackage module t(output [p::W-1:0] y); assign y='1; endmodule",
    "file parameter": 'module t #(parameter F="a")(output y); assign y=1; endmodule',
    "function": "module t(output [3:0] y); function automatic int f(int a); f=a+1; endfunction localparam int L=f(2);"
    " assign y=L; endmodule",
    "casts": "module t #(parameter int N=4)(input [1:0] x, output [9:0] y); assign y=-(10'(x)) + (N+1)'(x); endmodule",
    "unique case": "module t(input [1:0] x, output logic y); always_comb unique case(x) 0:y=1; default:y=0; endcase"
    " endmodule",
}
REFUSES = {
    "unpacked port": "module t(input [7:0] x [0:1], output [7:0] y); assign y=x[0]; endmodule",
    "parameter type": "module t #(parameter type T=logic)(input T x, output T y); assign y=x; endmodule",
    "import in header": "package p; localparam int W=3; endpackage module t import p::*; (output [W-1:0] y);"
    " assign y='1; endmodule",
    "string parameter": 'module t #(parameter string F="")(output y); assign y=1; endmodule',
    "array parameter": "module t(output [31:0] y); localparam int A [0:1] = '{1,2}; assign y=A[1]; endmodule",
    "return": "module t(input a, output y); function automatic f(input a); return a; endfunction assign y=f(a);"
    " endmodule",
    "assignment to several names": "module t(output [3:0] y); function automatic int f(int a); int b; {f, b} = {a, a};"
    " endfunction localparam int L=f(2); assign y=L; endmodule",
    "break": "module t(input a, output logic y); always_comb begin y=0; for(int i=0;i<4;i++)"
    " begin if(a) break; y=1; end end endmodule",
    "negative cast": "module t(input [1:0] x, output [9:0] y); assign y = -10'(x); endmodule",
    "inside": "module t(input [3:0] x, output y); assign y = x inside {4'd1,4'd3}; endmodule",
    "assert property": "module t(input c, input a); assert property (@(posedge c) a); endmodule",
}
WORKER = Path(__file__).resolve().parents[2] / "flow" / "synthesise" / "worker.py"


def _reads(text: str, folder: Path) -> bool:
    (folder / "t.sv").write_text(text + "\n")
    read = ["read_verilog -sv t.sv", "hierarchy -check -top t"]
    passes = ["proc", "check -assert"]
    job = {"caller": os.getpid(), "sources": str(folder), "folder": str(folder), "read": read, "passes": passes}
    job |= {"netlist": None, "kinds": []}
    (folder / "job.json").write_text(json.dumps(job))
    run = subprocess.run(
        [sys.executable, "-P", str(WORKER), str(folder / "job.json")], capture_output=True, check=False
    )
    return run.returncode == 0


def test_what_templates_use_is_read(tmp_path: Path) -> None:
    assert [name for name, text in READS.items() if not _reads(text, tmp_path)] == []


def test_what_the_page_refuses_is_refused(tmp_path: Path) -> None:
    assert [name for name, text in REFUSES.items() if _reads(text, tmp_path)] == []
