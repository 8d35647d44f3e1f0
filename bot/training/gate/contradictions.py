"""What the rest of the data says about examples that changed, by models that have not seen them.

Each third of the changed examples is judged by models of everything else, so a correction that brings
thirty look-alikes supports itself, and labels swapped at random do not. Of an example with a new label
it is asked whether the rest prefers the old one. A new example is compared with all labels; how far
another must be ahead is not a constant, but the distance that one in twenty of the unchanged examples,
held out in the same way, exceeds. So both mean the same for data of any size.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse

from bot.vietnamese.folding import strip_marks

FOLDS = 3
HELD_OUT = 600
"""Unchanged examples that set the level."""
FEWEST_HELD_OUT = 60
"""Below this many the level would be chance; nothing is said then."""
USUAL = 0.05
"""Share of the unchanged examples that contradict the rest as much: the level."""
FEWEST_LABELS = 3
SMALLEST_LEVEL = 0.001
NEAREST = 3
WORD = r"\w+"

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Labels = npt.NDArray[np.str_]
View = Callable[[scipy.sparse.csr_matrix, Labels, scipy.sparse.csr_matrix], tuple[Labels, Floats]]
"""Learns rows with labels, returns the labels' names and a score of each for other rows."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """An example whose label the rest of the data contradicts."""

    place: int
    kind: str
    """`intent` or `procedure`."""
    others: str
    """The label that the rest would give."""
    beyond: float
    """How far it is ahead of the label given, in multiples of the level."""


@dataclass(frozen=True, slots=True)
class Item:
    """An example as the comparison sees it."""

    text: str
    intent: str
    procedure: str | None
    source: str
    """Where it comes from; the level is taken from unchanged examples of the same sources."""
    was_intent: str | None = None
    was_procedure: str | None = None


def find_contradictions(
    items: Sequence[Item], changed: Sequence[int], listed: int = 60
) -> tuple[list[Contradiction], dict[int, list[int]]]:
    """Return what is contradicted, worst first, and the nearest unchanged items of the worst by their place.

    Args:
        items: Everything that is taught.
        changed: Places in `items` of what the release before was not taught so.
        listed: For how many the nearest are looked up.
    """
    rows = word_rows([item.text for item in items])
    found: list[Contradiction] = []
    for kind, view in (("intent", by_hyperplane), ("procedure", by_centre)):
        found += _of_view(kind, view, rows, items, changed)
    found.sort(key=lambda each: (-each.beyond, each.place))
    worst = list(dict.fromkeys(each.place for each in found))[:listed]
    return found, dict(zip(worst, _nearest(rows, worst, set(changed)), strict=True))


def word_rows(texts: Sequence[str]) -> scipy.sparse.csr_matrix:
    """Return TF-IDF rows of words and their neighbours, with marks and without."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    lower = [text.lower() for text in texts]
    blocks = [
        # Not the library's own pattern, which drops words of one letter.
        TfidfVectorizer(ngram_range=(1, longest), sublinear_tf=True, token_pattern=WORD, dtype=np.float32)
        for longest in (2, 3)
    ]
    said = (lower, [strip_marks(text) for text in lower])
    rows = [block.fit_transform(texts) for block, texts in zip(blocks, said, strict=True)]
    return scipy.sparse.hstack(rows, format="csr")


def by_hyperplane(
    rows: scipy.sparse.csr_matrix, labels: Labels, asked: scipy.sparse.csr_matrix
) -> tuple[Labels, Floats]:
    """Score by linear models, one for each label: for the few labels that differ by single words."""
    from sklearn.svm import LinearSVC

    model = LinearSVC(C=0.5, class_weight="balanced", tol=0.01, random_state=0).fit(rows, labels)
    scores = np.asarray(model.decision_function(asked))
    return model.classes_, np.stack([-scores, scores], axis=1) if scores.ndim == 1 else scores


def by_centre(
    rows: scipy.sparse.csr_matrix, labels: Labels, asked: scipy.sparse.csr_matrix
) -> tuple[Labels, Floats]:
    """Score by the cosine to the middle of each label: cheap, for many labels with names of their own."""
    from sklearn.preprocessing import normalize

    names, given = np.unique(labels, return_inverse=True)
    member = scipy.sparse.csr_matrix(
        (np.ones(len(given)), (given, np.arange(len(given)))), shape=(len(names), len(given))
    )
    return names, (asked @ normalize(member @ rows).T).toarray()


def _of_view(
    kind: str, view: View, rows: scipy.sparse.csr_matrix, items: Sequence[Item], changed: Sequence[int]
) -> list[Contradiction]:
    given = [getattr(item, kind) for item in items]
    was = [getattr(item, f"was_{kind}") for item in items]
    labelled = np.array([label is not None for label in given])
    labels, rivals = np.array([label or "" for label in given]), np.array([label or "" for label in was])
    judged = np.array([i for i in changed if labelled[i] and given[i] != was[i]], dtype=np.int64)
    if not len(judged) or len(set(labels[labelled])) < FEWEST_LABELS:
        return []
    sources = {items[place].source for place in judged}
    same_source = np.array([item.source in sources for item in items])
    random = np.random.default_rng(0)
    unchanged = np.setdiff1d(np.flatnonzero(labelled & same_source), changed)
    held = random.choice(unchanged, min(HELD_OUT, len(unchanged)), replace=False)
    if len(held) < FEWEST_HELD_OUT:
        return []
    ahead, others = np.zeros(len(items)), labels.copy()
    folds = [np.array_split(random.permutation(places), FOLDS) for places in (judged, held)]
    for parts in zip(*folds, strict=True):
        asked = np.concatenate(parts)
        learned = labelled.copy()
        learned[asked] = False
        names, scores = view(rows[learned], labels[learned], rows[asked])
        ahead[asked], others[asked] = _ahead(names, scores, labels[asked], rivals[asked])
    level = max(float(np.quantile(ahead[held], 1 - USUAL)), SMALLEST_LEVEL)
    return [
        Contradiction(int(place), kind, str(others[place]), float(ahead[place] / level))
        for place in judged
        if ahead[place] > (0.0 if was[place] else level)
    ]


def _ahead(names: Labels, scores: Floats, given: Labels, rivals: Labels) -> tuple[Floats, Labels]:
    """Return by how much the rival, else the best other label, beats the label given, and which it is."""
    places = {name: place for place, name in enumerate(names)}
    ahead, others = np.zeros(len(given)), given.copy()
    for line, label in enumerate(given):
        own = places.get(label)
        known = float(scores.min() if own is None else scores[line, own])
        if rivals[line]:
            rival = places.get(rivals[line])
            # A label that nothing has any more was renamed or merged.
            ahead[line], others[line] = (-1.0 if rival is None else scores[line, rival] - known), rivals[line]
            continue
        best = next(place for place in np.argsort(-scores[line]) if place != own)
        ahead[line], others[line] = scores[line, best] - known, names[best]
    return ahead, others


def _nearest(rows: scipy.sparse.csr_matrix, places: Sequence[int], changed: set[int]) -> list[list[int]]:
    if not places:
        return []
    likeness: Any = (rows[list(places)] @ rows.T).toarray()
    likeness[:, sorted(changed)] = -1.0
    best = np.argsort(-likeness, axis=1, kind="stable")[:, :NEAREST]
    return [[int(j) for j in line if likeness[i, j] > 0] for i, line in enumerate(best)]
