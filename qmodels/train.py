# SPDX-License-Identifier: Apache-2.0
"""Train a network: same seed, same result; killed and resumed, still the same result.

    python -m qmodels.train ern_small --out DIR [--epochs N --lr X --batch N --seed N --threads N]
    python -m qmodels.train ern_small --out DIR --resume

Order and augmentation of each epoch follow from (seed, epoch), the state is written after every epoch in one rename,
and TensorFlow runs its deterministic kernels. The test set is looked at once, after the last epoch; `--holdout N` keeps
N training images aside to choose a recipe with.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from flow.errors import ErnError, TrainError, UsageError
from qmodels import state
from qmodels.augment import AUGMENTATIONS, Augmentation
from qmodels.config import network
from qmodels.datasets import Dataset, load


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the trained weights, apart from the code. `threads` counts: sums depend on it."""

    model: str
    epochs: int = 60
    lr: float = 4e-3
    batch: int = 128
    seed: int = 1
    warmup: float = 1.0
    holdout: int = 0
    threads: int = 1
    float_twin: bool = False
    distill: str | None = None
    distill_weight: float = 0.5
    distill_temperature: float = 2.0

    def __post_init__(self) -> None:
        for name in ("epochs", "lr", "batch", "threads", "distill_temperature"):
            if not getattr(self, name) > 0:
                raise UsageError(f"--{name.replace('_', '-')} must be positive, found {getattr(self, name)}")
        for name in ("warmup", "holdout", "distill_weight", "seed"):
            if not getattr(self, name) >= 0:
                raise UsageError(f"--{name.replace('_', '-')} must not be negative, found {getattr(self, name)}")


def learning_rate(recipe: Recipe, epoch: float) -> float:
    """Rate at a (fractional) epoch: linear warm-up over `warmup` epochs, then a cosine to zero at the last epoch."""
    if epoch < recipe.warmup:
        return recipe.lr * epoch / recipe.warmup
    progress = (epoch - recipe.warmup) / max(recipe.epochs - recipe.warmup, 1e-9)
    return recipe.lr * 0.5 * (1.0 + math.cos(math.pi * min(progress, 1.0)))


def train(recipe: Recipe, out: Path, resume: bool = False, stop_after: int | None = None) -> dict[str, Any]:
    """Train `recipe.model` into the folder `out`; returns the summary that is also written there as summary.json.

    `resume` goes on from out/checkpoint.npz (a new number of epochs stretches or shortens the schedule from there);
    `stop_after` ends after that epoch, as a kill would. TrainError where the folder holds another run.
    """
    config = network(recipe.model)
    if config.dataset is None:
        raise TrainError(f"model {recipe.model}: no data set for it is known here; train it elsewhere and import it")
    data, out = load(config.dataset), Path(out)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as err:
        raise TrainError(f"{out}: cannot be made a folder ({err.strerror}); choose another --out") from err
    checkpoint = out / "checkpoint.npz"
    if checkpoint.exists() and not resume:
        raise TrainError(f"{checkpoint}: a run is here already; add --resume to go on with it, or choose another --out")
    if not 0 <= recipe.holdout < len(data.train_x):
        raise TrainError(f"--holdout must be 0..{len(data.train_x) - 1}, found {recipe.holdout}")
    trainer = _trainer(recipe)
    done, history = 0, []
    if resume:
        done, history = trainer.restore(checkpoint, recipe)
        print(f"resumed after epoch {done}", flush=True)
    fit_x, fit_y, held_x, held_y = _split(data, recipe)
    augmentation = AUGMENTATIONS.get(config.dataset, Augmentation())
    for epoch in range(done, recipe.epochs):
        started = time.monotonic()
        loss, accuracy = trainer.epoch(fit_x, fit_y, epoch, augmentation)
        row = {"epoch": epoch + 1, "lr": learning_rate(recipe, epoch + 1), "loss": loss, "train_accuracy": accuracy}
        if recipe.holdout:
            row["holdout_accuracy"] = trainer.accuracy(held_x, held_y)
        history.append(row)
        trainer.save(checkpoint, recipe, epoch + 1, history)
        print(
            "  ".join(f"{k} {v:.5f}" if isinstance(v, float) else f"{k} {v}" for k, v in row.items()),
            f" {time.monotonic() - started:.0f} s",
            flush=True,
        )
        if stop_after is not None and epoch + 1 >= stop_after:
            return {"stopped_after": epoch + 1}
    # With images held out the run chooses a recipe, and the test set must not be looked at.
    summary: dict[str, Any] = {"recipe": dataclasses.asdict(recipe), "history": history}
    if not recipe.holdout:
        summary["test_accuracy"] = trainer.accuracy(data.test_x, data.test_y)
        summary["test_images"] = len(data.test_x)
        print(f"test accuracy {summary['test_accuracy']:.4f} on {len(data.test_x)} images", flush=True)
    state.write_atomic(out / "summary.json", json.dumps(summary, indent=1).encode())
    return summary


