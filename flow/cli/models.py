# SPDX-License-Identifier: Apache-2.0
"""Commands on networks: models, train, evaluate."""

from __future__ import annotations

import argparse
from typing import Any

from flow.cli.common import Commands, add_json, show, table


def add_commands(commands: Commands) -> None:  # type: ignore[type-arg]
    """Add the commands of this file."""
    models = commands.add_parser("models", help="list the networks and which have trained weights")
    add_json(models)
    models.set_defaults(run=_models)

    train = commands.add_parser("train", help="train a network (needs TensorFlow)", add_help=False)
    train.add_argument("arguments", nargs=argparse.REMAINDER)
    train.set_defaults(run=_train)

    evaluate = commands.add_parser("evaluate", help="accuracy of the Keras model and of the integer graph")
    evaluate.add_argument("model", help="network of the zoo, or graph folder with --dataset")
    evaluate.add_argument("--dataset", help="data set of a graph folder (digits, fashion_mnist)")
    evaluate.add_argument("--images", type=int, default=None, help="first images of the test set only")
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
                "accuracy": accuracy,
            }
        )
    text = table(
        ["network", "block", "stages", "K", "classes", "accuracy of trained weights"],
        [
            [
                r["name"],
                r["block"],
                "+".join(map(str, r["stages"])),
                r["expansion"],
                r["classes"],
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
    from flow.pipeline.evaluate import evaluate

    result = evaluate(arguments.model, arguments.dataset, arguments.images)
    rows = [[key, f"{100 * result[key]:.2f} %"] for key in ("keras", "graph") if key in result]
    show(arguments, result, table([f"{result['dataset']}, {result['images']:,} test images", "accuracy"], rows))
    return 0
