# SPDX-License-Identifier: Apache-2.0
"""Synthesis by Yosys (PyPI `pyosys`), hierarchical, out of context, DSP inference on, cached by digest.

The design is elaborated once, cut into units (units.py), and units are synthesised in processes of their own. The
digest of a run covers its elaborated text with parameters and memory contents, the script and the version of Yosys;
equal runs happen once, ever. A cache file appears whole or not at all, so a killed run leaves no result and
two builds may share a cache.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib import metadata
from pathlib import Path
from typing import Any

from flow.boards.board import ARITHMETIC
from flow.cache import cache_folder
from flow.emit.plan import write_atomic
from flow.errors import BuildError, ToolError
from flow.synthesise import rtlil
from flow.synthesise.collect import collect
from flow.synthesise.families import FLOWS, plain_memories
from flow.synthesise.levels import reduce
from flow.synthesise.process import LOG, NETLIST, Job, Pool
from flow.synthesise.result import SynthResult
from flow.synthesise.sites import shared
from flow.synthesise.units import BATCH_TOP, Unit, batch_text, batches, partition
from reports.cells import dsp_kinds
from reports.errors import ReportError
from reports.parsers.yosys_stat import read_stat

Progress = Callable[[int, int, str], None]
SCRIPTS = {family: flow.script for family, flow in FLOWS.items()}
STRICT = ('logger -werror "is implicitly declared"',)
"""A hierarchical name that Yosys cannot find would become a wire without a driver."""
_SOURCES = (".sv", ".svh", ".v", ".vh", ".mem", ".hex", ".dat")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_FILE = re.compile(r"[A-Za-z0-9_./+-]+")
STAT, MAPPED = "stat.json", "mapped.json"
_MOST_DSP_CELLS = 1000
# Of the cached results; a change of what they hold changes this.
_FORMAT = "3"
_FORMATS = {"nexus": "4"}
"""Of families whose results changed alone."""


def version() -> str:
    """Version of the installed Yosys.

    Raises:
        ToolError: it is not installed.
    """
    try:
        return metadata.version("pyosys")
    except metadata.PackageNotFoundError as error:
        raise ToolError(
            "yosys: pyosys is not installed; run `pip install pyosys`, or install the extra `flow` of this project"
        ) from error


def synthesise(
    folder: Path,
    files: Sequence[str],
    top: str,
    family: str,
    *,
    cache: Path | None = None,
    parameters: Mapping[str, int] | None = None,
    defines: Mapping[str, str] | None = None,
    flat: bool = False,
    parts: Mapping[str, int] | None = None,
    jobs: int | None = None,
    logs: Path | None = None,
    progress: Progress | None = None,
) -> SynthResult:
    """Synthesise a design.

    Args:
        folder: folder of the sources; $readmemh finds memory files there.
        files: SystemVerilog files relative to `folder`, packages first.
        top: name of the top module.
        family: a key of `FLOWS`.
        cache: folder of the cache; `cache_folder()` if None.
        parameters: integer parameters of the top.
        defines: macros.
        flat: a single flat run, to compare with; by default the hierarchy is used.
        parts: which part of the design an instance in the top belongs to (0 where left out); parts share no run.
        jobs: processes at a time; the number of cores if None.
        logs: keep the log of each unit there as `<family>-<module>.log`.
        progress: called with units done, units in all, and the name of the unit just done.

    Raises:
        ToolError: unknown family, a name that cannot be a module or file, a missing file, Yosys missing or failing,
            or a netlist with cells whose cost is not known.
        BuildError: the cache cannot be written.
    """
    started = time.monotonic()
    defines, parameters = defines or {}, parameters or {}
    _check(folder, files, top, family, [*parameters, *defines, *defines.values()])
    yosys = version()
    store = _Store(cache or cache_folder())
    inputs = [*files, top, *(json.dumps(given, sort_keys=True) for given in (parameters, defines, parts or {}))]
    form = _FORMATS.get(family, _FORMAT)
    whole = _digest(form, _content(folder), SCRIPTS[family], yosys, str(flat), *inputs)
    found = store.read("design", whole)
    if found is not None:
        with suppress(KeyError, TypeError):
            return SynthResult.from_json({**found, "seconds": 0.0})
    pool = Pool(jobs or os.cpu_count() or 1)
    units = partition(*_elaborate(pool, folder, files, top, parameters, defines), flat, parts)
    groups = batches(units)

    def run(group: list[Unit]) -> dict[str, dict[str, Any]]:
        text = plain_memories(batch_text(group), family)
        script = SCRIPTS[family] + (" -uram" if group[0].ultra and family == "xcup" else "")
        key = _digest(form, text, script, yosys)
        made = store.read("batch", key)
        if made is None:
            made = _synthesise_batch(pool, group, text, script, family, logs)
            store.write("batch", key, made)
        return made

    def done(group: list[Unit]) -> None:
        finished.extend(unit.root for unit in group)
        if progress is not None:
            progress(len(finished), len(units), rtlil.title(group[0].root))

    finished: list[str] = []
    netlists: dict[str, dict[str, Any]] = {}
    for made in pool.map(run, groups, done):
        netlists |= made
    result = collect(units, netlists, top, family, yosys, time.monotonic() - started)
    store.write("design", whole, result.to_json())
    return result


def _check(folder: Path, files: Sequence[str], top: str, family: str, words: Sequence[str]) -> None:
    if family not in SCRIPTS:
        raise ToolError(f"yosys: family {family!r} is unknown; known: {', '.join(SCRIPTS)}")
    for word in (top, *words):
        if (word and not re.fullmatch(r"[A-Za-z0-9_]+", word)) or (word == top and not _WORD.fullmatch(word)):
            raise ToolError(f"yosys: {word!r} cannot be a name; use letters, digits and _")
    if not files:
        raise ToolError(f"yosys: {folder}: no source file is named")
    for file in files:
        if not _FILE.fullmatch(file) or file.startswith("-"):
            raise ToolError(f"yosys: file name {file!r}: use letters, digits and _ . / + - only")
        if not (folder / file).is_file():
            raise ToolError(f"yosys: {folder / file}: no such file; emit the RTL first")


def _elaborate(
    pool: Pool,
    folder: Path,
    files: Sequence[str],
    top: str,
    parameters: Mapping[str, int],
    defines: Mapping[str, str],
) -> tuple[dict[str, rtlil.RtlilModule], str]:
    macros = "".join(f" -D {name}={value}" if value else f" -D {name}" for name, value in defines.items())
    chosen = "".join(f" -chparam {name} {value}" for name, value in parameters.items())
    with _work() as work:
        pool.run(
            Job(
                name=f"elaborate {top}",
                folder=work,
                sources=folder,
                read=(
                    *STRICT,
                    f"read_verilog -sv -DSYNTHESIS{macros} {' '.join(files)}",
                    f"hierarchy -top {top}{chosen}",
                ),
                passes=("write_rtlil elaborated.il",),
            )
        )
        text = (work / "elaborated.il").read_text()
    modules = rtlil.parse(text)
    roots = [name for name, module in modules.items() if "attribute \\top 1\n" in module.text]
    if len(roots) != 1:
        raise ToolError(f"yosys: elaborate {top}: expected one top module, found {', '.join(roots) or 'none'}")
    return modules, roots[0]


def _synthesise_batch(
    pool: Pool, units: Sequence[Unit], text: str, script: str, family: str, logs: Path | None
) -> dict[str, dict[str, Any]]:
    """The netlist of each unit, by root."""
    titles = list(dict.fromkeys(rtlil.title(unit.root) for unit in units))
    name = f"{', '.join(titles[:4])}{' ...' if len(titles) > 4 else ''} ({family})"
    dsps = [f"\\{kind}" for kind in dsp_kinds(family)]
    kinds = (*dsps, *sorted({stub for unit in units for stub in unit.stubs}))
    with _work() as work:
        (work / "batch.il").write_text(text)
        passes = ("read_rtlil batch.il", f"{script} -top {BATCH_TOP}", f"tee -q -o {STAT} stat -json",
                  f"write_json {MAPPED}")  # fmt: skip
        try:
            pool.run(Job(name=name, folder=work, passes=passes, kinds=kinds))
            modules = read_stat((work / STAT).read_text(), name).modules
            cells = json.loads((work / NETLIST).read_text())
            mapped = json.loads((work / MAPPED).read_text())["modules"]
        except (ReportError, OSError, ValueError) as error:
            raise ToolError(f"yosys: {name}: left no usable result ({error})") from error
        finally:
            if logs is not None and (work / LOG).exists():
                write_atomic(logs / f"{family}-{titles[0]}.log", (work / LOG).read_bytes())
    made = {}
    children = {name.removeprefix("\\") for unit in units for name in (*unit.bodies, *unit.stubs)}
    for unit in units:
        inside = [module for module in unit.bodies if module in cells]
        known = inside if family in ARITHMETIC else []
        made[unit.root] = {
            "modules": {module.removeprefix("\\"): dict(modules[module.removeprefix("\\")].cells) for module in inside},
            "instances": {module: [c[:2] for c in cells[module] if c[1] not in dsps] for module in inside},
            "arcs": {module: reduce(mapped[module.removeprefix("\\")], children) for module in known},
            "shared": {module: shared(mapped[module.removeprefix("\\")], family) for module in known},
            "dsp": {module: [c for c in cells[module] if c[1] in dsps][:_MOST_DSP_CELLS] for module in inside},
        }
    return made


class _Store:
    """Results by kind and digest."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "yosys"

    def read(self, kind: str, key: str) -> dict[str, Any] | None:
        """A result, or None; a damaged file counts as none."""
        try:
            found = json.loads((self._folder / kind / f"{key}.json").read_text())
        except (OSError, ValueError):
            return None
        if not isinstance(found, dict) or found.get("key") != key or not isinstance(found.get("result"), dict):
            return None
        return found["result"] if found.get("digest") == _digest(json.dumps(found["result"], sort_keys=True)) else None

    def write(self, kind: str, key: str, result: Mapping[str, Any]) -> None:
        """Keep a result; the file appears whole or not at all."""
        entry = {"key": key, "digest": _digest(json.dumps(result, sort_keys=True)), "result": result}
        write_atomic(self._folder / kind / f"{key}.json", json.dumps(entry))


@contextmanager
def _work() -> Iterator[Path]:
    """A folder that goes with its block."""
    try:
        folder = tempfile.TemporaryDirectory(prefix="ern-yosys-")
    except OSError as error:
        raise BuildError(f"temporary files: cannot be written ({error.strerror}); free space or set TMPDIR") from error
    with folder as name:
        yield Path(name)


def _content(folder: Path) -> str:
    """Digest of every source and memory file of a folder, by relative name."""
    state = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in _SOURCES and path.is_file():
            data = path.read_bytes()
            state.update(f"{path.relative_to(folder)}\0{len(data)}\0".encode())
            state.update(data)
    return state.hexdigest()


def _digest(*parts: str) -> str:
    state = hashlib.sha256()
    for part in parts:
        state.update(f"{len(part)}\0{part}".encode())
    return state.hexdigest()
