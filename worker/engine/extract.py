"""From texts to entities: tokens, vectors, moves."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import numpy as np

from contract.entities import Entity
from worker.engine.arrays import Floats, Ids, spread
from worker.engine.chunks import Chunks, Tokens
from worker.engine.decode import Decoder, Span
from worker.engine.encode import Encoder
from worker.engine.lexicon import PADDING, Lexicon, TooMany
from worker.engine.network import Network
from worker.engine.specials import Specials

# Texts are worked on together up to so many characters: enough rows for the matrix products.
_BATCH_CHARS: Final = 100_000


# The steps of a batch, in order; `find` says when each has been taken.
STAGES: Final = ("tokens", "vectors and closed moves", "walks", "entities")


def _unheard(_stage: str) -> None:
    """Nobody wants to know."""


class Extractor:
    """Finds the entities that the pipeline finds. For one thread at a time."""

    def __init__(self, nlp: Any, network: Network, specials: Specials) -> None:
        self._nlp = nlp
        self._lexicon = Lexicon(network, nlp.vocab)
        self._chunks = Chunks(nlp, self._lexicon, specials)
        self._encoder = Encoder(network.convolutions)
        self._decoder = Decoder(network.scorer, network.moves)
        self._out = network.moves.out
        self._padding = network.padding
        self.products = network.products

    def find(self, texts: Sequence[str], *, passed: Callable[[str], None] = _unheard) -> list[list[Entity]]:
        """The entities of each text, in order of position. Raises what the pipeline raises."""
        found: list[list[Entity]] = []
        for batch in self._batches(texts):
            found += self._find(batch, passed)
        return found

    def tokens(self, text: str) -> list[tuple[int, int]]:
        """Where the tokens of a text start and end, in characters."""
        tokens = self._chunks.read([text])
        return list(zip(tokens.starts.tolist(), tokens.ends.tolist(), strict=True))

    def vectors(self, text: str) -> Floats:
        """The vectors of a text's tokens, in context."""
        tokens = self._chunks.read([text])
        if not len(tokens.types):
            return self._lexicon.vectors[:0]
        layout = _Layout(tokens.counts, self._padding)
        return self._understand(tokens, layout)[0][layout.token_rows]

    def _batches(self, texts: Sequence[str]) -> Iterator[list[str]]:
        batch: list[str] = []
        chars = 0
        for text in texts:
            if len(text) > self._nlp.max_length:
                self._nlp.make_doc(text)  # raises
            if batch and chars + len(text) > _BATCH_CHARS:
                yield batch
                batch, chars = [], 0
            batch.append(text)
            chars += len(text)
        if batch:
            yield batch

    def _find(self, texts: list[str], passed: Callable[[str], None]) -> list[list[Entity]]:
        try:
            tokens = self._chunks.read(texts)
        except TooMany:
            return self._leave(texts)
        if not len(tokens.types):
            return [[] for _ in texts]
        passed(STAGES[0])
        layout = _Layout(tokens.counts, self._padding)
        vectors, best = self._understand(tokens, layout)
        passed(STAGES[1])
        spans = self._decoder.spans(vectors, best, layout.last_rows)
        passed(STAGES[2])
        found = self._entities(texts, tokens, layout, spans)
        passed(STAGES[3])
        return found

    def _understand(self, tokens: Tokens, layout: "_Layout") -> tuple[Floats, Ids]:
        """The vector of each row, and its best move while no entity is open."""
        ids = np.full(layout.rows, PADDING, np.intp)
        ids[layout.token_rows] = tokens.types
        vectors = np.zeros((layout.rows, self._lexicon.vectors.shape[1]), np.float32)
        best = np.full(layout.rows, self._out, np.intp)

        def use(first: int, block: Floats) -> None:
            vectors[first : first + len(block)] = block
            best[first : first + len(block)] = self._decoder.closed_moves(block)

        self._encoder.encode(ids, self._lexicon, use)
        best[layout.last_rows] = self._decoder.closed_moves(vectors[layout.last_rows], at_end=True)
        best[(ids == PADDING) | self._lexicon.space[ids]] = self._out
        return vectors, best

    def _leave(self, texts: list[str]) -> list[list[Entity]]:
        """The pipeline's own answer."""
        with self._nlp.memory_zone():
            return [
                [Entity(found.text, found.label_, found.start_char, found.end_char) for found in doc.ents]
                for doc in self._nlp.pipe(texts)
            ]

    def _entities(
        self, texts: list[str], tokens: Tokens, layout: "_Layout", spans: list[Span]
    ) -> list[list[Entity]]:
        found: list[list[Entity]] = [[] for _ in texts]
        if spans:
            first_rows = np.array([span.start for span in spans], np.intp)
            last_rows = np.array([span.end - 1 for span in spans], np.intp)
            places = layout.document(first_rows)
            shift = (places + 1) * self._padding
            starts = tokens.starts[first_rows - shift].tolist()
            ends = tokens.ends[last_rows - shift].tolist()
            numbers = layout.texts[places].tolist()
            for span, number, start, end in zip(spans, numbers, starts, ends, strict=True):
                found[number].append(Entity(texts[number][start:end], span.label, start, end))
        return found


class _Layout:
    """Where the tokens of a batch are among its rows: documents with padding before, between and behind."""

    def __init__(self, counts: Ids, padding: int) -> None:
        # spaCy adds no padding for a document without tokens.
        self.texts = np.flatnonzero(counts)
        counts = counts[self.texts]
        ends = np.cumsum(counts + padding)
        self._first_rows = ends - counts
        self.last_rows: Ids = ends - 1
        self.rows = int(ends[-1]) + padding
        self.token_rows = spread(self._first_rows, counts)

    def document(self, rows: Ids) -> Ids:
        """Which of the documents with tokens these rows belong to."""
        return np.searchsorted(self.last_rows, rows)
