# SPDX-License-Identifier: Apache-2.0
"""C simulation: the HLS project of a design compiled with plain g++ and hls4ml's ap_types, every stream recorded."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np

from flow import tool
from flow.design import Design
from flow.emit.hls import firmware_plan, model_graph
from flow.emit.hls_templates import FOLDER, kernel_plan, render
from flow.emit.plan import Plan, write_atomic
from flow.errors import DataError, SimulationError, ToolError
from flow.graph import IMAGE
from flow.ops.base import Array

FLAGS = ("-std=c++14", "-w", "-DERN_TAPS")
FAST, QUICKLY_BUILT = "-O2", "-O0"
"""One design runs many images; many small designs cost more to compile than to run."""
COMPILE_SECONDS = 1800
RUN_SECONDS = 3600


@dataclass(frozen=True)
class CsimResult:
    """What a C simulation gave.

    Attributes:
        classifier_sum: int64 [N, classes].
        streams: every stream by name, N x H x W x C, in the narrowest type of its proven range; empty without taps.
    """

    classifier_sum: Array
    streams: dict[str, Array] = field(default_factory=dict)


def csim(design: Design, images: Array, folder: Path | str, taps: bool = True) -> CsimResult:
    """Run images through the C++ code of a design.

    Args:
        design: what to run.
        images: uint8 [N, H, W, C].
        folder: where sources and the binary stay; the same design is not compiled twice.
        taps: whether to record every stream.

    Raises:
        DataError: images of a wrong type or shape.
        EmitError: a node that the C++ templates cannot hold.
        ToolError: g++ is missing or fails.
        SimulationError: the simulation crashed, or lost or invented data.
    """
    return csim_many([design], [images], folder, taps)[0]


def csim_many(
    designs: Sequence[Design],
    images: Sequence[Array],
    folder: Path | str,
    taps: bool = True,
    jobs: int | None = None,
    level: str | None = None,
) -> list[CsimResult]:
    """Run many designs, each with its own images, in one binary; see `csim`.

    Args:
        jobs: compilations at a time, and translation units; None: one a CPU.
        level: -O0 to -O3; None: FAST for one design, QUICKLY_BUILT for more.
    """
    for design, batch in zip(designs, images, strict=True):
        _check(design, batch)
    chosen = level or (FAST if len(designs) == 1 else QUICKLY_BUILT)
    binary = build(designs, Path(folder), jobs or os.cpu_count() or 1, chosen)
    with tempfile.TemporaryDirectory(prefix="csim_", dir=folder) as scratch:
        arguments = ["taps" if taps else "sums"]
        for number, batch in enumerate(images):
            results = Path(scratch) / str(number)
            results.mkdir()
            source = results / "images.raw"
            write_atomic(source, np.ascontiguousarray(batch).tobytes())
            arguments += [str(number), str(source), str(len(batch)), str(results)]
        _run_binary(binary, arguments)
        return [
            _read(design, len(batch), Path(scratch) / str(number), taps)
            for number, (design, batch) in enumerate(zip(designs, images, strict=True))
        ]


def build(designs: Sequence[Design], folder: Path, jobs: int, level: str = FAST) -> Path:
    """One binary that holds every design; compiled only when its sources or flags changed.

    Raises:
        ToolError: g++ is missing or fails.
        EmitError: a node that the C++ templates cannot hold.
    """
    plan = csim_plan(designs, jobs)
    plan.write(folder)
    binary, stamp = folder / "csim", folder / "csim.digest"
    wanted = hashlib.sha256(f"{plan.digest} {level} {' '.join(FLAGS)} {gxx_version()}".encode()).hexdigest()
    if binary.is_file() and stamp.is_file() and stamp.read_text() == wanted:
        return binary
    stamp.unlink(missing_ok=True)
    sources = sorted(path for path in plan if path.startswith("csim_") and path.endswith(".cpp"))
    objects = [str(folder / path.replace(".cpp", ".o")) for path in sources]
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        for outcome in [pool.submit(_compile, folder, path, level) for path in sources]:
            outcome.result()
    _gxx([*objects, "-o", str(binary)])
    write_atomic(stamp, wanted)
    return binary


def csim_plan(designs: Sequence[Design], parts: int) -> Plan:
    """Sources of a binary: designs spread over `parts` translation units, each under names of its own."""
    files: dict[str, str | bytes] = dict(kernel_plan("ern"))
    for name in ("ern_tap.h", "ern_run.h"):
        files[name] = (FOLDER / "simulate" / name).read_text()
    for number, design in enumerate(designs):
        for path, text in firmware_plan(model_graph(design)).items():
            files[f"d{number}/{path}"] = text
    groups = [list(range(part, len(designs), parts)) for part in range(min(parts, len(designs)))]
    for part, numbers in enumerate(groups):
        members = [(number, f"d{number}") for number in numbers]
        files[f"csim_part{part}.cpp"] = render("simulate/csim_part.cpp.j2", part=part, designs=members)
    files["csim_main.cpp"] = render("simulate/csim_main.cpp.j2", sizes=[len(numbers) for numbers in groups])
    return Plan(files)


def shared_library(project: Path) -> Path:
    """A written project as a shared library with the C function `ern_predict`, named by the content of the project.

    Raises:
        ToolError: no project there, or g++ is missing or fails.
    """
    source = project / "tb" / "ern_bridge.cpp"
    if not source.is_file():
        raise ToolError(f"{source}: no such file; write the project first")
    state = hashlib.sha256(gxx_version().encode())
    for path in sorted((project / "firmware").rglob("*")):
        if path.is_file():
            state.update(path.read_bytes())
    library = project / f"ern_{state.hexdigest()[:16]}.so"
    if not library.is_file():
        partial = library.with_suffix(".so.partial")
        flags = [flag for flag in FLAGS if flag != "-DERN_TAPS"]
        _gxx([FAST, *flags, "-shared", "-fPIC", *_includes(project / "firmware"), str(source), "-o", str(partial)])
        partial.replace(library)
    return library


@cache
def ap_types() -> Path:
    """Folder of the ap_int headers that hls4ml carries.

    Raises:
        ToolError: hls4ml is not installed.
    """
    found = importlib.util.find_spec("hls4ml")
    if found is None or found.origin is None:
        raise ToolError("hls4ml: not installed, its ap_types are needed; install the extra [flow]")
    return Path(found.origin).parent / "templates" / "vivado" / "ap_types"


@cache
def gxx_version() -> str:
    """First line of `g++ --version`.

    Raises:
        ToolError: g++ is missing or fails.
    """
    return _gxx(["--version"]).splitlines()[0]


def _includes(folder: Path) -> list[str]:
    return ["-I", str(folder), "-isystem", str(ap_types())]


def _compile(folder: Path, source: str, level: str) -> None:
    target = folder / source.replace(".cpp", ".o")
    _gxx([level, *FLAGS, *_includes(folder), "-c", str(folder / source), "-o", str(target)])


def _gxx(arguments: list[str]) -> str:
    try:
        code, printed = tool.call(["g++", *arguments], timeout=COMPILE_SECONDS)
    except FileNotFoundError as error:
        raise ToolError("g++: not found on PATH; install g++") from error
    except subprocess.TimeoutExpired as error:
        raise ToolError(f"g++: no end after {COMPILE_SECONDS} s; the design is too large for csim") from error
    if code:
        raise ToolError(f"g++: exit code {code}\n{printed[:2000]}")
    if not printed and arguments == ["--version"]:
        raise ToolError("g++: printed no version")
    return printed


def _run_binary(binary: Path, arguments: list[str]) -> None:
    try:
        code, printed = tool.call([str(binary), *arguments], timeout=RUN_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise SimulationError(f"{binary}: no end after {RUN_SECONDS} s; run fewer images") from error
    except OSError as error:
        raise SimulationError(f"{binary}: cannot run ({error.strerror}); remove the folder and try again") from error
    if code:
        raise SimulationError(f"{binary}: exit code {code}: {printed.strip()[-2000:]}")
    if printed.strip():  # hls::stream prints where it is read empty or dies full, and goes on
        raise SimulationError(f"{binary}: a stream ran empty or kept data: {printed.strip()[:2000]}")


def _check(design: Design, images: Array) -> None:
    design.graph.check_images(images)
    size = (design.image.height, design.image.width, design.image.channels)
    if images.shape[1:] != size:
        raise DataError(
            f"{design.graph.name}: the design is built for images of {design.image}, found {list(images.shape)}"
        )


def _read(design: Design, frames: int, folder: Path, taps: bool) -> CsimResult:
    sums = _array(folder / "classifier_sum.bin", np.dtype("<i4"), (frames, design.graph.output.channels))
    streams = {}
    for stream in (IMAGE, *(node.name for node in design.graph.nodes)) if taps else ():
        shape, found = design.shape(stream), design.range(stream)
        size = 1 if found.bits <= 8 else 2 if found.bits <= 16 else 4
        dtype = np.dtype(f"<{'i' if found.signed else 'u'}{size}")
        streams[stream] = _array(folder / f"{stream}.bin", dtype, (frames, shape.height, shape.width, shape.channels))
    return CsimResult(sums.astype(np.int64), streams)


def _array(path: Path, dtype: np.dtype, shape: tuple[int, ...]) -> Array:  # type: ignore[type-arg]
    expected = int(np.prod(shape)) * dtype.itemsize
    data = path.read_bytes() if path.is_file() else b""
    if len(data) != expected:
        raise SimulationError(f"stream {path.stem}: expected {expected} bytes, found {len(data)}; run it again")
    return np.frombuffer(data, dtype).reshape(shape)
