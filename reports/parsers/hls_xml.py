# SPDX-License-Identifier: Apache-2.0
"""csynth.xml read as a stream: a file of any size, depth or repetition takes bounded memory and time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.ElementTree import DefusedXMLParser

from reports.errors import ReportError
from reports.parsed import Draft
from reports.source import Source

DEEPEST, LONGEST = 256, 4096
MOST_ELEMENTS, MOST_MODULES, MOST_TEXTS = 1_000_000, 50_000, 1000
TIMING = "PerformanceEstimates/SummaryOfTimingAnalysis"
LATENCY = "PerformanceEstimates/SummaryOfOverallLatency"
PIPELINE = "PerformanceEstimates/PipelineType"
USED, AVAILABLE = "AreaEstimates/Resources", "AreaEstimates/AvailableResources"
_OF_MODULE = ("Name", TIMING, LATENCY, USED)
_KEPT = ("ReportVersion", "UserAssignments", PIPELINE, TIMING, LATENCY, USED, AVAILABLE)

Values = dict[str, tuple[str, int]]


@dataclass
class Found:
    """What a csynth.xml says.

    Attributes:
        texts: of the design, by path below `<profile>`, each with its line.
        twice: what stands a second time at the same path.
        modules: texts of each module by its name and the path below it.
        instances: path of instance names, and module.
        spoilt: lines where an instance or module has no name, or a second module has the same.
    """

    texts: Values = field(default_factory=dict)
    twice: Values = field(default_factory=dict)
    modules: dict[str, Values] = field(default_factory=dict)
    instances: list[tuple[str, str]] = field(default_factory=list)
    spoilt: list[int] = field(default_factory=list)


class _Reader:
    """What the XML parser calls."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.found = Found()
        self.line = 0
        self._elements = 0
        self._path: list[str] = []
        self._text: list[str] = []
        self._length = 0
        self._module: Values = {}
        self._instances: list[list[str]] = []  # name and module of each instance that is open

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._path.append(tag)
        self._text, self._length = [], 0
        self._elements += 1
        self._limit(len(self._path), DEEPEST, "nested elements")
        self._limit(self._elements, MOST_ELEMENTS, "elements")
        if tag == "Instance" and self._path[1:2] == ["RTLDesignHierarchy"]:
            self._instances.append(["", ""])
        elif self._path[1:] == ["ModuleInformation", "Module"]:
            self._module = {}

    def data(self, text: str) -> None:
        if self._length < LONGEST:
            self._text.append(text)
            self._length += len(text)

    def end(self, tag: str) -> None:
        path = "/".join(self._path[1:])
        text, self._text, self._length = "".join(self._text).strip(), [], 0
        self._path.pop()
        if self._path[1:3] == ["ModuleInformation", "Module"]:
            inner = "/".join((*self._path[3:], tag))
            if inner == "Name" and inner in self._module:
                self._spoil()  # two modules in one
            if inner.startswith(_OF_MODULE):
                self._module.setdefault(inner, (text, self.line))
        elif path == "ModuleInformation/Module":
            name = self._module.get("Name", ("", None))[0]
            if not name or name in self.found.modules:
                self._spoil()
            self.found.modules[name] = self._module
            self._limit(len(self.found.modules), MOST_MODULES, "modules")
        elif self._instances and self._path[-1:] == ["Instance"] and tag in ("InstName", "ModuleName"):
            known = self._instances[-1]
            if known[tag == "ModuleName"] or not text:
                self._spoil()
            known[tag == "ModuleName"] = text
            if all(known):
                self.found.instances.append(("/".join(name for name, _ in self._instances), known[1]))
                self._limit(len(self.found.instances), MOST_MODULES, "instances")
        elif tag == "Instance" and self._instances:
            if not all(self._instances.pop()):
                self._spoil()
        elif path.startswith(_KEPT):
            (self.found.twice if path in self.found.texts else self.found.texts)[path] = (text, self.line)
            self._limit(len(self.found.texts), MOST_TEXTS, "figures")

    def close(self) -> None:
        """The parser asks for it."""

    def _spoil(self) -> None:
        if len(self.found.spoilt) < 20:
            self.found.spoilt.append(self.line)

    def _limit(self, number: int, most: int, what: str) -> None:
        if number > most:
            raise ReportError(
                self.source.name, f"has more than {most} {what}; not a report of C synthesis", line=self.line
            )


def read_xml(source: Source, draft: Draft) -> Found:
    """Everything up to the end, or to where the file breaks; then the draft has a problem.

    Raises:
        ReportError: a document type, an entity, or more of anything than a report can have.
    """
    reader = _Reader(source)
    parser: Any = DefusedXMLParser(target=reader, forbid_dtd=True)
    try:
        for line in source.lines():
            reader.line = line.number
            parser.feed(line.text + "\n")
        parser.close()
    except ParseError as error:
        draft.problem(f"is no whole XML, or truncated ({str(error)[:200]})", line=reader.line or None)
    except ValueError as error:  # a document type or an entity, which no report has
        raise ReportError(source.name, "holds a document type or an entity; not a report", line=reader.line) from error
    return reader.found
