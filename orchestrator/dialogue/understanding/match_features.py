"""What speaks for an answer's meaning each of the expected answers, as numbers: a row an expected answer."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from orchestrator.dialogue.ports.sentences import Vectors
from orchestrator.dialogue.understanding.asked import asked_in
from orchestrator.dialogue.understanding.focus import focus
from orchestrator.dialogue.understanding.measures import apart, common_dimension, ends, in_period, measures
from orchestrator.dialogue.understanding.quantities import amount, distance, span
from orchestrator.dialogue.understanding.question_form import is_question
from orchestrator.dialogue.understanding.retractions import without_retracted
from orchestrator.dialogue.understanding.senses import SCALES, Senses, place, senses
from orchestrator.dialogue.understanding.sides import side
from orchestrator.dialogue.understanding.similarity import SentenceIndex
from orchestrator.dialogue.understanding.spoken_form import compact

Column = NDArray[np.float64]
Features = dict[str, Column]

# Of these none speaks where no word is known.
_SPEAKING = ("common", "_near", "measured_in", "measured_in_words", "same_side", "same_tone")
_NO_THINGS = {*SCALES, "yes", "topic"}
_MOST = 2.0  # senses beyond two prove no more
_KNOWN_SIDE = 0.1
_OTHER_SIDE = 0.6
_HEARSAY = re.compile(r"(?:[가다라냐]대|카[대던더]|다더라|단다|[가다]던데|대요)$")
_OF_OTHERS = re.compile(
    r"^(?:(?:옆|앞|윗|아랫)집|우리 (?:집사람|영감|딸|아들|사위|며느리|손주|개|집)|아들|딸|손주|의사|그 )\S*\s"
)


def lexical_features(text: str, question: str, expected: Sequence[str]) -> Features:
    """Returns what the words show.

    Args:
        text: what the callee said.
        question: what was asked.
        expected: the expected answers, at least one.
    """
    said = without_retracted(text)
    found = senses(said)
    options = [senses(answer) for answer in expected]
    against = {
        "some": 1.0,
        "asks": float(is_question(text)),
        "hearsay": float(_HEARSAY.search(text) is not None),
        "of_others": float(_OF_OTHERS.search(text) is not None),
        "yes_no": float(asked_in(question).yes_no),
        **focus(text, question, expected),
    }
    measured, rated = _measured(said, question, expected)
    evidence = {
        **_common_senses(found, options),
        **_scales(found, options),
        **_amounts(None if rated else amount(said, question), [span(answer) for answer in expected]),
        **measured,
        "measured_in_words": _most_or_least(said, found, expected),
        **_sides(text, question, expected),
    }
    against["silent"] = float(not any(column.any() for name, column in evidence.items() if name.endswith(_SPEAKING)))
    return {
        **evidence,
        "letters": SentenceIndex(expected).scores(said),
        "contained": np.array([float(_contains(said, answer)) for answer in expected]),
        **_every(len(expected), against),
    }


def sentences_of(text: str, question: str, expected: Sequence[str]) -> list[str]:
    """Returns the sentences whose vectors `vector_features` takes, in its order."""
    said = without_retracted(text)
    return [question, said, f"{question} {said}", *expected, *(f"{question} {answer}" for answer in expected)]


def vector_features(vectors: Vectors, count: int) -> Features:
    """Returns what the likeness in meaning shows.

    Cosines of one encoder lie close together, so each expected answer is held against the mean of them.

    Args:
        vectors: unit vectors of `sentences_of`.
        count: how many expected answers there are.
    """
    asked, said, asked_and_said = vectors[:3].astype(np.float64)
    answers, in_question = vectors[3 : 3 + count].astype(np.float64), vectors[3 + count :].astype(np.float64)
    alone, together, both = answers @ said, in_question @ said, in_question @ asked_and_said
    return {
        "alike": alone - alone.mean(),
        "alike_to_both": together - together.mean(),
        "both_alike": both - both.mean(),
        **_every(
            count,
            {
                "most_alike": float(alone.max()),
                "most_both": float(together.max()),
                "like_question": float(asked @ said),
            },
        ),
    }


def _contains(said: str, answer: str) -> bool:
    short = compact(answer)
    return len(short) > 1 and short in compact(said)


def _every(count: int, values: dict[str, float]) -> Features:
    """Returns columns that are the same for all expected answers: they speak for or against none of them."""
    return {name: np.full(count, value) for name, value in values.items()}


def _common_senses(found: Senses, options: Sequence[Senses]) -> Features:
    count = len(options)
    common, conflict, missing = np.zeros(count), np.zeros(count), np.zeros(count)
    for row, option in enumerate(options):
        for family in option.keys() - _NO_THINGS:
            shared = found.get(family, frozenset()) & option[family]
            for sense in shared:  # what several share proves less, what all share nothing
                common[row] += 1 / sum(sense in other.get(family, ()) for other in options) - 1 / count
            conflict[row] += family in found and not shared
            missing[row] += family not in found
    return {
        name: np.minimum(column, _MOST)
        for name, column in (("common", common), ("conflict", conflict), ("missing", missing))
    }


def _scales(found: Senses, options: Sequence[Senses]) -> Features:
    features: Features = {}
    for scale, degrees in SCALES.items():
        said = place(found, scale)
        places = [place(option, scale) for option in options]
        width = max(degrees.values()) - min(degrees.values())
        distances = [None if said is None or where is None else abs(said - where) / width for where in places]
        silent = [float(said is None and where is not None) for where in places]
        features |= _nearest(scale, distances) | {f"{scale}_missing": np.array(silent)}
    return features


def _amounts(said: tuple[float, float] | None, spans: Sequence[tuple[float, float] | None]) -> Features:
    return _nearest("amounts", [None if said is None or other is None else distance(said, other) for other in spans])


def _measured(said: str, question: str, expected: Sequence[str]) -> tuple[Features, bool]:
    """Returns which expected answers what was measured lies in, how far from each it is, and whether it is in none.

    And whether it is a rate, whose numbers mean nothing by themselves: "사흘에 한 번" is not once.
    """
    found, options = in_period(measures(said), question), [measures(answer) for answer in expected]
    dimension = common_dimension(found, options)
    far, inside = np.zeros(len(options)), np.zeros(len(options))
    if dimension is not None:
        known = np.array([dimension in option for option in options])
        far[known] = [
            apart(dimension, found[dimension], option[dimension]) for option in options if dimension in option
        ]
        inside = (known & (far == 0)).astype(float)
    measuring = sum(bool(option) for option in options) > 1
    outside = float(dimension is not None and measuring and not inside.any())
    other = float(bool(found) and dimension is None and measuring)
    return {
        "measured_in": inside / max(inside.sum(), 1.0) if inside.sum() < len(options) else np.zeros(len(options)),
        "measured_far": -far,
        **_every(len(options), {"measured_outside": outside, "measured_otherwise": other}),
    }, dimension == "rate"


def _most_or_least(said: str, found: Senses, expected: Sequence[str]) -> Column:
    """Returns which expected answer is meant by much, or by little, where they measure: "엄청 많이 마셔요"."""
    column = np.zeros(len(expected))
    amounts = found.get("amount", frozenset())
    if not measures(said) and amounts in ({"plenty"}, {"few"}) and (least_most := ends(list(map(measures, expected)))):
        column[least_most[amounts == {"plenty"}]] = 1.0
    return column


def _nearest(name: str, distances: Sequence[float | None]) -> Features:
    """Returns which are nearest, one divided among them, and how far each is."""
    known = [distance for distance in distances if distance is not None]
    least = min(known, default=0.0)
    ties = known.count(least)
    near = [
        float(distance == least) / ties if ties < len(distances) and distance is not None else 0.0
        for distance in distances
    ]
    return {f"{name}_near": np.array(near), f"{name}_far": np.array([-(distance or 0.0) for distance in distances])}


def _sides(text: str, question: str, expected: Sequence[str]) -> Features:
    asked = asked_in(question)
    said = side(text, asked)
    sides = np.array([side(answer, asked) for answer in expected])
    known = sides[np.abs(sides) > _KNOWN_SIDE]
    if asked.yes_no and len(expected) == 2 and known.size == 1:  # what is not the one is the other
        sides = np.where(np.abs(sides) > _KNOWN_SIDE, sides, -_OTHER_SIDE * known[0])
    same = said * sides
    nothing = np.zeros(len(expected))
    return {"same_side": same if asked.yes_no else nothing, "same_tone": nothing if asked.yes_no else same}
