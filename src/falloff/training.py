"""The student's training prompts, indexed: how far is any other prompt from them?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from falloff.analysis.novelty import NearestPrompts, Rim, ngram_vectors, rim_of
from falloff.analysis.novelty.index import index_is_there
from falloff.tables.prompts import MOST_PROMPTS, Prompts, read_prompts

if TYPE_CHECKING:
    from falloff.analysis.data import Floats

NGRAMS = "ngrams"
# Prompts that are kept where there is an index for them: by n-grams about 2 GB.
MOST_INDEXED = 500_000


class View(Protocol):
    """How prompts are looked at. ``sees`` says what it sees and what it does not."""

    name: str
    sees: str

    def vectors(self, texts: Sequence[str]) -> Any:
        """[n, d] of length 1 a row, sparse or not."""


class NgramView:
    """Hashed character n-grams."""

    name = NGRAMS
    sees = "wording; not meaning, nor larger numbers in the same words"

    def vectors(self, texts: Sequence[str]) -> Any:
        return ngram_vectors(texts)


@dataclass(frozen=True, kw_only=True)
class TrainingData:
    """Distinct training prompts, seen through ``view``."""

    prompts: Prompts
    view: View

    @cached_property
    def nearest(self) -> NearestPrompts:
        return NearestPrompts(self.view.vectors(self.prompts.texts))

    @cached_property
    def rim(self) -> Rim:
        return rim_of(self.nearest)

    def distances(self, texts: Sequence[str]) -> Floats:
        """[n] each to its nearest training prompt, 0 to 1."""
        return self.nearest.distances(self.view.vectors(texts))

    def novelty(self, texts: Sequence[str]) -> Floats:
        """[n] in units of the rim: 1 is as far out as all but 5 % of training prompts are.

        NaN where the rim is not identifiable.
        """
        return self.rim.novelty(self.distances(texts))


def training_data(path: str | Path, *, view: str = NGRAMS) -> TrainingData:
    """The prompts that a student was trained on, from a file of prompts or of chats.

    ``view``: ``ngrams``, ``minilm``, or the folder of a sentence-transformers model. Raises
    :class:`falloff.core.UsageError` for a file without prompts or a view that is none.
    """
    most = MOST_INDEXED if index_is_there() else MOST_PROMPTS
    prompts = read_prompts(Path(path), distinct=True, most=most)
    return TrainingData(prompts=prompts, view=view_of(view))


def view_of(name: str) -> View:
    """``ngrams``, ``minilm``, or the folder of a sentence-transformers model on this machine.

    Raises :class:`falloff.core.UsageError` for what is none.
    """
    if name == NGRAMS:
        return NgramView()
    from falloff.embedding import EmbeddingView

    return EmbeddingView(name)
