# SPDX-License-Identifier: Apache-2.0
"""One kernel source for both vendors: warning-free as C++11 and C++14, alone and in a project, with all pragmas."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from flow.emit.hls import hls_plan
from flow.emit.hls_templates import FOLDER, KERNELS
from flow.ops import Folding
from flow.simulate.csim import ap_types
from flow.types import Shape
from tests.hls.designs import frames, residual_case
from tests.rtl.designs import conv_design

# Pragmas and labels are for HLS; the bit vectors of ap_types trip the flow analysis of g++ inside their own headers.
QUIET = ["-Wno-unknown-pragmas", "-Wno-unused-label", "-Wno-uninitialized", "-Wno-maybe-uninitialized"]
STRICT = ["-Wall", "-Wextra", "-Werror", *QUIET]
AXI_STUB = """
#include "ap_int.h"
template <int D, int U, int TI, int TD>
struct ap_axiu {
    ap_uint<D> data;
    ap_uint<(D + 7) / 8> keep, strb;
    ap_uint<U == 0 ? 1 : U> user;
    ap_uint<1> last;
    ap_uint<TI == 0 ? 1 : TI> id;
    ap_uint<TD == 0 ? 1 : TD> dest;
};
"""


def gxx(*arguments: str) -> None:
    done = subprocess.run(["g++", *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A written project and a stand-in for the vendor's AXI header, which g++ has not."""
    folder = tmp_path_factory.mktemp("project")
    design = residual_case()
    hls_plan(design, images=frames(design)).write(folder)
    (folder / "stub").mkdir()
    (folder / "stub" / "ap_axi_sdata.h").write_text(AXI_STUB)
    return folder


@pytest.mark.parametrize("standard", ["c++11", "c++14"])
@pytest.mark.parametrize("macro", ["ERN_PLAIN", "ERN_VENDOR_VITIS", "ERN_VENDOR_VIVADO"])
def test_a_project_compiles_without_warning(standard: str, macro: str, project: Path) -> None:
    includes = ["-isystem", str(ap_types()), "-isystem", str(project / "stub")]
    source = str(project / "firmware" / "ern_top.cpp")
    gxx(f"-std={standard}", "-fsyntax-only", *STRICT, f"-D{macro}", *includes, source)


@pytest.mark.parametrize(("macro", "pragmas"), [
    ("ERN_PLAIN", []),
    ("ERN_VENDOR_VITIS", ["PIPELINE II=1 style=flp", "BIND_OP variable=acc op=add impl=fabric", "impl=bram"]),
    ("ERN_VENDOR_VIVADO", ["PIPELINE II=1 enable_flush", "RESOURCE variable=acc core=AddSub", "core=ROM_1P_BRAM"]),
])  # fmt: skip
def test_each_vendor_sees_its_pragmas(macro: str, pragmas: list[str], project: Path) -> None:
    includes = ["-isystem", str(ap_types()), "-isystem", str(project / "stub")]
    source = str(project / "firmware" / "ern_top.cpp")
    done = subprocess.run(["g++", "-E", f"-D{macro}", *includes, source], capture_output=True, text=True, check=True)
    assert done.stdout.count("#pragma HLS DATAFLOW") == 6
    for pragma in pragmas:
        assert f"#pragma HLS {pragma}" in done.stdout or f" {pragma}" in done.stdout
    assert ("#pragma HLS PIPELINE" in done.stdout) == bool(pragmas)


def test_each_header_compiles_alone(tmp_path: Path) -> None:
    for kernel in KERNELS:
        source = tmp_path / "alone.cpp"
        source.write_text(f'#include "{kernel}"\n')
        gxx("-std=c++11", "-fsyntax-only", *STRICT, "-I", str(FOLDER), "-isystem", str(ap_types()), str(source))


def testbench(project: Path) -> Path:
    binary = project / "testbench"
    gxx("-std=c++11", "-O1", *STRICT, "-isystem", str(ap_types()), str(project / "firmware" / "ern_top.cpp"),
        str(project / "tb" / "ern_tb.cpp"), "-o", str(binary))  # fmt: skip
    return binary


def test_a_testbench_of_several_pixels_a_beat_passes(tmp_path: Path) -> None:
    folding = Folding(4, 6, 1, pixels_in=4)
    design = conv_design(Shape(12, 16, 3), (6, 8), (3, 3), (2, 2), (1, 1), folding, 6)
    hls_plan(design, images=frames(design)).write(tmp_path)
    done = subprocess.run([str(testbench(tmp_path))], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, "3 frames, 0 wrong sums")


def test_the_testbench_passes_and_fails_where_it_must(project: Path) -> None:
    binary = testbench(project)

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run([str(binary)], cwd=project, capture_output=True, text=True)

    passed = run()
    assert passed.returncode == 0, passed.stdout
    assert passed.stdout.strip() == "3 frames, 0 wrong sums"
    sums = project / "tb_data" / "classifier_sum.bin"
    good = sums.read_bytes()
    sums.write_bytes(bytes([good[0] ^ 1]) + good[1:])
    wrong = run()
    assert wrong.returncode == 1
    assert "frame 0 class 0: expected" in wrong.stdout
    sums.write_bytes(good[:-4])
    assert run().returncode == 2
    sums.unlink()
    assert run().returncode == 2
    sums.write_bytes(good)


def test_no_number_of_a_weight_list_is_a_single_bit(project: Path) -> None:
    text = (project / "firmware" / "weights" / "conv2.h").read_text()
    assert "conv2_weights[9][1]" in text
    assert text.count("0x") == 9 + 5
