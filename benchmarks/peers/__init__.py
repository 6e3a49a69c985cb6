"""The peers, by name. A peer that is not installed is reported as missing."""

from __future__ import annotations

from benchmarks.peers import estimators, indexes, lines, trees
from benchmarks.peers.contract import Job, Outcome, Peer

PEERS: dict[str, Peer] = {
    peer.name: peer for peer in (*estimators.PEERS, *indexes.PEERS, *trees.PEERS, *lines.PEERS)
}

__all__ = ["PEERS", "Job", "Outcome", "Peer"]
