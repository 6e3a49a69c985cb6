"""The threshold tree as questions and answers, for the page and for the eye."""

from __future__ import annotations

from dataclasses import dataclass

from covey.flow import Explanation, Segment, TreeNode
from covey.report.numbers import quantity
from covey.report.words import readable


@dataclass(frozen=True)
class Answer:
    """One side of a question: what must hold, and what follows."""

    text: str  # "total spend below £1,200"; "" at the root
    n_rows: int
    segment: Segment | None  # where it ends; None: there are more questions
    answers: tuple[Answer, ...] = ()


def answers(explanation: Explanation) -> Answer:
    """Return the tree from its root."""
    by_number = {segment.number: segment for segment in explanation.segments}
    return _answer(explanation.tree.root, "", by_number)


def _answer(node: TreeNode, text: str, by_number: dict[int, Segment]) -> Answer:
    if node.below is None or node.above is None:
        return Answer(text, node.n_rows, by_number[node.number or 1])
    name, bound = readable(node.name), quantity(node.threshold, node.unit, node.name)
    return Answer(
        text,
        node.n_rows,
        None,
        (
            _answer(node.below, f"{name} below {bound}", by_number),
            _answer(node.above, f"{name} {bound} or more", by_number),
        ),
    )
