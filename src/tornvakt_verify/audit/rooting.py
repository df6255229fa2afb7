"""The checkpoints against the trees: which entries they attest, and which were rewritten."""

from bisect import bisect_right
from collections.abc import Callable

from tornvakt_verify.audit.marks import Point, Points
from tornvakt_verify.audit.outcome import instant, span
from tornvakt_verify.audit.walking import Misfit, Walk, file_tree

NEWEST_UNLOGGED = 1
"""Checkpoints that may stand in the database and not yet in the file."""
NAMED = 20


class Roots:
    """All checkpoints, of the database, of the file beside it and of a copy kept elsewhere.

    ``head``: what the signed head attests, its signature already checked.
    """

    def __init__(
        self,
        groups: list[Points],
        is_signed: Callable[[Point], bool] | None,
        head: Point | None = None,
    ) -> None:
        self.problems: list[str] = []
        self.good = 0
        self.attested_size = 0
        """So many entries have a good checkpoint over them."""
        self.sealed: Point | None = None
        """The longest that is attested, by a checkpoint or the head."""
        self._head = head
        self._groups = groups
        judged: dict[Point, bool] = {}
        for group in groups:
            bad = []
            for point in group.points:
                if point not in judged:
                    judged[point] = is_signed is None or is_signed(point)
                if not judged[point]:
                    bad.append(point.size)
            self.problems += _listed(
                bad, f"Kontrollpunkten vid {{}} poster i {group.name} är ändrad eller förfalskad."
            )
        good = {point for point, is_good in judged.items() if is_good}
        self._points = sorted(good | ({head} if head else set()))
        self._sizes = [point.size for point in self._points]
        self.sizes = {point.size for group in groups for point in group.points}
        self.sizes |= {head.size} if head else set()
        self._database: dict[int, bytes] = {}
        self._file: dict[int, bytes] = {}
        self._compare_groups(groups[0], groups[1], groups[2] if len(groups) > 2 else None)

    def compare(self, walk: Walk, leaves: bytes) -> None:
        """Find the first checkpoint that neither tree agrees with.

        A root covers every entry before it, so that one good later checkpoint attests them all.
        """
        self._database = walk.tree.roots
        is_database_right = walk.is_tree_whole and not walk.misfits and not walk.unreadable
        if not is_database_right:
            self._file = file_tree(leaves, self.sizes).roots
        right = [point for point in self._points if self._is_attested(point)]
        attested = [point.size for point in right]
        self.sealed = max(right, default=None)
        checkpoints = [point.size for point in right if point is not self._head]
        self.good = len(checkpoints)
        self.attested_size = max(checkpoints, default=0)
        for point in self._points:
            is_there = point.size <= walk.size and self._is_known(point)
            if is_there and not self._is_attested(point):
                intact = max((size for size in attested if size < point.size), default=0)
                names = [group.name for group in self._groups if point in group.points]
                names += ["audit/head"] if point is self._head else []
                self.problems.append(
                    f"Posterna med {span(intact, point.size - 1)} är omskrivna, eller loggen "
                    f"tillbakarullad och fortsatt: de är inte de som kontrollpunkten "
                    f"{instant(point.at_us)} intygar ({', '.join(names)})."
                )
                break  # every later root contains the same entries

    def attested(self, misfit: Misfit) -> bytes | None:
        """Return the hash that a checkpoint over this number attests; None for none."""
        place = bisect_right(self._sizes, misfit.number)
        for point in self._points[place:]:
            if self._file.get(point.size) == point.root:
                return misfit.file
            if self._database.get(point.size) == point.root:
                return misfit.database
        return None

    def _is_attested(self, point: Point) -> bool:
        return point.root in (self._database.get(point.size), self._file.get(point.size))

    def _is_known(self, point: Point) -> bool:
        return point.size in self._database or point.size in self._file

    def _compare_groups(self, inside: Points, filed: Points, copied: Points | None) -> None:
        """The same checkpoints stand in the database and in the file, byte for byte."""
        stored = {point.size: point for point in inside.points}
        logged = {point.size: point for point in filed.points}
        newest = max(stored, default=0)
        self._list(
            [
                size
                for size, point in logged.items()
                if size <= newest and stored.get(size) != point
            ],
            "Kontrollpunkten vid {} poster i audit/checkpoints.log finns inte så i databasen.",
        )
        lacking = sorted(stored.keys() - logged.keys())
        last = max(logged, default=0)
        if len([size for size in lacking if size > last]) <= NEWEST_UNLOGGED:
            lacking = [size for size in lacking if size < last]
        self._list(
            lacking, "Raden för kontrollpunkten vid {} poster saknas i audit/checkpoints.log."
        )
        if copied is not None:
            self._list(
                [point.size for point in copied.points if logged.get(point.size) != point],
                "Kontrollpunkten vid {} poster finns i kopian men inte i audit/checkpoints.log.",
            )

    def _list(self, sizes: list[int], sentence: str) -> None:
        self.problems += _listed(sizes, sentence)


def _listed(sizes: list[int], sentence: str) -> list[str]:
    lines = [sentence.format(size) for size in sorted(sizes)[:NAMED]]
    return lines + ([f"… och {len(sizes) - NAMED} till."] if len(sizes) > NAMED else [])
