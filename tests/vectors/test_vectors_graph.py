# SPDX-License-Identifier: Apache-2.0
"""Vectors through the graph: our own small ones, and the official ones where they are."""

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from flow.errors import DataError
from flow.vectors import check_folder

SMALL = Path(__file__).resolve().parent / "small"
OFFICIAL = Path(os.environ.get("ERN_GOLDEN", Path(__file__).resolve().parents[3] / "shared" / "golden"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SMALL, tmp_path / "small"))


def test_our_own_vectors_are_exact() -> None:
    rows = check_folder(SMALL)
    assert not [row for row in rows if row.mismatches or not row.values]
    files = {entry["file"] for entry in json.loads((SMALL / "MANIFEST.json").read_text())["files"]}
    files -= {"net_plain_k3_state.npz", "net_neck_k2_state.npz"}  # what the others are computed from
    assert {row.file for row in rows} == files and sum(row.values for row in rows) > 40_000


@pytest.mark.skipif(
    not (OFFICIAL / "MANIFEST.json").is_file(), reason=f"no official vectors at {OFFICIAL} (ERN_GOLDEN)"
)
def test_the_official_vectors_are_exact() -> None:
    rows = check_folder(OFFICIAL)
    assert not [row for row in rows if row.mismatches or not row.values]
    assert sum(row.values for row in rows) > 1_000_000


def rewrite(folder: Path, file: str, **changes: np.ndarray) -> None:
    """Change arrays of a file and take its digest out of the manifest."""
    with np.load(folder / file) as archive:
        arrays = {key: archive[key] for key in archive.files}
    np.savez(folder / file, **{**arrays, **changes})
    manifest = json.loads((folder / "MANIFEST.json").read_text())
    for entry in manifest["files"]:
        if entry["file"] == file:
            entry.pop("sha256", None)
            entry["arrays"].update({key: {} for key in changes})
    (folder / "MANIFEST.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    ("file", "array"),
    [
        ("pixel_embedding.npz", "k21_image_codes"),
        ("pixel_embedding.npz", "k4_codes"),
        ("weight_quantizers.npz", "c0_cwmean_out"),
        ("activation_quantizers.npz", "scaled_out"),
        ("block_preact_down_s2.npz", "act1_codes"),
        ("block_bottleneck_plain.npz", "y_int"),
        ("net_plain_k3_io_n21.npz", "layer3_int"),
        ("net_plain_k3_io_n21.npz", "codes/last_act_layer2"),
        ("net_neck_k2_io_n21.npz", "logits_intsum"),
        ("net_neck_k2_io_n21.npz", "logits"),
        ("net_neck_k2_io_n21.npz", "last_codes"),
        ("net_neck_k2_io_n21.npz", "stem_out"),
    ],
)
def test_one_wrong_value_is_one_mismatch(folder: Path, file: str, array: str) -> None:
    with np.load(folder / file) as archive:
        values = archive[array].copy()
    values.reshape(-1)[-1] += 1
    rewrite(folder, file, **{array: values})
    wrong = [(row.file, row.array, row.mismatches) for row in check_folder(folder) if row.mismatches]
    assert wrong == [(file, array, 1)]


def test_a_changed_weight_is_seen(folder: Path) -> None:
    file = "net_plain_k3_state.npz"
    with np.load(folder / file) as archive:
        weights = archive["backbone.layer2.0.conv2.weight"]
    rewrite(folder, file, **{"backbone.layer2.0.conv2.weight": -weights})
    wrong = {row.array for row in check_folder(folder) if row.mismatches}
    assert {"layer2_int", "logits_intsum"} <= wrong and "layer1_int" not in wrong


def test_a_damaged_folder_is_refused(folder: Path) -> None:
    path = folder / "net_neck_k2_io_n21.npz"
    path.write_bytes(path.read_bytes()[:-7])
    with pytest.raises(DataError, match=r"net_neck_k2_io_n21\.npz.*digest"):
        check_folder(folder)
    path.unlink()
    with pytest.raises(DataError, match=r"net_neck_k2_io_n21\.npz.*cannot be read"):
        check_folder(folder)
    (folder / "MANIFEST.json").write_text("{}")
    with pytest.raises(DataError, match=r"MANIFEST\.json: is not a list"):
        check_folder(folder)
    (folder / "MANIFEST.json").unlink()
    with pytest.raises(DataError, match=r"MANIFEST\.json: cannot be read"):
        check_folder(folder)


def test_an_unknown_array_or_file_does_not_pass_unseen(folder: Path) -> None:
    rewrite(folder, "net_neck_k2_io_n21.npz", mystery=np.zeros(3))
    with pytest.raises(DataError, match="unknown array 'mystery'"):
        check_folder(folder)


def test_an_unknown_stream_does_not_pass_unseen(folder: Path) -> None:
    rewrite(folder, "net_neck_k2_io_n21.npz", **{"codes/layer9.0.act0": np.zeros((1, 1, 1, 1))})
    with pytest.raises(DataError, match=r"'codes/layer9\.0\.act0' names no stream"):
        check_folder(folder)


def test_the_maker_makes_these_files(tmp_path: Path) -> None:
    import make_small

    make_small.main(tmp_path)
    for path in sorted(SMALL.glob("*.npz")):
        with np.load(path) as old, np.load(tmp_path / path.name) as new:
            assert old.files == new.files
            for key in old.files:
                assert np.allclose(old[key], new[key], rtol=1e-12, atol=1e-12), f"{path.name}: {key}"
