"""What a linkage run may decide by itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LinkageSettings:
    """Limits of a run.

    Attributes:
        threshold: least probability of a pair that the model links.
        review_threshold: least probability of a pair that is worth a steward's look.
        registered_share: share of the records that belong to somebody in the population register.
        registered_persons: size of the population register; None counts its nodes. An increment, which holds only a
            part of them, must name it.
        shared_identifier_limit: an identifier that a registry gives to more persons than this is no evidence.
        cluster_limit: a cluster with more distinct descriptions than this is cut.
    """

    threshold: float = 0.98
    review_threshold: float = 0.3
    registered_share: float = 0.98
    registered_persons: int | None = None
    shared_identifier_limit: int = 5
    cluster_limit: int = 200
