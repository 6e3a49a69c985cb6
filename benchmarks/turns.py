"""Measure one workload: the peers take turns, so that whatever else the machine does meets all."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import folder
from benchmarks.busy import Foreign
from benchmarks.data import Data, make
from benchmarks.inertia import inertia
from benchmarks.peers import PEERS, Peer
from benchmarks.processes import PeerLostError, PeerProcess
from benchmarks.results import Row
from benchmarks.workloads import MIB, Workload

#: iterations of the short fits, by which what a fit does once is told from what it repeats
SHORT = 2
LOADING = 120.0  # seconds to import a library and read the data


@dataclass(frozen=True)
class Rules:
    """How long and how often."""

    repeats: int = 5
    budget: float = 4.0  # seconds for a peer on a workload; one run at least
    limit: float = 90.0  # seconds of one run, after which a peer is ended
    threads: int | None = None
    clock: str = "wall"  # or "cpu"


@dataclass
class Player:
    """A peer in the game, what it gave, and why it left."""

    peer: Peer
    process: PeerProcess
    status: str = ""
    long: list[dict[str, Any]] = field(default_factory=list)
    short: list[dict[str, Any]] = field(default_factory=list)
    foreign: list[float] = field(default_factory=list)
    extra: int = 0
    wanted: int = 1

    def ask(self, seconds: float, **order: Any) -> dict[str, Any] | None:
        """Send an order and return the answer; None, and out of the game, when it fails."""
        try:
            self.process.order(**order)
            answer = self.process.answer(seconds)
        except PeerLostError as gone:
            answer = {"error": str(gone)}
        self.status = answer.get("error", "")
        return None if self.status else answer


def measure(
    load: Workload, dtype: str, names: list[str], rules: Rules, say: Callable[[str], None]
) -> list[Row]:
    """Return a row for each of the named peers that can do this at all."""
    data = make(load.data, load.n, load.k, dtype)
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        folder.write(home, data)
        players = _seated(load, dtype, names, rules, home)
        try:
            _play(load, players, rules, home, say)
            score = _Scorer(load, data)
            return [_row(load, dtype, player, score, rules) for player in players]
        finally:
            for player in players:
                player.process.close()


def _seated(load: Workload, dtype: str, names: list[str], rules: Rules, home: Path) -> list[Player]:
    """Start the peers; they import and read at the same time."""
    able = [PEERS[name] for name in names if dtype in PEERS[name].dtypes]
    players = [Player(peer, PeerProcess(rules.threads, home / "log.txt")) for peer in able]
    order = {"place": str(home), "task": load.task, "ks": load.ks, "n_init": load.n_init}
    for player in players:
        player.process.order(do="load", peer=player.peer.name, **order)
    for player in players:
        try:
            player.status = player.process.answer(LOADING).get("error", "")
        except PeerLostError as gone:
            player.status = str(gone)
    return players


def _play(
    load: Workload, players: list[Player], rules: Rules, home: Path, say: Callable[[str], None]
) -> None:
    """Let them run in turn. The first run warms up; it counts only where no other is afforded."""
    for player in players:
        if not player.status and player.ask(rules.limit, do="warm"):
            _turn(load, player, rules, home, 0)
        say(f"{player.peer.name}: {player.status or _told(player)}")
    for turn in range(1, rules.repeats + 1):
        shift = turn % max(1, len(players))  # nobody always follows the same neighbor
        for player in players[shift:] + players[:shift]:
            if not player.status and len(player.long) <= player.wanted:
                _turn(load, player, rules, home, turn)


def _turn(load: Workload, player: Player, rules: Rules, home: Path, turn: int) -> None:
    keep = str(home / f"{player.peer.name.replace(' ', '-')}-{turn}")
    foreign = Foreign()
    answer = player.ask(rules.limit, do="run", n_iter=load.n_iter, seed=turn, keep=keep)
    if answer is None:
        return
    player.foreign.append(foreign.share(answer["cpu"]))
    if load.task == "iterate":
        order = {"do": "run", "n_iter": SHORT, "seed": turn, "keep": keep + "-short"}
        short = player.ask(rules.limit, **order)
        if short is None:
            return
        player.short.append(short)
    player.long.append(answer)
    if turn == 0:
        player.extra = answer["extra"]
        player.wanted = min(rules.repeats, int(rules.budget / max(answer["wall"], 1e-6)))


def _told(player: Player) -> str:
    return f"{player.long[0]['wall']:.3f} s" if player.long else "no answer"


class _Scorer:
    """Judge results by the one function, each distinct set of centers once."""

    def __init__(self, load: Workload, data: Data) -> None:
        self.load, self.data = load, data
        self._known: dict[bytes, float] = {}

    def __call__(self, answer: dict[str, Any]) -> float:
        if answer["value"] is not None:
            return answer["value"]
        total = 0.0
        for place in answer["centers"]:
            centers = folder.load(Path(place))
            key = centers.tobytes()
            if key not in self._known:
                self._known[key] = inertia(self.data.X, centers)
            total += self._known[key]
        return total


def _row(load: Workload, dtype: str, player: Player, score: _Scorer, rules: Rules) -> Row:
    """Fold the runs of a player into one row of medians."""
    head = Row(load.name, dtype, player.peer.name)
    if player.status:
        return replace(head, status=player.status)
    drop = 1 if len(player.long) > 1 else 0
    runs, shorts = player.long[drop:], player.short[drop:]
    try:
        result = median(score(run) for run in runs)
    except ValueError as error:
        return replace(head, status=f"failed: {error}")
    seconds = median(run[rules.clock] for run in runs)
    n_iter = int(median(run["n_iter"] for run in runs))
    marginal = None
    if shorts and n_iter > SHORT:
        once = median(run[rules.clock] for run in shorts)
        marginal = 1e3 * (seconds - once) / (n_iter - SHORT)
    return replace(
        head,
        seconds=seconds,
        n_iter=n_iter,
        ms_marginal=marginal,
        result=result,
        extra_mib=player.extra / MIB,
        x_mib=score.data.n_bytes / MIB,
        cores=median(run["cpu"] / run["wall"] for run in runs),
        foreign=median([share for share in player.foreign if share == share] or [float("nan")]),
        runs=len(runs),
        share=runs[-1]["share"],
        method=runs[-1]["method"],
    )
