# SPDX-License-Identifier: Apache-2.0
"""One command a file: `add` names its arguments, `run` gives what it has to say and the exit code."""

from __future__ import annotations

import argparse
from typing import Protocol

from reports.commands import baseline, diff, gate, page, parse, show
from reports.commands.common import Commands, Outcome


class Command(Protocol):
    """A module of this folder."""

    def add(self, commands: Commands) -> None:
        """Add the command and its arguments."""

    def run(self, asked: argparse.Namespace) -> Outcome:
        """Run it.

        Raises:
            ReportError: an input or an option cannot be used.
        """


COMMANDS: tuple[Command, ...] = (parse, gate, baseline, diff, show, page)
