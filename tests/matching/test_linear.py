"""Linear models: the same decisions after loading, and a refusal of files that do not fit."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse

from bot.matching.linear import LinearModel
from bot.matching.tfidf import DualTfidf
from bot.vietnamese.normaliser import normalise

EXAMPLES = {
    "fee": ["lệ phí bao nhiêu", "mất bao nhiêu tiền", "phí hết mấy đồng", "đóng bao nhiêu tiền"],
    "where": ["nộp ở đâu", "làm ở chỗ nào", "ra phường nào", "đến đâu để làm"],
    "documents": ["cần giấy tờ gì", "hồ sơ gồm những gì", "mang theo giấy nào", "chuẩn bị giấy gì"],
}
TEXTS = [text for texts in EXAMPLES.values() for text in texts]
LABELS = [label for label, texts in EXAMPLES.items() for _ in texts]


@pytest.fixture(scope="module")
def rows() -> scipy.sparse.csr_matrix:
    messages = [normalise(text) for text in TEXTS]
    return DualTfidf.fit(messages).transform(messages)


@pytest.fixture(scope="module")
def model(rows: scipy.sparse.csr_matrix) -> LinearModel:
    return LinearModel.fit(rows, LABELS)


def best(model: LinearModel, rows: scipy.sparse.csr_matrix) -> list[str]:
    return [model.labels[place] for place in model.scores(rows).argmax(axis=1)]


def test_separable_examples_are_learnt(model: LinearModel, rows: scipy.sparse.csr_matrix) -> None:
    assert best(model, rows) == LABELS


def test_a_loaded_model_decides_the_same(
    model: LinearModel, rows: scipy.sparse.csr_matrix, tmp_path: Path
) -> None:
    model.save(tmp_path, "m")
    assert best(LinearModel.load(tmp_path, "m"), rows) == best(model, rows)


def test_half_precision_moves_no_score_by_a_hundredth(
    model: LinearModel, rows: scipy.sparse.csr_matrix, tmp_path: Path
) -> None:
    model.save(tmp_path, "m")
    moved = np.abs(LinearModel.load(tmp_path, "m").scores(rows) - model.scores(rows))
    assert float(moved.max()) < 0.01


@pytest.mark.parametrize("workers", [1, 2])
def test_training_again_gives_the_same_weights_to_the_bit(rows: scipy.sparse.csr_matrix, workers: int) -> None:
    # More than one group of labels, so that two threads have something to share.
    many = scipy.sparse.vstack([rows] * 4, format="csr")
    labels = [f"{label} {number % 9}" for number, label in enumerate(LABELS * 4)]
    first, again = LinearModel.fit(many, labels, workers=workers), LinearModel.fit(many, labels)
    assert first.known(first.labels).tobytes() == again.known(again.labels).tobytes()


def test_one_row_is_scored_as_among_many(model: LinearModel, rows: scipy.sparse.csr_matrix) -> None:
    alone = np.vstack([model.scores(rows[number]) for number in range(rows.shape[0])])
    assert np.allclose(alone, model.scores(rows), atol=1e-5)


def test_examples_of_weight_zero_teach_nothing(rows: scipy.sparse.csr_matrix) -> None:
    wrong = [*LABELS, *["fee"] * len(LABELS)]
    weight = np.array([1.0] * len(LABELS) + [1e-9] * len(LABELS))
    model = LinearModel.fit(scipy.sparse.vstack([rows, rows], format="csr"), wrong, sample_weight=weight)
    assert best(model, rows) == LABELS


def test_another_format_is_refused(model: LinearModel, tmp_path: Path) -> None:
    model.save(tmp_path, "m")
    (tmp_path / "m.json").write_text(json.dumps({"format": 99, "labels": model.labels}))
    with pytest.raises(ValueError, match="99"):
        LinearModel.load(tmp_path, "m")


def test_labels_of_another_model_are_refused(model: LinearModel, tmp_path: Path) -> None:
    model.save(tmp_path, "m")
    document = json.loads((tmp_path / "m.json").read_text())
    (tmp_path / "m.json").write_text(json.dumps({**document, "labels": model.labels[:-1]}))
    with pytest.raises(ValueError, match="belong together"):
        LinearModel.load(tmp_path, "m")


def test_pickled_arrays_are_refused(model: LinearModel, tmp_path: Path) -> None:
    model.save(tmp_path, "m")
    np.savez(tmp_path / "m.npz", weights=np.array([{"code": 1}], dtype=object), bias=np.zeros(3))
    with pytest.raises(ValueError, match="pickle"):
        LinearModel.load(tmp_path, "m")
