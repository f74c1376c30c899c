# SPDX-License-Identifier: Apache-2.0
"""Train the networks of `ern experiment shared-scale`: ern_tiny with and without the shared constant scale.

    python -m flow.experiments.train_scales [--seeds 5] [--epochs 60] [--runs build/train_scales]

Both kinds have the same topology, data, recipe and seeds; the one kind gives block-final and downsample convolutions
the constant 1/32, the other the mean of |w| of each output channel, as all other convolutions have it. Needs the
[qkeras] extra. Finished runs are not trained again; a killed one is resumed.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from flow.experiments.networks import save
from flow.lower.network import Network

DATA = Path(__file__).parent / "data" / "shared_scale.npz"
KINDS = ("shared", "channel")
MODEL = "ern_tiny"


def train_all(runs: Path, seeds: int, epochs: int, target: Path = DATA) -> None:
    """Train every kind with every seed below `runs` and write the networks to `target`."""
    from qmodels.config import NETWORKS, network
    from qmodels.train import Recipe, train

    channel = f"{MODEL}_channel_scale"
    NETWORKS[channel] = network(MODEL).with_options(name=channel, shared_scale="mean")
    networks = {}
    for seed in range(1, seeds + 1):
        for kind, model in zip(KINDS, (MODEL, channel), strict=True):
            out = runs / f"{kind}_{seed}"
            if not (out / "summary.json").is_file():
                train(Recipe(model, epochs=epochs, seed=seed), out, resume=(out / "checkpoint.npz").is_file())
            networks[f"{kind}_{seed}"] = _network(out)
    command = f"python -m flow.experiments.train_scales --seeds {seeds} --epochs {epochs}"
    target.parent.mkdir(parents=True, exist_ok=True)
    save(target, networks, {"command": command, "epochs": epochs, "seeds": seeds, "model": MODEL})


def _network(run: Path) -> Network:
    from flow.lower.keras_reader import read_model
    from qmodels.checkpoints import load_run

    return read_model(load_run(run))


def main(argv: Sequence[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5, help="networks of each kind")
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--runs", type=Path, default=Path("build/train_scales"), help="folder of the training runs")
    arguments = parser.parse_args(argv)
    train_all(arguments.runs, arguments.seeds, arguments.epochs)


if __name__ == "__main__":
    main()
