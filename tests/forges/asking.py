"""What the tests ask of a forge through the port."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursesync.ci.forges.forge import NotYet

if TYPE_CHECKING:
    from forges.hosting import Hosting

    from coursesync.ci.forges.forge import Forge, Review


def brought(forge: Forge, commit: str) -> Review:
    """Return the review that brought a commit to main; there is one."""
    found = forge.reviews_between("main", [commit])[commit]
    assert found is not None
    assert found is not NotYet.INDEXED
    return found


def judged(hosting: Hosting, forge: Forge, number: int) -> Review:
    """Merge a review, unless it is merged, and return it as the forge then judges it."""
    pull = hosting.pulls[number]
    return brought(forge, pull.made[-1] if pull.made else hosting.merge(number))
