# SPDX-License-Identifier: Apache-2.0
"""One parser a tool. A file belongs to the first parser of `PARSERS` that recognises its content."""

from __future__ import annotations

from typing import Protocol

from reports.parsed import Draft
from reports.parsers import (
    ern,
    finn_json,
    finn_xml,
    hls_cosim,
    hls_csynth,
    hls_csynth_xml,
    hls_log,
    hls_summary,
    hls_trace,
    nextpnr,
    vivado_hier,
    vivado_power,
    vivado_timing,
    vivado_util,
    vpp_util,
    yosys_stat,
)
from reports.source import Source


class Parser(Protocol):
    """A module of this folder."""

    def recognise(self, source: Source) -> str | None:
        """The kind of report, from the content alone; None where it is another tool's."""

    def read(self, source: Source, draft: Draft) -> None:
        """Write figures and problems into the draft.

        Raises:
            ReportError: the report cannot be used; what is in the draft by then is kept.
        """


PARSERS: tuple[Parser, ...] = (
    ern,
    hls_csynth,
    hls_summary,
    hls_csynth_xml,
    hls_cosim,
    hls_trace,
    hls_log,
    vivado_util,
    vivado_hier,
    vpp_util,
    vivado_timing,
    vivado_power,
    finn_json,
    finn_xml,
    nextpnr,
    yosys_stat,
)
