"""A PostgreSQL of our own for a proof: without one the proof could not run."""

from tornvakt.surfaces.cli import cluster
from tornvakt.surfaces.cli.prove.ground import CouldNotRun


class Cluster(cluster.Cluster):
    """One server on a free port of 127.0.0.1. Raises ``CouldNotRun``."""

    failure = CouldNotRun
