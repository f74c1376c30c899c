# SPDX-License-Identifier: Apache-2.0
"""The few errors of ERN flow, one class a stage.

Each message names the layer or file, what was expected, what was found, and the remedy. The command line prints the
message alone and exits with 1 (`exit_code`); a traceback is a bug.
"""


class ErnError(Exception):
    """Base of every error that a user can cause or mend."""

    exit_code = 1


class UsageError(ErnError):
    """A command was asked for something that does not exist (unknown model, board, option)."""

    exit_code = 2


class ModelError(ErnError):
    """A Keras model or its weights cannot be an ERN (foreign layer, NaN, weights that are not binary)."""


class DataError(ErnError):
    """Images or data sets of a wrong shape, type or place."""


class TrainError(ErnError):
    """Training cannot start or go on."""


class LowerError(ErnError):
    """A model cannot be lowered to the integer graph."""


class GraphError(ErnError):
    """A graph breaks a rule of docs/semantics.md, or its files are truncated or tampered with."""


class FoldError(ErnError):
    """No folding reaches the asked rate within the budget of the board."""


class BoardError(UsageError):
    """An unknown board, or a board file that is not one."""


class EmitError(ErnError):
    """A project cannot be written."""


class ToolError(ErnError):
    """An outside tool is missing, failed, or printed nothing usable."""


class SimulationError(ErnError):
    """A simulation hung, lost data, or disagrees with the graph."""


class BuildError(ErnError):
    """The build folder is locked, not writable, or full."""
