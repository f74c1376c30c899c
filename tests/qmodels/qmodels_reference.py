# SPDX-License-Identifier: Apache-2.0
"""An engine of its own for the tests: integers in NumPy, written from the rules and not from the layers.

It writes folders of vectors in the layout of the official ones, from random state dictionaries.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

State = dict[str, np.ndarray]
THRESHOLDS = np.array([0x3EAAAAAA, 0x3F800000, 0x3FD55555], np.uint32).view(np.float32)
TWO_THIRDS = np.float32(2 / 3)


def golden_folder() -> Path | None:
    """Folder of official vectors: $ERN_GOLDEN, else shared/golden beside the repository; None where it is missing."""
    folder = Path(os.environ.get("ERN_GOLDEN") or Path(__file__).parents[3] / "shared" / "golden")
    return folder if (folder / "MANIFEST.json").is_file() else None


def encode(image: np.ndarray, k: int) -> np.ndarray:
    """Codes N x C*K x H x W of uint8 N x C x H x W: the formula in exact arithmetic, y lowered by 1e-4 and floored."""
    step = max(1, 255 // (3 * k))
    out = np.zeros((image.shape[0], image.shape[1], k, *image.shape[2:]), np.int64)
    for i in range(k):
        for m in (1, 2, 3):
            out[:, :, i] += image > step * (k * (m - 1) + i + 1)
    return out.reshape(image.shape[0], -1, *image.shape[2:])


def signs(w: np.ndarray) -> np.ndarray:
    return np.where(np.asarray(w) < 0, -1, 1).astype(np.int64)


def conv(codes: np.ndarray, w: np.ndarray, stride: int) -> np.ndarray:
    """Integer sums of N x C x H x W codes with the signs of w [out, in, kh, kw], symmetric zero padding."""
    out, _, kh, kw = w.shape
    x = np.pad(codes, ((0, 0), (0, 0), (kh // 2, kh // 2), (kw // 2, kw // 2)))
    height, width = (x.shape[2] - kh) // stride + 1, (x.shape[3] - kw) // stride + 1
    acc = np.zeros((len(x), height, width, out), np.int64)
    for i in range(kh):
        for j in range(kw):
            part = x[:, :, i : i + stride * (height - 1) + 1 : stride, j : j + stride * (width - 1) + 1 : stride]
            acc += np.tensordot(part, signs(w[:, :, i, j]), ((1,), (1,)))
    return acc.transpose(0, 3, 1, 2)


def scale(w: np.ndarray) -> np.ndarray:
    return np.abs(w.astype(np.float64)).mean((1, 2, 3)).astype(np.float32)


def real(acc: np.ndarray, w: np.ndarray, input_scale: np.float32) -> np.ndarray:
    return acc.astype(np.float32) * (scale(w) * input_scale)[:, None, None]


def act(x: np.ndarray, state: State, bn: str) -> np.ndarray:
    """Codes of float32 N x C x H x W through a norm in inference."""
    weight, bias, mean, var = (
        state[f"{bn}.{k}"].astype(np.float64) for k in ("weight", "bias", "running_mean", "running_var")
    )
    gain = weight / np.sqrt(var + 1e-5)
    a, b = gain.astype(np.float32)[:, None, None], (bias - mean * gain).astype(np.float32)[:, None, None]
    y = (x.astype(np.float64) * a + b).astype(np.float32)
    return (y[..., None] >= THRESHOLDS).sum(-1)


def block(x: np.ndarray, state: State, prefix: str, stride: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Stream times 32 after a block, from float32 x; and the codes of its activations."""
    down, preact = f"{prefix}downsample.weight" in state, f"{prefix}bn0.weight" in state
    names = ("act0", "act1") if preact else ("act1", "act2", "act3")
    codes = [act(x, state, f"{prefix}bn{names[0][-1]}")]
    skip = conv(codes[0], state[f"{prefix}downsample.weight"], stride) if down else np.rint(x * 32).astype(np.int64)
    w = state[f"{prefix}conv1.weight"]
    h = real(conv(codes[0], w, stride if preact else 1), w, np.float32(1) if down else TWO_THIRDS)
    codes.append(act(h, state, f"{prefix}bn{names[1][-1]}"))
    if not preact:
        w = state[f"{prefix}conv2.weight"]
        codes.append(act(real(conv(codes[1], w, stride), w, TWO_THIRDS), state, f"{prefix}bn3"))
    last = conv(codes[-1], state[f"{prefix}conv{2 if preact else 3}.weight"], 1)
    return last + skip, dict(zip(names, codes, strict=True))


