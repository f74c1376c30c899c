# SPDX-License-Identifier: Apache-2.0
"""Commands on networks: models, train, evaluate."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from flow.cli.common import Commands, add_json, add_weights, count, image_size, show, table
from flow.errors import UsageError


def add_commands(commands: Commands) -> None:  # type: ignore[type-arg]
    """Add the commands of this file."""
    models = commands.add_parser("models", help="list the networks and which have trained weights")
    add_json(models)
    models.set_defaults(run=_models)

    train = commands.add_parser("train", help="train a network (needs TensorFlow)", add_help=False)
    train.add_argument("arguments", nargs=argparse.REMAINDER)
    train.set_defaults(run=_train)

    evaluate = commands.add_parser("evaluate", help="accuracy of the Keras model and of the integer graph")
    evaluate.add_argument("model", help="network (ern models lists them), or graph folder")
    data = evaluate.add_mutually_exclusive_group()
    data.add_argument("--dataset", help="data set of a graph folder (digits, fashion_mnist)")
    data.add_argument(
        "--imagefolder",
        type=Path,
        metavar="DIR",
        help="images as ImageNet keeps them: a folder a class, sorted by name",
    )
    evaluate.add_argument("--images", type=count, help="so many images only (a folder: spread over all classes)")
    add_weights(evaluate)
    evaluate.add_argument(
        "--image", type=image_size, metavar="HxW", help="size that images of a folder are resized to (default: 256)"
    )
    evaluate.add_argument("--crops", action="store_true", help="mean of ten crops, the official test-time augmentation")
    add_json(evaluate)
    evaluate.set_defaults(run=_evaluate)


def _models(arguments: argparse.Namespace) -> int:
    from flow.pipeline.source import zoo_cards
    from qmodels.config import NETWORKS

    cards = zoo_cards()
    rows: list[dict[str, Any]] = []
    for name, config in NETWORKS.items():
        accuracy = cards.get(name, {}).get("test_accuracy")
        rows.append(
            {
                "name": name,
                "block": config.block,
                "stages": [s.blocks for s in config.stages],
                "expansion": config.expansion,
                "classes": config.classes,
                "weights": "trained" if name in cards else "seeded random, or --weights FILE",
                "accuracy": accuracy,
            }
        )
    text = table(
        ["network", "block", "stages", "K", "classes", "weights", "accuracy"],
        [
            [
                r["name"],
                r["block"],
                "+".join(map(str, r["stages"])),
                r["expansion"],
                r["classes"],
                r["weights"],
                f"{100 * r['accuracy']:.2f} %" if r["accuracy"] else "-",
            ]
            for r in rows
        ],
    )
    show(arguments, {"models": rows}, text)
    return 0


def _train(arguments: argparse.Namespace) -> int:
    from qmodels.train import main

    return int(main(arguments.arguments))


def _evaluate(arguments: argparse.Namespace) -> int:
    from flow.pipeline.evaluate import evaluate, evaluate_images

    size = (arguments.image.height, arguments.image.width) if arguments.image else None
    if arguments.imagefolder:
        if size and arguments.crops:
            raise UsageError("--image and --crops: crops have a size of their own; leave one out")
        result = evaluate_images(
            arguments.model, arguments.imagefolder, arguments.weights, size, arguments.images, arguments.crops
        )
        shape = "x".join(map(str, result["size"])) + (", ten crops" if arguments.crops else "")
        classes = f"{result['classes']:,} of {result['of_classes']:,} classes"
        title = f"{result['dataset']}, {result['images']:,} images of {classes}, {shape}"
        rows = [[key, f"{100 * result[key]:.2f} %"] for key in ("top1", "top5")]
    else:
        if size or arguments.crops or arguments.weights:
            raise UsageError("--image, --crops and --weights belong to --imagefolder DIR; name one, or leave them out")
        result = evaluate(arguments.model, arguments.dataset, arguments.images)
        title = f"{result['dataset']}, {result['images']:,} test images"
        rows = [[key, f"{100 * result[key]:.2f} %"] for key in ("keras", "graph") if key in result]
    show(arguments, result, table([title, "accuracy"], rows))
    return 0
