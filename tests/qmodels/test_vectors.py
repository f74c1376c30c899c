# SPDX-License-Identifier: Apache-2.0
"""Vectors of our own making through the Keras layers, and what the checker says of wrong ones."""

from pathlib import Path

import numpy as np
import pytest
import qmodels_reference as reference

from flow.errors import DataError
from qmodels.vectors import check_file, check_folder, mismatches


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return reference.write_folder(tmp_path_factory.mktemp("vectors"), seed=7)


def test_own_vectors_agree(folder: Path) -> None:
    checks = check_folder(folder)
    assert len({c.file for c in checks}) == 11
    assert sum(c.values for c in checks) > 50_000
    assert [c for c in checks if c.mismatches] == []


@pytest.mark.parametrize(
    "file, array",
    [
        ("pixel_embedding.npz", "k32_codes"),
        ("weight_quantizers.npz", "c0_cwmean_out"),
        ("weight_quantizers.npz", "c0_pow2_grad_d0.05"),
        ("activation_quantizers.npz", "raw_grad_d0"),
        ("block_preact_plain_s1.npz", "act1_codes"),
        ("block_bottleneck_down_s2.npz", "y_int"),
        ("net_b_io_n1.npz", "logits_intsum"),
        ("net_b_io_n1.npz", "codes/layer2.0.act2"),
        ("net_a_io_n1.npz", "logits"),
    ],
)
def test_one_wrong_value_is_found(folder: Path, tmp_path: Path, file: str, array: str) -> None:
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    with np.load(folder / file) as data:
        arrays = {k: data[k].copy() for k in data.files}
    arrays[array].flat[3] += 1
    np.savez(tmp_path / file, **arrays)
    found = {c.array: c.mismatches for c in check_file(tmp_path, file)}
    assert {k for k, v in found.items() if v} == {array}
    assert found[array] >= 1


def test_shape_and_nan_count_as_wrong() -> None:
    assert mismatches(np.zeros(3), np.zeros(4), 1.0) == 4
    assert mismatches(np.array([np.nan, 1.0]), np.array([1.0, 1.0]), 0.1) == 1


def test_folder_without_manifest(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"MANIFEST\.json"):
        check_folder(tmp_path)


def test_truncated_file(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "MANIFEST.json").write_bytes((folder / "MANIFEST.json").read_bytes())
    (tmp_path / "pixel_embedding.npz").write_bytes((folder / "pixel_embedding.npz").read_bytes()[:500])
    with pytest.raises(DataError, match=r"pixel_embedding\.npz"):
        list(check_file(tmp_path, "pixel_embedding.npz"))
