"""Training examples are copied and compared quickly, and as Rasa expects."""

from __future__ import annotations

import copy

import numpy as np
import scipy.sparse
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.example import Example
from bot.nlu.featurizer import RowFeatures


def example(**changed: object) -> Example:
    return Example({TEXT: "làm khai sinh", INTENT: "ask_overview", "metadata": {"example": {"a": 1}}, **changed})


def features(value: float) -> RowFeatures:
    row = scipy.sparse.csr_matrix(np.array([[0.0, value]], dtype=np.float32))
    return RowFeatures(row, "sentence", TEXT, "here")


def test_same_values_are_equal_and_any_other_value_is_not() -> None:
    assert example() == example()
    assert hash(example()) == hash(example())
    assert example() != example(**{TEXT: "làm khai tử"})
    assert example() != example(metadata={"example": {"a": 2}})


def test_features_count_and_what_is_set_later_too() -> None:
    one, other = example(), example()
    one.add_features(features(1.0))
    assert one != other
    other.add_features(features(2.0))
    assert one != other
    same = example()
    same.add_features(features(1.0))
    assert one == same
    same.set(INTENT, "ask_fee")
    assert one != same


def test_a_copy_is_equal_and_goes_its_own_way() -> None:
    first = example()
    first.add_features(features(1.0))
    copied = copy.deepcopy(first)
    assert isinstance(copied, Example)
    assert copied == first
    copied.set(TEXT, "khác")
    copied.add_features(features(2.0))
    copied.set("more", 1, add_to_output=True)
    assert (first.get(TEXT), len(first.features), first.output_properties) == ("làm khai sinh", 1, {TEXT})


def test_rasa_merges_and_drops_repetitions() -> None:
    merged = TrainingData([example()]).merge(TrainingData([example(), example(**{TEXT: "khác"})]))
    assert [message.get(TEXT) for message in merged.training_examples] == ["làm khai sinh", "khác"]
