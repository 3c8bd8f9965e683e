"""Rules of quoracy that many documents have, ready to choose."""

from collections.abc import Iterator, Sequence

from forums.choices import SeatCategory
from forums.quoracy import QuoracyForum
from forums.rule_checks import problems_with
from forums.rule_rows import Json
from forums.rule_sentences import NamesInRules
from forums.rule_trees import EACH, MEMBERS, PLACES, from_json


def common_shapes(body: QuoracyForum, chairs: Sequence[int]) -> Iterator[tuple[str, Json]]:
    """Rules that many documents have, as far as they fit the forum, with what each is called.
    `chairs` are the seats of its chair and vice-chair."""
    remotely = ["remote"]
    half: Json = {"share": [1, 2], "in": MEMBERS, "of": PLACES, "counting": remotely}
    third: Json = {**half, "share": [1, 3]}
    three: Json = {"people": 3, "in": MEMBERS, "counting": remotely}
    chair: Json = {"people": 1, "in": {"seats": list(chairs)}, "counting": remotely}

    def one(category: SeatCategory) -> Json:
        return {"people": 1, "in": {"category": category.value}, "counting": remotely}

    executive = one(SeatCategory.EXECUTIVE)
    independent = one(SeatCategory.INDEPENDENT_NON_EXECUTIVE)
    each: Json = {"organisations": EACH, "counting": [*remotely, "substitute"]}
    shapes: list[tuple[str, Json]] = [
        ("Three members", three),
        ("Three members, with the chair or vice-chair", {"all": [three, chair]}),
        ("A third of the members", third),
        ("Half of the members", half),
        ("Half of the members, with the chair or vice-chair", {"all": [half, chair]}),
        (
            "Half of the members, with the chair or vice-chair, an executive and a non-executive",
            {"all": [half, chair, executive, independent]},
        ),
        ("Every member organisation", each),
    ]
    for called, value in shapes:
        if "all" in value and not chairs:
            continue
        if value is each and not body.members:
            continue
        names = NamesInRules({place.seat: place.title for place in body.places}, {})
        if not problems_with(from_json(value), body, names):
            yield called, value
