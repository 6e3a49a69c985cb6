"""What k-means at work is told in: plain words, for one who has never seen it."""

from __future__ import annotations

import numpy as np

from covey.evidence import Watched, WatchedRun
from covey.report.evidence.watch_scene import Shot
from covey.report.numbers import count, number, share

LESSON = (
    "K-means looks for K centers such that every row has one near by.",
    "It repeats two moves: each row joins its nearest center, then each center moves to the "
    "mean of the rows that joined it.",
    "Each move brings rows nearer to their centers, so it always comes to an end; but where it "
    "ends depends on where it began.",
)
WCSS = (
    "WCSS, the within-cluster sum of squares, adds up the squared distance of every row to its "
    "center: what k-means makes small."
)
#: An end more than this above the best known is another, worse solution, and not rounding.
WORSE = 1.01
#: Runs that place at most this share of the rows in groups of other sizes ended alike.
ALIKE = 0.03

NAMES = {
    "k-means++": "Careful start: k-means++",
    "random": "Random start: rows drawn blindly",
    "given": "The centers given",
}
SHORT = {"k-means++": "k-means++", "random": "random rows", "given": "the centers given"}


def n_worse(run: WatchedRun, best: float) -> int:
    """Count the starts that ended in a worse solution than the best known."""
    return int((run.ends > WORSE * best).sum())


def above(run: WatchedRun, best: float) -> float:
    """Return how far above the best known the run ended, as a share of it."""
    end = float(run.inertia[-1])
    return end / best - 1 if best > 0 else (0.0 if end <= best else float("inf"))


def lead(facts: Watched) -> str:
    """Say how the first run went."""
    run = facts.runs[0]
    n = len(run.inertia)
    went = f"{_centers(facts.k)} found {'its place' if facts.k == 1 else 'their places'}"
    if not run.settled:
        went = f"{_centers(facts.k)} had not settled"
    first, last = float(run.inertia[0]), float(run.inertia[-1])
    fell = f"WCSS is {number(last)} from the first step on"
    if number(last) != number(first):
        fell = f"WCSS fell from {number(first)} to {number(last)}"
    return f"{went} {'in' if run.settled else 'after'} {_steps(n)}. {fell}."


def title(run: WatchedRun, shot: Shot) -> str:
    """Name a shot."""
    step = int(run.steps[shot.kept])
    if shot.phase == "start":
        return "The start"
    if shot.phase == "end":
        return f"Step {step}, the end"
    return f"Step {step}: rows join" if shot.phase == "join" else f"Step {step}: centers move"


def text(facts: Watched, run: WatchedRun, shot: Shot) -> str:
    """Say in a sentence or two what happens in a shot."""
    if shot.phase == "start":
        return f"{_first(run, facts.k)} No row has joined one yet."
    if shot.phase == "move":
        return f"{_moves(run, shot, facts.k)} WCSS is {number(shot.inertia)}."
    if shot.phase == "end":
        return _end(facts, run, shot)
    return f"{_joins(facts, run, shot)} WCSS is {number(shot.inertia)}."


def _first(run: WatchedRun, k: int) -> str:
    if run.key == "given":
        return f"{_centers(k)} {'stands' if k == 1 else 'stand'} where you put them."
    if k == 1:
        return "One row, drawn at random, is the center."
    if run.key == "random":
        return f"{k} rows, drawn blindly, are the first centers."
    return (
        f"{k} rows are the first centers: one drawn at random, and each next one likely far from "
        "those before."
    )


def _joins(facts: Watched, run: WatchedRun, shot: Shot) -> str:
    step = int(run.steps[shot.kept])
    before = int(run.steps[shot.kept - 1]) if shot.kept else 0
    if step == 1:
        return "Each row joins its nearest center and takes its color."
    skipped = ""
    if step - before > 1:
        skipped = f"{_steps(step - before - 1).capitalize()} like these later: each"
    changed = int(run.changed[step - 1])
    rows = "no row changes" if not changed else f"{_rows(changed)} of {count(facts.about.n_rows)}"
    verb = "" if not changed else (" changes" if changed == 1 else " change")
    return f"{skipped or 'Each'} row joins its nearest center; {rows}{verb}."


def _moves(run: WatchedRun, shot: Shot, k: int) -> str:
    gap = int(run.steps[shot.kept + 1] - run.steps[shot.kept])
    more = f", and {_steps(gap - 1)} not drawn follow" if gap > 1 else ""
    if k == 1:
        return f"The center moves to the mean of all rows{more}."
    return f"Each center moves to the mean of its rows{more}."


