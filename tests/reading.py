"""A question read by the shipped reader and settled against what is held, as tests need it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from eval.fits.reader.utterances import parse_line
from retrieval.places.gazetteer import Chain
from retrieval.places.place_mentions import PlaceResolution, SpeaksOf
from retrieval.places.places import PlaceIndex
from retrieval.question.conversation import completed
from retrieval.question.query import Query, State, clean, settle
from retrieval.question.trained import TrainedReader


@lru_cache(maxsize=64)
def _reader(names: tuple[str, ...]) -> TrainedReader:
    return TrainedReader(names)


def understand_all(
    question: str,
    state: State,
    places: PlaceIndex,
    known: Sequence[tuple[Chain, str]] = (),
    speaks_of: SpeaksOf | None = None,
) -> list[Query]:
    """Return the query of each ask of a message."""
    request = _reader(places.own_names()).read(clean(question), state.request)
    asks = completed(request, state.asks)
    return [settle(a, request, places, known, speaks_of, near=state.places) for a in asks]


def understand(
    question: str,
    state: State,
    places: PlaceIndex,
    known: Sequence[tuple[Chain, str]] = (),
    speaks_of: SpeaksOf | None = None,
) -> Query:
    """Return the query of the first ask; an empty one where nothing is asked."""
    found = understand_all(question, state, places, known, speaks_of)
    return found[0] if found else Query(question, "", "overview")


def resolve(places: PlaceIndex, question: str, **options: object) -> PlaceResolution:
    """Return the places of a question, found where it is marked, else where the reader tags them."""
    if "{" in question:
        marked = parse_line(f"ask\treport/overview\t{question}\t", "test")
        return places.resolve(marked.text, [(t.start, t.end) for t in marked.tags], **options)  # type: ignore[arg-type]
    request = _reader(places.own_names()).read(question)
    if request.typed:
        return places.resolve(request.typed, ())
    tags = request.tags
    spans = [(t.start, t.end) for t in tags if t.tag in ("place", "office", "excluded")]
    apart = [(t.start, t.end) for t in tags if t.tag in ("theme", "form", "item", "year", "claim")]
    return places.resolve(question, spans, apart=apart, **options)  # type: ignore[arg-type]