def stream(acc: np.ndarray) -> np.ndarray:
    return acc.astype(np.float32) / np.float32(32)


def net(state: State, image: np.ndarray) -> dict[str, np.ndarray]:
    """Every result of an official network on uint8 N x C x H x W, named as in the official vectors."""
    out: dict[str, np.ndarray] = {"x": image}
    codes = encode(image, state["pixel_embedding.w_const"].shape[2])
    input_scale = np.float32(1)
    for name, stride in (("1", 2), ("2", 1), ("_downsample", 2)):
        w = state[f"backbone.conv{name}.weight"]
        codes = act(real(conv(codes, w, stride), w, input_scale), state, f"backbone.bn{name}")
        out[f"codes/act{name}"], input_scale = codes, TWO_THIRDS
    w = state["backbone.conv1_2.weight"]
    x = out["stem_out"] = real(conv(codes, w, 1), w, TWO_THIRDS)
    for index in (1, 2, 3, 4):
        depth = 0
        while f"backbone.layer{index}.{depth}.conv1.weight" in state:
            prefix = f"backbone.layer{index}.{depth}."
            acc, inner = block(x, state, prefix, 2 if index > 1 and depth == 0 else 1)
            out.update({f"codes/layer{index}.{depth}.{k}": v for k, v in inner.items()})
            x, depth = stream(acc), depth + 1
        out[f"layer{index}_int"] = acc
    out["last_codes"] = act(x, state, "backbone.last_bn_layer4")
    w = state["conv.weight"]
    sums = out["logits_intsum"] = conv(out["last_codes"], w, 1).sum((2, 3))
    out["logits"] = (sums * scale(w).astype(np.float64) * (2 / 3) / np.prod(x.shape[2:])).astype(np.float32)
    return out


def norm(rng: np.random.Generator, state: State, name: str, channels: int, spread: float) -> None:
    """A norm with gains that are negative, zero and tiny, and variances that are zero."""
    gain = rng.normal(1, 0.5, channels) * rng.choice([1, 1, 1, -1, 0, 1e-20], channels)
    state[f"{name}.weight"] = gain.astype(np.float32)
    state[f"{name}.bias"] = rng.normal(0.8, 0.4, channels).astype(np.float32)
    state[f"{name}.running_mean"] = rng.normal(0, 0.3 * spread, channels).astype(np.float32)
    state[f"{name}.running_var"] = (spread**2 * rng.choice([1, 1, 1, 0], channels)).astype(np.float32)


def weight(rng: np.random.Generator, out: int, channels: int, kernel: int) -> np.ndarray:
    return (rng.normal(size=(out, channels, kernel, kernel)) / np.sqrt(channels) / kernel).astype(np.float32)


def block_state(
    rng: np.random.Generator, state: State, prefix: str, preact: bool, channels: int, width: int, down: bool
) -> int:
    """Random weights of one block into `state`; its output channels."""
    shapes = (
        ((3, width, channels), (3, width, width))
        if preact
        else ((1, width, channels), (3, width, width), (1, 4 * width, width))
    )
    for i, (kernel, out, inside) in enumerate(shapes):
        norm(rng, state, f"{prefix}bn{i if preact else i + 1}", inside, 1.0)
        state[f"{prefix}conv{i + 1}.weight"] = weight(rng, out, inside, kernel)
    if down:
        state[f"{prefix}downsample.weight"] = weight(rng, shapes[-1][1], channels, 1)
    return shapes[-1][1]


def net_state(
    rng: np.random.Generator, preact: bool, layers: tuple[int, ...], widths: tuple[int, ...], k: int, classes: int
) -> State:
    """Random state dictionary of an official network."""
    state: State = {"pixel_embedding.w_const": np.full((1, 3, k, 1, 1), 1 / k, np.float32)}
    channels = 3 * k
    for name in ("1", "2", "_downsample"):
        state[f"backbone.conv{name}.weight"] = weight(rng, 16, channels, 3)
        norm(rng, state, f"backbone.bn{name}", 16, 1.0)
        channels = 16
    state["backbone.conv1_2.weight"] = weight(rng, 16, 16, 1)
    for index, (count, width) in enumerate(zip(layers, widths, strict=True), 1):
        for depth in range(count):
            channels = block_state(rng, state, f"backbone.layer{index}.{depth}.", preact, channels, width, depth == 0)
    norm(rng, state, "backbone.last_bn_layer4", channels, 1.0)
    state["conv.weight"] = weight(rng, classes, channels, 1)
    return state


