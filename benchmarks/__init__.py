"""Covey beside its peers: fixed workloads, one process each, taking turns (``make bench``)."""
