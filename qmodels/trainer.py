# SPDX-License-Identifier: Apache-2.0
"""The TensorFlow half of training: one step, one epoch, state in and out."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf
from tqdm import tqdm

from flow.errors import TrainError
from qmodels import state
from qmodels.augment import Augmentation, epoch_batches
from qmodels.ern import build, build_float_twin

if TYPE_CHECKING:
    from qmodels.train import Recipe

EVALUATION_BATCH = 500
# Fields that may differ when a run is resumed: they change the rest of the schedule, or nothing.
_FREE_ON_RESUME = ("epochs",)


class Trainer:
    """Network, optimizer and compiled step of one run."""

    def __init__(self, recipe: Recipe) -> None:
        try:
            tf.config.threading.set_intra_op_parallelism_threads(recipe.threads)
            tf.config.threading.set_inter_op_parallelism_threads(1)
        except RuntimeError:
            pass  # TensorFlow runs already (inside a test); its thread counts stand
        tf.config.experimental.enable_op_determinism()
        tf.keras.utils.set_random_seed(recipe.seed)
        self.recipe = recipe
        # From which epoch on which length of schedule held: it takes that to repeat a run resumed with another one.
        self.segments = [{"from_epoch": 0, "epochs": recipe.epochs}]
        self.model = (build_float_twin if recipe.float_twin else build)(recipe.model)
        # The legacy optimizer updates each variable in one kernel; the newer one costs several passes over memory.
        self.optimizer = tf.keras.optimizers.legacy.Adam(recipe.lr)
        self.optimizer._create_all_weights(self.model.trainable_variables)
        self.teacher = None
        if recipe.distill:
            self.teacher = build_float_twin(recipe.model)
            header, arrays = state.read_arrays(Path(recipe.distill))
            if not header["recipe"].get("float_twin") or header["recipe"]["model"] != recipe.model:
                raise TrainError(
                    f"{recipe.distill}: expected a float twin of {recipe.model} (made with --float-twin), found "
                    f"{header['recipe']}"
                )
            self.teacher.set_weights(_numbered(arrays, "model"))
        self._step = tf.function(self._eager_step)
        self._predict = tf.function(lambda x: self.model(x, training=False))

    def _eager_step(self, x: Any, y: Any) -> tuple[Any, Any]:
        recipe = self.recipe
        with tf.GradientTape() as tape:
            logits = self.model(x, training=True)
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits))
            if self.teacher is not None:
                t, weight = recipe.distill_temperature, recipe.distill_weight
                soft = tf.nn.softmax(self.teacher(x, training=False) / t)
                learned = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(soft, logits / t))
                loss = (1.0 - weight) * loss + weight * t * t * learned
        gradients = tape.gradient(loss, self.model.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.model.trainable_variables, strict=True))
        right = tf.reduce_sum(tf.cast(tf.equal(tf.argmax(logits, 1), y), tf.int32))
        return loss, right

    def epoch(
        self, x: npt.NDArray[np.uint8], y: npt.NDArray[np.int64], epoch: int, augmentation: Augmentation
    ) -> tuple[float, float]:
        """Train one epoch; mean loss and accuracy of its batches. TrainError when the loss is no longer finite."""
        from qmodels.train import learning_rate

        steps = max(len(x) // self.recipe.batch, 1)
        losses, right, seen = [], 0, 0
        batches = epoch_batches(x, y, self.recipe.batch, self.recipe.seed, epoch, augmentation)
        for index, (bx, by) in enumerate(
            tqdm(batches, f"epoch {epoch + 1}/{self.recipe.epochs}", steps, leave=False, disable=None)
        ):
            self.optimizer.learning_rate = learning_rate(self.recipe, epoch + index / steps)
            loss, correct = self._step(tf.constant(bx), tf.constant(by))
            losses.append(float(loss))
            right, seen = right + int(correct), seen + len(by)
        mean = float(np.mean(losses))
        if not np.isfinite(mean):
            raise TrainError(f"epoch {epoch + 1}: expected a finite loss, found {mean}; lower --lr and --resume")
        return mean, right / seen

    def accuracy(self, x: npt.NDArray[np.uint8], y: npt.NDArray[np.int64]) -> float:
        """Fraction of images classified rightly, in inference."""
        right = 0
        for start in range(0, len(x), EVALUATION_BATCH):
            logits = self._predict(tf.constant(x[start : start + EVALUATION_BATCH])).numpy()
            right += int((logits.argmax(1) == y[start : start + EVALUATION_BATCH]).sum())
        return right / len(x)

    def save(self, path: Path, recipe: Recipe, epochs_done: int, history: list[dict[str, Any]]) -> None:
        """Write everything that a resumed run needs, in one rename."""
        arrays = {f"model/{i:04d}": v for i, v in enumerate(self.model.get_weights())}
        arrays.update({f"optimizer/{i:04d}": np.asarray(v) for i, v in enumerate(self.optimizer.get_weights())})
        header = {
            "recipe": dataclasses.asdict(recipe),
            "epochs_done": epochs_done,
            "history": history,
            "segments": self.segments,
            "names": [v.name for v in self.model.weights],
            "tensorflow": tf.__version__,
        }
        state.write_arrays(path, header, arrays)

    def restore(self, path: Path, recipe: Recipe) -> tuple[int, list[dict[str, Any]]]:
        """Load what `save` wrote; epochs done and their history. TrainError if the run had another recipe."""
        header, arrays = state.read_arrays(path)
        mine = dataclasses.asdict(recipe)
        differing = [k for k in mine if k not in _FREE_ON_RESUME and header["recipe"].get(k) != mine[k]]
        if differing:
            found = ", ".join(f"{k} {header['recipe'].get(k)!r}" for k in differing)
            asked = ", ".join(f"{k} {mine[k]!r}" for k in differing)
            raise TrainError(
                f"{path}: expected a run with {asked}, found {found}; resume with the options it began with"
            )
        done = int(header["epochs_done"])
        self.segments = list(header.get("segments", [{"from_epoch": 0, "epochs": header["recipe"]["epochs"]}]))
        if self.segments[-1]["epochs"] != recipe.epochs:
            self.segments.append({"from_epoch": done, "epochs": recipe.epochs})
        names = [v.name for v in self.model.weights]
        if header["names"] != names:
            raise TrainError(
                f"{path}: expected the weights of {recipe.model} as it is now, found those of another network; "
                "train anew in another --out"
            )
        self.model.set_weights(_numbered(arrays, "model"))
        self.optimizer.set_weights(_numbered(arrays, "optimizer"))
        return done, list(header["history"])


def _numbered(arrays: dict[str, npt.NDArray[Any]], prefix: str) -> list[npt.NDArray[Any]]:
    return [arrays[name] for name in sorted(arrays) if name.startswith(prefix + "/")]
