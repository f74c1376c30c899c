# SPDX-License-Identifier: Apache-2.0
"""One op, one name, in every room; and the rooms import only what docs/layout.md allows."""

import ast
from pathlib import Path

import pytest

from flow.ops import OPS

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("flow/ops/{}.py", "hls_templates/{}.h", "rtl_templates/{}.sv", "docs/ops/{}.md")


@pytest.mark.parametrize("kind", OPS)
@pytest.mark.parametrize("room", ROOMS)
def test_each_op_has_its_file_in_each_room(kind: str, room: str) -> None:
    assert (ROOT / room.format(kind)).is_file()


@pytest.mark.parametrize("parameter", ["in_channels", "out_channels", "pe", "simd", "depth", "stream_channels"])
@pytest.mark.parametrize(
    "room", ["flow/ops/binary_conv.py", "hls_templates/binary_conv.h", "rtl_templates/binary_conv.sv"]
)
def test_a_parameter_has_one_spelling(parameter: str, room: str) -> None:
    assert parameter in (ROOT / room).read_text()


def imports(path: Path) -> set[str]:
    """Top-level packages and flow modules that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def tops(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(path)}


@pytest.mark.parametrize("path", sorted((ROOT / "reports").rglob("*.py")), ids=lambda p: p.name)
def test_reports_stands_alone(path: Path) -> None:
    assert not tops(path) & {"flow", "qmodels", "numpy", "tensorflow", "hls4ml"}


# The reader, the comparison with it, and the twin of stock layers that plain hls4ml is given.
KERAS_READERS = {
    "flow/lower/keras_reader.py",
    "flow/pipeline/exactness.py",
    "flow/experiments/hls4ml_comparison.py",
    "flow/experiments/hls4ml_twin.py",
}


@pytest.mark.parametrize("path", sorted((ROOT / "flow").rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT)))
def test_only_the_keras_reader_imports_tensorflow(path: Path) -> None:
    if str(path.relative_to(ROOT)) not in KERAS_READERS:
        assert not tops(path) & {"tensorflow", "keras", "qkeras"}


def test_ops_hold_no_target_language() -> None:
    for path in (ROOT / "flow/ops").glob("*.py"):
        text = path.read_text()
        assert "endmodule" not in text and "#pragma" not in text, path