def _end(facts: Watched, run: WatchedRun, shot: Shot) -> str:
    wcss = f"WCSS ends at {number(shot.inertia)}"
    gap = above(run, facts.best)
    if gap > WORSE - 1:
        wcss += ", more than is needed" if np.isinf(gap) else f", {share(gap)} above the best known"
    if not run.settled:
        return f"Here it was stopped, before rows ceased to change. {wcss}."
    if int(run.changed[-1]) == 0:
        return f"No row changes, so no center can move again: k-means is done. {wcss}."
    return f"Every center stands at the mean of its rows already: k-means is done. {wcss}."


# ---------------------------------------------------------------- two kinds of start


def comparison(facts: Watched) -> str:
    """Say what another start made of it, and what that means."""
    one, other = facts.runs
    gap, own = above(other, facts.best), above(one, facts.best)
    steps = f"{_steps(len(one.inertia))} and {_steps(len(other.inertia))}"
    if max(gap, own) <= WORSE - 1 and _other_groups(one, other):
        return (
            f"Both starts end with the same WCSS, in {steps}, but not with the same groups: "
            "several divisions of these rows are as good. Look whether K is right before "
            "trusting one."
        )
    if max(gap, own) <= WORSE - 1:
        return (
            f"Both starts end alike, in {steps}: these rows lead to one solution from nearly "
            "anywhere. A careful start matters where groups are many or uneven."
        )
    worse, better = (other, one) if gap >= own else (one, other)
    how = share(above(worse, facts.best)) if facts.best > 0 else "far"
    told = (
        f"Started from {SHORT[worse.key]}, the same algorithm got stuck with WCSS {how} above the "
        "best known: every row is with its nearest center and every center at its mean, yet "
        "better places exist, and no single step leads to them."
    )
    if worse is one and own > gap:
        return f"{told} {_upper(SHORT[better.key])} shows it: it ended {_how(facts, better)}."
    if other.key != "random":
        return told
    return f"{told} The worst of {len(other.ends)} random starts is shown, to see what can happen."


def _other_groups(one: WatchedRun, other: WatchedRun) -> bool:
    """Tell by their sizes whether two runs ended with other groups."""
    a, b = np.sort(one.sizes), np.sort(other.sizes)
    return bool(np.abs(a - b).sum() / 2 > ALIKE * a.sum())


def odds(facts: Watched) -> str:
    """Say how often each kind of start ended worse."""
    told = []
    for run in facts.runs:
        if len(run.ends) < 2:
            continue
        mean = float(run.lengths.mean())
        told.append(
            f"of {len(run.ends)} starts by {SHORT[run.key]}, {n_worse(run, facts.best) or 'none'} "
            f"ended more than 1 % above the best known ({mean:.1f} steps on average)"
        )
    return f"{_upper('; '.join(told))}." if told else ""


def _how(facts: Watched, run: WatchedRun) -> str:
    gap = above(run, facts.best)
    return "at the best known" if gap <= WORSE - 1 else f"{share(gap)} above it"


def plane_text(facts: Watched) -> str:
    """Say what the plane is, and what it hides."""
    m, n, d = len(facts.plane.rows), facts.about.n_rows, len(facts.about.features)
    rows = f"All {count(n)} rows" if m == n else f"{count(m)} of {count(n)} rows, evenly spread,"
    if d > 2:
        return (
            f"{rows} are drawn, on a plane: the shadow of {d} features, which holds "
            f"{share(facts.plane.explained)} of their variation. Distances count all {d}, so a row "
            "may look nearer to another center than the one it joined."
        )
    told = f"{rows} are drawn. Distances are as k-means sees them: what is nearer here is nearer."
    return f"{told} Height means nothing; it keeps dots apart." if d == 1 else told


def thinned_text(facts: Watched) -> str:
    """Say which steps are not drawn; nothing where all are."""
    run = max(facts.runs, key=lambda one: len(one.inertia))
    if len(run.steps) == len(run.inertia):
        return ""
    return (
        f"Of {len(run.inertia)} steps {len(run.steps)} are drawn: the first ones, the last, and "
        "some between. --steps draws more."
    )


def _centers(k: int) -> str:
    return "One center" if k == 1 else f"{k} centers"


def _steps(n: int) -> str:
    return "one step" if n == 1 else f"{n} steps"


def _rows(n: int) -> str:
    return "one row" if n == 1 else f"{count(n)} rows"


def _upper(words: str) -> str:
    """Begin with a capital; k-means++ keeps its own spelling."""
    return words if words.startswith("k-means") else words[:1].upper() + words[1:]


def changed_share(changed: int, n: int) -> str:
    """Return the rows that changed, and their share."""
    return f"{count(changed)} of {count(n)} ({share(changed / n)})"
