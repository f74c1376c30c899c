# SPDX-License-Identifier: Apache-2.0
"""hls4ml writer: the plan of a model, written to its output folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hls4ml.writer.writers import Writer

from flow.emit.hls import project_plan


class ERNWriter(Writer):  # type: ignore[misc]
    """Writes only files whose content changed."""

    def write_hls(self, model: Any) -> None:
        """Write the project.

        Raises:
            BuildError: the folder cannot be written.
        """
        project_plan(model).write(Path(model.config.get_output_dir()))