def files(rng: np.random.Generator) -> Iterator[tuple[str, dict[str, Any]]]:
    """Names and arrays of a small folder of vectors: encoder, quantizers, blocks, two networks."""
    image = rng.integers(0, 256, (2, 3, 5, 7)).astype(np.uint8)
    values = np.arange(256, dtype=np.uint8).reshape(256, 1, 1, 1)
    yield (
        "pixel_embedding.npz",
        {
            "image": image,
            **{f"k{k}_codes": encode(values, k)[:, :, 0, 0] for k in (3, 32, 90)},
            **{f"k{k}_image_codes": encode(image, k) for k in (3, 32, 90)},
        },
    )
    w, g = rng.normal(size=(5, 3, 2, 3)).astype(np.float32), rng.normal(size=(5, 3, 2, 3)).astype(np.float32)
    w[0, 0, 0] = 0.0, -0.0, -1e-42
    weights: dict[str, Any] = {"c0_w": w, "c0_g": g}
    for kind, alpha in (("cwmean", scale(w)[:, None, None, None]), ("pow2", np.float32(1 / 32))):
        q = weights[f"c0_{kind}_out"] = (signs(w) * alpha).astype(np.float32)
        for delta in (0.0, 0.05):
            weights[f"c0_{kind}_grad_d{delta:g}"] = g * (1 + delta * np.sign(g) * (w - q))
    yield "weight_quantizers.npz", weights
    x = np.concatenate([rng.normal(1, 1, 200), [0, -0.0, 2, -1e-42, 1 / 3, 1, 5 / 3]]).astype(np.float32)
    g = rng.normal(size=x.shape).astype(np.float32)
    codes = (x[:, None] >= THRESHOLDS).sum(1)
    acts: dict[str, Any] = {"x": x, "g": g, "scaled_code": codes}
    for kind, value, slope in (("raw", 1.0, 1.5), ("scaled", TWO_THIRDS, 1.0)):
        out = acts[f"{kind}_out"] = (codes * np.float32(value)).astype(np.float32)
        t = slope * g * ((x >= 0) & (x <= 2))
        for delta in (0.0, 0.05):
            acts[f"{kind}_grad_d{delta:g}"] = t * (1 + delta * np.sign(t) * (x - out))
    yield "activation_quantizers.npz", acts
    for preact in (True, False):
        for down, stride in ((False, 1), (True, 1), (True, 2)):
            state: State = {}
            channels = 6 if down or preact else 12
            out_channels = (
                block_state(rng, state, "", preact, channels, channels if not down else 5, down)
                if preact or down
                else block_state(rng, state, "", preact, channels, 3, down)
            )
            x_int = rng.integers(-90, 90, (2, channels, 7, 5))
            y, inner = block(stream(x_int), state, "", stride)
            assert y.shape[1] == out_channels
            name = f"block_{'preact' if preact else 'bottleneck'}_{'down' if down else 'plain'}_s{stride}.npz"
            yield (
                name,
                {
                    "x_int": x_int,
                    "y_int": y,
                    **{f"{k}_codes": v for k, v in inner.items()},
                    **{f"sd/{k}": v for k, v in state.items()},
                },
            )
    for name, preact, layers, widths, k in (
        ("net_a", True, (1, 2, 1, 1), (16, 8, 12, 20), 32),
        ("net_b", False, (2, 1, 1, 1), (4, 6, 8, 5), 7),
    ):
        state = net_state(rng, preact, layers, widths, k, 5)
        yield f"{name}_state.npz", state
        yield f"{name}_io_n1.npz", net(state, rng.integers(0, 256, (2, 3, 19, 30)).astype(np.uint8))


def write_folder(folder: Path, seed: int) -> Path:
    """Write a folder of vectors with its manifest."""
    entries = []
    for name, arrays in files(np.random.default_rng(seed)):
        np.savez_compressed(folder / name, **arrays)
        entries.append({"file": name, "sha256": hashlib.sha256((folder / name).read_bytes()).hexdigest()})
    (folder / "MANIFEST.json").write_text(json.dumps({"set": "own", "files": entries}))
    return folder
