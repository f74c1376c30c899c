# SPDX-License-Identifier: Apache-2.0
"""Signals of processes that tests start."""

import signal


def heed_ctrl_c() -> None:
    """As preexec_fn: a job in the background of a script inherits an ignored SIGINT; a user at a terminal does not."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
