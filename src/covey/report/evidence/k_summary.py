"""How many groups, for a terminal."""

from __future__ import annotations

from covey.evidence import KChoice, KFacts, Preparations
from covey.report.evidence import findings
from covey.report.evidence import k_words as words
from covey.report.evidence.k_data import marked
from covey.report.evidence.k_panels import level_of
from covey.report.numbers import fixed, number, plain, share
from covey.report.terminal import Page
from covey.report.words import sentence

#: lines of the table over K
_MOST_LINES = 16


def summary(facts: KChoice | Preparations, width: int = 100, color: bool = False) -> str:
    """Return the text for a terminal: the verdict, K side by side, votes, what to do next."""
    page = Page(max(width, 40), color)
    page.line(facts.about.title, bold=True)
    if isinstance(facts, Preparations):
        page.block(facts.text)
        for name, choice in facts.choices.items():
            page.gap()
            page.line(f"Scale {name}", bold=True)
            _choice(page, choice)
    else:
        _choice(page, facts)
        page.gap()
        page.line("Next", bold=True)
        for command, why in words.next_steps(facts):
            page.block(f"{sentence(why)[:-1]}:", indent=2)
            page.line(f"    {command}")  # in one piece, to be copied
    for caution in facts.about.cautions:
        page.gap()
        page.block(caution.text, bullet="- ")
    return page.text()


def _choice(page: Page, choice: KChoice) -> None:
    verdict = choice.verdict
    head = words.headline(choice)
    if verdict.natural is None:
        head = f"{words.badge(choice)}: {head[0].lower()}{head[1:]}"
    page.block(head, bold_to=min(len(head), head.find(":") + 1))
    if words.alarm(choice):
        page.block(words.alarm(choice), indent=2)
    page.block(verdict.text, indent=2)
    near = words.hardly_worse(choice)
    if near:
        page.block(near, indent=2)
    if verdict.limits:
        page.block(f"Limits: {verdict.limits}. What they cost: {verdict.cost}", indent=2)
    if len(choice.scores) > 1:
        _table(page, choice)
    if verdict.votes:
        page.gap()
        page.line("What each criterion says", bold=True)
    for vote in verdict.votes:
        mark = "✓" if vote.agrees else "✗"
        page.block(f"{vote.criterion}: {vote.says}", indent=2, bullet=f"{mark} ")
    findings.tell(page, choice.findings, brief=True)


def _table(page: Page, choice: KChoice) -> None:
    verdict = choice.verdict
    page.gap()
    page.line(
        f"{'K':>5}{'WCSS left':>11}{'silhouette':>12}{'cloud':>8}{'gap':>8}{'BIC':>11}"
        f"{'smallest':>10}  stability",
        bold=True,
    )
    for one in _shown(choice):
        page.line(_line(choice, one))
    if verdict.natural and verdict.k != verdict.natural:
        page.line("  → the K of the data; > the K to use within the limits")
    left_out = len(choice.scores) - len(_shown(choice))
    if left_out:
        page.line(f"  {left_out} more K are in scores.csv")


def _shown(choice: KChoice) -> list[KFacts]:
    """Return the K to list: all, or those around the verdict and those that criteria name."""
    scores = list(choice.scores)
    if len(scores) <= _MOST_LINES:
        return scores
    verdict = choice.verdict
    near = verdict.natural or verdict.k
    named = {verdict.k, verdict.natural, verdict.elbow, *(vote.k for vote in verdict.votes)}
    order = sorted(scores, key=lambda one: (one.k not in named, abs(one.k - near), one.k))
    return sorted(order[:_MOST_LINES], key=lambda one: one.k)


def _line(choice: KChoice, one: KFacts) -> str:
    arrow = {"natural": "→", "use": ">"}.get(marked(choice, one.k), "")
    steady = f"{fixed(one.stability)} {level_of(one.stability)}" if one.k > 1 else "–"
    least = plain(share(one.sizes[-1] / max(sum(one.sizes), 1)))
    return (
        f"{arrow:>2}{one.k:>3}{plain(share(1 - one.explained)):>11}{fixed(one.silhouette):>12}"
        f"{fixed(one.cloud):>8}{fixed(one.gap):>8}{plain(number(one.bic)):>11}{least:>10}"
        f"  {steady}"
    )
