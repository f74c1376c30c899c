# SPDX-License-Identifier: Apache-2.0
"""Accuracy on folders of images: which file is which class, how images are prepared, what counts, what is refused."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from flow import store
from flow.cli import main
from flow.errors import DataError
from flow.graph import Graph
from flow.pipeline.imagefolder import CROP, evaluate_folder, find_samples, ten_crops
from flow.pipeline.seeded import random_images, seeded_graph
from qmodels.config import official, official_stem

CLASSES = 7
SIZE = (40, 32)


def seeded_net(classes: int) -> Graph:
    config = official("mini", "preact", (1, 1), last_width=16, classes=classes, expansion=4)
    return seeded_graph(config.with_options(stem=official_stem(width=16)))


@pytest.fixture(scope="module")
def net() -> Graph:
    return seeded_net(CLASSES)


def prepared(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path).convert("RGB").resize((SIZE[1], SIZE[0]), Image.Resampling.BILINEAR))


@pytest.fixture
def images(tmp_path: Path) -> list[Path]:
    """Images of several formats, sizes and colour modes, in one folder."""
    (tmp_path / "all").mkdir()
    paths = []
    for index, mode in enumerate(("RGB", "L", "P", "RGBA", "RGB", "CMYK", "RGB", "1", "RGB", "RGB")):
        picture = Image.fromarray(random_images(1, (50 + index, 90 - index, 3), index)[0]).convert(mode)
        paths.append(
            tmp_path
            / "all"
            / f"{index}.{'jpg' if mode == 'CMYK' else ('png', 'PNG', 'bmp')[index % 3 if mode == 'RGB' else 0]}"
        )
        picture.save(paths[-1])
    return paths


def ranks(net: Graph, paths: list[Path]) -> np.ndarray:
    """Classes of each image, most likely first; the images are prepared here once more."""
    logits = net.run(np.stack([prepared(path) for path in paths]))["logits"]
    return np.array([sorted(range(CLASSES), key=lambda c: (-row[c], c)) for row in logits])


def sort_into(folder: Path, paths: list[Path], labels: list[int]) -> Path:
    """A class folder for every class; each holds an image at least, so that none is empty."""
    names = [f"n{10 + label:02d}" for label in range(CLASSES)]
    for path, label in zip(paths, labels, strict=True):
        (folder / names[label]).mkdir(parents=True, exist_ok=True)
        (folder / names[label] / path.name).write_bytes(path.read_bytes())
    (folder / "notes.txt").write_text("not a class")
    return folder


def test_known_ranks_give_known_fractions(net: Graph, images: list[Path], tmp_path: Path) -> None:
    order = ranks(net, images)
    place = [0, 0, 0, 1, 1, 4, 4, 5, 6, 5]
    labels = [int(row[p]) for row, p in zip(order, place, strict=True)]
    # Every class gets one more image; where it ranks there is counted too.
    fillers = [images[0].with_name(f"fill{c}.png") for c in range(CLASSES)]
    for c, path in enumerate(fillers):
        Image.fromarray(random_images(1, (33, 44, 3), 100 + c)[0]).save(path)
    found_at = [int(np.flatnonzero(row == c)[0]) for c, row in enumerate(ranks(net, fillers))]
    folder = sort_into(tmp_path / "val", images + fillers, labels + list(range(CLASSES)))
    found = evaluate_folder(net, folder, SIZE)
    assert found == {
        "dataset": "val", "images": 17, "classes": CLASSES, "of_classes": CLASSES, "size": list(SIZE), "crops": 1,
        "top1": (3 + found_at.count(0)) / 17, "top5": (7 + sum(p < 5 for p in found_at)) / 17,
    }  # fmt: skip
    assert 0 < found["top1"] < found["top5"] < 1
    fewer = evaluate_folder(net, folder, SIZE, images=5)
    assert fewer["images"] == 5 and fewer == evaluate_folder(net, folder, SIZE, images=5)


def test_the_command_says_the_same(
    net: Graph, images: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store.save(net, tmp_path / "mini")
    folder = sort_into(tmp_path / "val", images[:CLASSES], list(range(CLASSES)))
    arguments = ["evaluate", str(tmp_path / "mini"), "--imagefolder", str(folder), "--image", "40x32"]
    assert main([*arguments, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {**evaluate_folder(net, folder, SIZE), "model": "mini", "weights": "mini"}
    assert main(arguments) == 0
    words = capsys.readouterr().out.split()
    assert words[words.index("top1") + 1] == f"{100 * told['top1']:.2f}"
    assert main([*arguments, "--crops"]) != 0 and "leave one out" in capsys.readouterr().err


def test_ten_crops_are_corners_middle_and_mirrors() -> None:
    picture = random_images(1, (308, 306, 3), 0)[0]
    crops = ten_crops(picture)
    assert crops.shape == (10, CROP, CROP, 3)
    assert np.array_equal(crops[0], picture[:CROP, :CROP]) and np.array_equal(crops[3], picture[20:, 18:])
    assert np.array_equal(crops[4], picture[10:298, 9:297])
    mirrored = picture[:, ::-1]
    assert np.array_equal(crops[5], mirrored[:CROP, :CROP]) and np.array_equal(crops[7], mirrored[20:, :CROP])


def test_the_mean_of_ten_crops_counts(images: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flow.pipeline.imagefolder.CROP", 33)
    net, right = seeded_net(2), 0
    for index, path in enumerate(images[:4]):
        big = np.asarray(Image.open(path).convert("RGB").resize((41, 41), Image.Resampling.BILINEAR))
        right += int(net.run(ten_crops(big))["logits"].astype(np.float64).mean(axis=0).argmax() == index % 2)
        (tmp_path / "val" / f"c{index % 2}").mkdir(parents=True, exist_ok=True)
        (tmp_path / "val" / f"c{index % 2}" / path.name).write_bytes(path.read_bytes())
    found = evaluate_folder(net, tmp_path / "val", crops_from=41)
    assert found["crops"] == 10 and found["size"] == [33, 33] and found["top5"] == 1
    assert found["top1"] == right / 4


def test_classes_are_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("b", "a", "C"):
        (tmp_path / name / "deep").mkdir(parents=True)
        (tmp_path / name / "deep" / "x.JPEG").write_bytes(b"")
    samples, classes = find_samples(tmp_path, 3)
    assert classes == 3 and [(s.path.parts[-3], s.label) for s in samples] == [("C", 0), ("a", 1), ("b", 2)]


def test_folders_that_cannot_be_counted(net: Graph, images: list[Path], tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        evaluate_folder(net, tmp_path / "none")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="1 to 7 of them, found 0"):
        evaluate_folder(net, tmp_path / "empty")
    many = tmp_path / "many"
    for label in range(8):
        (many / str(label)).mkdir(parents=True)
    with pytest.raises(DataError, match="1 to 7 of them, found 8"):
        evaluate_folder(net, many)
    (many / "7").rmdir()
    with pytest.raises(DataError, match=r"0: expected images"):
        evaluate_folder(net, many)
    folder = sort_into(tmp_path / "val", images[:CLASSES], list(range(CLASSES)))
    (folder / "n12" / "broken.jpg").write_bytes(images[0].read_bytes()[:100])
    with pytest.raises(DataError, match=r"broken\.jpg: cannot be read as an image"):
        evaluate_folder(net, folder, SIZE)


def test_a_net_of_one_colour_is_refused(graph: Graph, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="takes images of 1 colours"):
        evaluate_folder(graph, tmp_path)