def commands(recipe: Recipe, segments: Sequence[dict[str, int]]) -> list[str]:
    """The commands that repeat a run: one, or one for each length of schedule it was resumed with."""
    options = ""
    for field in dataclasses.fields(recipe):
        value = getattr(recipe, field.name)
        if field.name not in ("model", "epochs") and value != field.default:
            flag = "--" + field.name.replace("_", "-")
            options += f" {flag}" if value is True else f" {flag} {value}"
    lines = []
    for index, segment in enumerate(segments):
        line = f"python -m qmodels.train {recipe.model} --epochs {segment['epochs']}{options}"
        if index + 1 < len(segments):
            line += f" --stop-after {segments[index + 1]['from_epoch']}"
        lines.append(line + (" --resume" if index else ""))
    return lines


def _split(data: Dataset, recipe: Recipe) -> tuple[Any, Any, Any, Any]:
    """Training and held-out images; which ones are held out does not depend on the seed, so recipes compare."""
    order = np.random.default_rng(12345).permutation(len(data.train_x))
    held, fit = np.sort(order[: recipe.holdout]), np.sort(order[recipe.holdout :])
    return data.train_x[fit], data.train_y[fit], data.train_x[held], data.train_y[held]


def _trainer(recipe: Recipe) -> Any:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from qmodels.trainer import Trainer  # TensorFlow only from here on

    return Trainer(recipe)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ern train", description="Train a network of the zoo.")
    parser.add_argument("model")
    parser.add_argument("--out", type=Path, help="folder of the run (default build/train/MODEL)")
    parser.add_argument("--resume", action="store_true", help="go on after the last finished epoch")
    parser.add_argument("--stop-after", type=int, metavar="EPOCH", help="end after this epoch, to be resumed later")
    for field in dataclasses.fields(Recipe):
        flag = "--" + field.name.replace("_", "-")
        if field.name == "model":
            continue
        if field.name == "float_twin":
            parser.add_argument(flag, action="store_true", help="train the float twin, a teacher for --distill")
        elif field.name == "distill":
            parser.add_argument(flag, metavar="CHECKPOINT", help="checkpoint.npz of a trained float twin to learn from")
        else:
            assert field.default is not None
            parser.add_argument(flag, type=type(field.default), default=field.default, help=f"default {field.default}")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Command line of `ern train`; returns the exit code."""
    args = vars(_parser().parse_args(argv))
    out, resume, stop_after = args.pop("out"), args.pop("resume"), args.pop("stop_after")
    try:
        train(Recipe(**args), out or Path("build") / "train" / args["model"], resume, stop_after)
    except ErnError as err:
        print(f"ern train: {err}", file=sys.stderr)
        return err.exit_code
    except KeyboardInterrupt:
        print("ern train: interrupted; --resume goes on after the last finished epoch", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
