# SPDX-License-Identifier: Apache-2.0
"""Make tests/vectors/small: test vectors of our own in the layout of the official ones.

    python tests/vectors/make_small.py tests/vectors/small

The engine below knows nothing of integers or thresholds: it is the real-valued definition in float64 (paper section 3).
No value is nearer to a threshold than any rounding reaches, so what it says holds for every exact implementation.
"""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np

Arrays = dict[str, np.ndarray]
LEAST_DISTANCE = 1e-4
EPSILON = 1e-5


class Engine:
    """Float64 layers, N x C x H x W; records codes and the least distance of a value from a threshold."""

    def __init__(self, state: Arrays, fit: np.random.Generator | None = None) -> None:
        self.state, self.codes, self.distance, self.fit = state, {}, np.inf, fit

    def conv(self, x: np.ndarray, key: str, stride: int = 1, shared: bool = False) -> np.ndarray:
        """Real convolution with sgn(w) times the mean of |w| (or 1/32), zeros around."""
        w = self.state[f"{key}.weight"].astype(np.float64)
        scale = np.full(len(w), 1 / 32) if shared else np.float32(np.abs(w).mean(axis=(1, 2, 3))).astype(np.float64)
        q = np.where(w >= 0, 1.0, -1.0) * scale[:, None, None, None]
        kernel = w.shape[2]
        padded = np.pad(x, ((0, 0), (0, 0), (kernel // 2,) * 2, (kernel // 2,) * 2))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (kernel, kernel), (2, 3))[:, :, ::stride, ::stride]
        return np.einsum("nchwij,ocij->nohw", windows, q)

    def act(self, x: np.ndarray, bn: str, name: str, scaled: bool) -> np.ndarray:
        """BatchNormalization with stored statistics, then floor(1.5 * clamp(x, 0, 2) + 0.5)."""
        if self.fit:
            self._fit(x, bn)
        g, b, m, v = (
            self.state[f"{bn}.{part}"].astype(np.float64)[:, None, None]
            for part in ("weight", "bias", "running_mean", "running_var")
        )
        y = (x - m) / np.sqrt(v + EPSILON) * g + b
        distance = min(float(np.abs(y - t).min()) for t in (1 / 3, 1.0, 5 / 3))
        self.distance = min(self.distance, distance)
        code = np.floor(1.5 * np.clip(y, 0, 2) + 0.5)
        self.codes[name] = code.astype(np.uint8)
        return code * (2 / 3) if scaled else code

    def _fit(self, x: np.ndarray, bn: str) -> None:
        """Statistics near those of x, so that codes vary; some variances stay zero."""
        assert self.fit
        mean, spread = x.mean(axis=(0, 2, 3)), x.std(axis=(0, 2, 3)) + 0.05
        flat = self.state[f"{bn}.running_var"] == 0
        mean += self.fit.normal(0, 0.3, len(mean)) * spread
        variance = np.where(flat, 0, spread**2 * self.fit.uniform(0.5, 1.5, len(mean)))
        self.state[f"{bn}.running_mean"] = mean.astype(np.float32)
        self.state[f"{bn}.running_var"] = variance.astype(np.float32)

    def embed(self, image: np.ndarray) -> np.ndarray:
        """floor(clamp(v * w - b, 0, 4 - 1e-6)), channel colour * K + i."""
        w, b = (
            (self.state[f"pixel_embedding.{one}"] + self.state[f"pixel_embedding.{two}"]).astype(np.float64)
            for one, two in (("w_const", "w"), ("b_const", "b"))
        )
        y = image[:, :, None].astype(np.float64) * w - b
        return np.floor(np.clip(y, 0, 4 - 1e-6)).reshape(len(image), -1, *image.shape[2:])

    def block(self, x: np.ndarray, prefix: str, stride: int) -> np.ndarray:
        """Plain or bottleneck block; the downsample reads the activated tensor."""
        bottleneck, down = f"{prefix}conv3.weight" in self.state, f"{prefix}downsample.weight" in self.state
        first = 1 if bottleneck else 0
        a = self.act(x, f"{prefix}bn{first}", f"{prefix}act{first}", not down)
        skip = self.conv(a, f"{prefix}downsample", stride, True) if down else x
        if bottleneck:
            a = self.act(self.conv(a, f"{prefix}conv1"), f"{prefix}bn2", f"{prefix}act2", True)
            a = self.act(self.conv(a, f"{prefix}conv2", stride), f"{prefix}bn3", f"{prefix}act3", False)
            return self.conv(a, f"{prefix}conv3", shared=True) + skip
        a = self.act(self.conv(a, f"{prefix}conv1", stride), f"{prefix}bn1", f"{prefix}act1", False)
        return self.conv(a, f"{prefix}conv2", shared=True) + skip


def add_norm(state: Arrays, key: str, channels: int, spread: float, rng: np.random.Generator) -> None:
    """Statistics that fit sums of this spread; gains of both signs, zero, tiny; some variances are zero."""
    gamma = rng.normal(0, 0.6, channels)
    gamma[rng.random(channels) < 0.08] = 0
    gamma[rng.random(channels) < 0.08] *= 1e-6
    variance = rng.uniform(0.3, 1.5, channels) * spread**2
    flat = rng.random(channels) < 0.05
    variance[flat], gamma[flat] = 0, gamma[flat] * 1e-3
    values = (gamma, rng.normal(0.8, 0.4, channels), rng.normal(0, 0.3 * spread, channels), variance)
    for part, value in zip(("weight", "bias", "running_mean", "running_var"), values, strict=True):
        state[f"{key}.{part}"] = value.astype(np.float32)
    state[f"{key}.num_batches_tracked"] = np.int64(7)


def add_conv(state: Arrays, key: str, shape: tuple[int, int, int], rng: np.random.Generator) -> None:
    """Latent weights [out,in,k,k], with zeros of both signs."""
    out, channels, kernel = shape
    w = rng.uniform(-1, 1, (out, channels, kernel, kernel)) / np.sqrt(channels * kernel * kernel)
    w.reshape(-1)[rng.integers(0, w.size, 2)] = (0.0, -0.0)
    state[f"{key}.weight"] = w.astype(np.float32)


def add_block(state: Arrays, prefix: str, channels: int, width: int, bottleneck: bool, down: bool,
              rng: np.random.Generator) -> int:  # fmt: skip
    """Weights of a block; returns its output channels."""
    out = 4 * width if bottleneck else width
    if bottleneck:
        for i, (n, spread) in enumerate(((channels, 0.6), (width, 0.4), (width, 0.6)), 1):
            add_norm(state, f"{prefix}bn{i}", n, spread, rng)
        for i, shape in enumerate(((width, channels, 1), (width, width, 3), (out, width, 1)), 1):
            add_conv(state, f"{prefix}conv{i}", shape, rng)
    else:
        for i, n in enumerate((channels, width)):
            add_norm(state, f"{prefix}bn{i}", n, 0.6, rng)
        add_conv(state, f"{prefix}conv1", (width, channels, 3), rng)
        add_conv(state, f"{prefix}conv2", (out, width, 3), rng)
    if down:
        add_conv(state, f"{prefix}downsample", (out, channels, 1), rng)
    return out


def embedding(expansion: int) -> Arrays:
    """The constants of the pixel embedding."""
    step = max(1, 255 // (3 * expansion))
    shape = (1, 3, expansion, 1, 1)
    ramp = ((np.arange(expansion) + 1) / expansion - 1).reshape(1, 1, expansion, 1, 1)
    return {
        "w_const": np.full(shape, 1 / (step * expansion), np.float32),
        "b_const": ramp.astype(np.float32),
        "w": np.zeros(shape, np.float32),
        "b": np.full(shape, 1e-4, np.float32),
    }


def network(config: dict, rng: np.random.Generator) -> Arrays:
    """A whole state_dict in the layout of the official code, with its duplicates and unused tails."""
    state = {f"pixel_embedding.{key}": value for key, value in embedding(config["k"]).items()}
    stem, bottleneck = 8, config["block"] == "bottleneck"
    channels = 3 * config["k"]
    for name, kernel in (("1", 3), ("2", 3), ("_downsample", 3), ("1_2", 1)):
        add_conv(state, f"backbone.conv{name}", (stem, channels, kernel), rng)
        channels = stem
        if name != "1_2":
            add_norm(state, f"backbone.bn{name}", stem, 0.8, rng)
    state["backbone.downsample.0.weight"] = state["backbone.conv_downsample.weight"]
    for part in ("weight", "bias", "running_mean", "running_var", "num_batches_tracked"):
        state[f"backbone.downsample.1.{part}"] = state[f"backbone.bn_downsample.{part}"]
    for stage, (blocks, width) in enumerate(zip(config["layers"], config["widths"], strict=True), 1):
        for index in range(blocks):
            prefix = f"backbone.layer{stage}.{index}."
            channels = add_block(state, prefix, channels, width, bottleneck, index == 0, rng)
        if stage > 1:
            add_norm(state, f"backbone.last_bn_layer{stage}", channels, 1.0, rng)
    add_conv(state, "conv", (config["classes"], channels, 1), rng)
    return state


def run(state: Arrays, image: np.ndarray, fit: np.random.Generator | None = None) -> tuple[Arrays, float]:
    """Every array of an input and output file; with `fit` statistics are set on the way."""
    engine = Engine(state, fit)
    result: Arrays = {"x": image}
    x = engine.embed(image)
    for name, stride in (("1", 2), ("2", 1), ("_downsample", 2)):
        x = engine.act(
            engine.conv(x, f"backbone.conv{name}", stride), f"backbone.bn{name}", f"backbone.act{name}", True
        )
    x = engine.conv(x, "backbone.conv1_2")
    result["stem_out"] = x.astype(np.float32)
    stage = 1
    while f"backbone.layer{stage}.0.conv1.weight" in state:
        index = 0
        while f"backbone.layer{stage}.{index}.conv1.weight" in state:
            x = engine.block(x, f"backbone.layer{stage}.{index}.", 2 if stage > 1 and index == 0 else 1)
            index += 1
        result[f"layer{stage}_int"] = np.rint(x * 32).astype(np.int16)
        if stage > 1:
            last = engine.act(x, f"backbone.last_bn_layer{stage}", f"backbone.last_act_layer{stage}", True)
        stage += 1
    codes = np.rint(last * 1.5)
    result["last_codes"] = codes.astype(np.uint8)
    weights = np.where(state["conv.weight"] >= 0, 1.0, -1.0)[:, :, 0, 0]
    result["logits_intsum"] = np.einsum("nchw,oc->no", codes, weights).astype(np.int32)
    result["logits_fp64"] = engine.conv(last, "conv").mean(axis=(2, 3))
    result["logits"] = result["logits_fp64"].astype(np.float32)
    result.update({f"codes/{key.removeprefix('backbone.')}": value for key, value in engine.codes.items()})
    return result, engine.distance


def nets() -> dict[str, tuple[Arrays, str]]:
    """Files of the two nets; the first seed whose values keep their distance from every threshold."""
    files = {}
    configs = {
        "net_plain_k3": {"block": "preact", "layers": [2, 1, 1, 1], "widths": [8, 9, 10, 7], "classes": 5, "k": 3},
        "net_neck_k2": {"block": "bottleneck", "layers": [1, 2, 1, 1], "widths": [2, 3, 2, 3], "classes": 3, "k": 2},
    }
    for name, config in configs.items():
        for seed in range(10_000):
            rng = np.random.default_rng(seed)
            state = network(config, rng)
            image = rng.integers(0, 256, (2, 3, 21, 34), np.uint8)
            run(state, rng.integers(0, 256, (16, 3, 21, 34), np.uint8), fit=rng)
            for part in ("running_mean", "running_var"):
                state[f"backbone.downsample.1.{part}"] = state[f"backbone.bn_downsample.{part}"]
            result, distance = run(state, image)
            if distance > LEAST_DISTANCE:
                break
        files[f"{name}_state.npz"] = state, f"state_dict, {config}, seed {seed}"
        files[f"{name}_io_n21.npz"] = result, "2 images 21x34 and every code, residual stream, sum and logit"
    return files


def blocks() -> dict[str, tuple[Arrays, str]]:
    """One file a kind of block; stride 2 on odd sizes."""
    files = {}
    for name, bottleneck, down, stride in (
        ("preact_plain", False, False, 1), ("preact_down_s2", False, True, 2),
        ("bottleneck_plain", True, False, 1), ("bottleneck_down_s2", True, True, 2),
    ):  # fmt: skip
        channels, width = 12, 3 if bottleneck else 12 if not down else 10
        for seed in range(10_000):
            rng = np.random.default_rng(seed)
            state: Arrays = {}
            add_block(state, "", channels, width, bottleneck, down, rng)
            x = rng.integers(-60, 61, (2, channels, 7, 5)).astype(np.int16)
            Engine(state, rng).block(x / 32, "", stride)
            engine = Engine(state)
            y = engine.block(x / 32, "", stride)
            if engine.distance > LEAST_DISTANCE:
                break
        arrays = {"x_int": x, "y_int": np.rint(y * 32).astype(np.int32)}
        arrays |= {f"{key}_codes": value for key, value in engine.codes.items()}
        files[f"block_{name}.npz"] = arrays | {f"sd/{key}": value for key, value in state.items()}, f"seed {seed}"
    return files


def quantizers() -> dict[str, tuple[Arrays, str]]:
    """Encoder of two K, weight quantizers, activation quantizer; forward only."""
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (1, 3, 5, 7), np.uint8)
    pixels: Arrays = {"image": image}
    for k in (4, 21):
        parts = embedding(k)
        engine = Engine({f"pixel_embedding.{key}": value for key, value in parts.items()})
        ramp = np.repeat(np.arange(256, dtype=np.uint8).reshape(1, 1, 1, 256), 3, axis=1)
        pixels[f"k{k}_codes"] = engine.embed(ramp)[0, :k, 0].T.astype(np.uint8)
        pixels[f"k{k}_image_codes"] = engine.embed(image).astype(np.uint8)
        pixels |= {f"k{k}_{key}": value for key, value in parts.items()}
    w = rng.normal(0, 1, (4, 3, 3, 3)).astype(np.float32)
    w[0], w[1, 0, 0, :2] = -np.abs(w[0]), (0.0, -0.0)
    sign = np.where(w >= 0, np.float32(1), np.float32(-1))
    mean = np.abs(w.astype(np.float64)).mean(axis=(1, 2, 3), keepdims=True).astype(np.float32)
    x = np.concatenate([rng.normal(0.8, 1, 500), [0.0, -0.0, 1.0, 2.0, 9.0]]).astype(np.float32)
    x = x[np.abs(x[:, None] - (1 / 3, 5 / 3)).min(axis=1) > LEAST_DISTANCE]
    code = np.floor(1.5 * np.clip(x.astype(np.float64), 0, 2) + 0.5)
    activations = {
        "x": x, "scaled_code": code.astype(np.uint8), "raw_out": code.astype(np.float32),
        "scaled_out": code.astype(np.float32) * np.float32(2 / 3),
    }  # fmt: skip
    return {
        "pixel_embedding.npz": (pixels, "codes of all pixel values and of an image"),
        "weight_quantizers.npz": ({"c0_w": w, "c0_cwmean_out": sign * mean, "c0_pow2_out": sign / 32}, "one case"),
        "activation_quantizers.npz": (activations, "codes and both outputs"),
    }


def main(folder: Path) -> None:
    """Write all files and the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    entries = []
    for file, (arrays, holds) in {**quantizers(), **blocks(), **nets()}.items():
        np.savez_compressed(folder / file, **arrays)
        digest = hashlib.sha256((folder / file).read_bytes()).hexdigest()
        shapes = {k: {"shape": list(np.shape(v)), "dtype": str(np.asarray(v).dtype)} for k, v in arrays.items()}
        entries.append({"file": file, "sha256": digest, "holds": holds, "arrays": shapes})
    lines = ",\n".join(json.dumps(entry) for entry in entries)
    (folder / "MANIFEST.json").write_text(f'{{"set": "small", "files": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    main(Path(sys.argv[1]))
