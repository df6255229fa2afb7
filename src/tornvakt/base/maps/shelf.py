"""The map folder as it stands: read at start, and again when a file in it has changed.

One shelf a process. Looking costs a listing of the folder at most every two seconds; a file is
read and judged when its size or time is another, never otherwise.
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tornvakt.base.inbox.paths import fsync_directory
from tornvakt.base.maps import layers
from tornvakt.base.maps.archives import Archive, Signature
from tornvakt.base.maps.geojson import MOST_BYTES
from tornvakt.base.maps.layers import MOST_LAYERS, Facts, Layer, is_slug, slug_of
from tornvakt.base.maps.refusals import MapExists, MapRefused, Nobodys, NoSuchMap, TooLarge

LAYER, ARCHIVE, SAYS = ".geojson", ".pmtiles", ".pmtiles.json"
LOOK_EVERY_S = 2.0


@dataclass(frozen=True, slots=True)
class Picture:
    """A raster map in a file of its own."""

    slug: str
    facts: Facts
    bounds: tuple[float, float, float, float]
    zooms: tuple[int, int]
    size: int
    version: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that is not used, and why, in the language of whoever asked."""

    file: str
    why: str
    language: str | None


@dataclass(slots=True)
class Stock:
    """What lies in the folder."""

    layers: list[Layer] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


class Shelf:
    """The map folder of one installation."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._known: dict[str, tuple[object, Layer | Picture | Refused]] = {}
        self._archives: dict[str, tuple[str, Archive]] = {}
        self._looked_at: float | None = None
        self._stock = Stock()

    def stock(self, *, anew: bool = False) -> Stock:
        """Return what lies in the folder; ``anew``: look now, even if somebody just did."""
        with self._lock:
            now = time.monotonic()
            if anew or self._looked_at is None or now - self._looked_at >= LOOK_EVERY_S:
                self._stock = self._look()
                self._looked_at = time.monotonic()
            return self._stock

    def layer(self, slug: str) -> tuple[Layer, bytes]:
        """Return a layer and its file. Raises NoSuchMap."""
        found = next((each for each in self.stock().layers if each.slug == slug), None)
        if found is None:
            raise NoSuchMap(slug)
        try:
            return found, self._path(slug, LAYER).read_bytes()
        except OSError as error:
            raise NoSuchMap(slug) from error

    def archive(self, slug: str) -> tuple[Picture, Archive]:
        """Return a raster map and its open file. Raises NoSuchMap."""
        found = next((each for each in self.stock().pictures if each.slug == slug), None)
        if found is None:
            raise NoSuchMap(slug)
        with self._lock:
            kept = self._archives.get(slug)
            if kept is None or kept[0] != found.version:
                try:
                    kept = found.version, Archive(self._path(slug, ARCHIVE))
                except (MapRefused, OSError) as error:
                    raise NoSuchMap(slug) from error
                self._archives[slug] = kept  # who reads in the one before still has it
            return found, kept[1]

    def add(self, file: Path, facts: Facts, *, replace: bool = False) -> Layer | Picture:
        """Put a file in under the name of its facts. Raises what is wrong with it."""
        slug = self._free(facts.name, replace)
        if file.suffix == ARCHIVE:
            return self._add_archive(file, slug, facts)
        _not_too_large(file)
        return self._put(slug, layers.made(file.read_bytes(), facts))

    def add_made(self, data: bytes, facts: Facts, *, replace: bool = False) -> Layer:
        """Put in what lies in memory. Raises what is wrong with it."""
        return self._put(self._free(facts.name, replace), layers.made(data, facts))

    def remove(self, slug: str) -> None:
        """Take a map out. Raises NoSuchMap."""
        ends = (LAYER, ARCHIVE, SAYS)
        there = [path for end in ends if (path := self._path(slug, end)).exists()]
        if not is_slug(slug) or not there:
            raise NoSuchMap(slug)
        for path in there:
            path.unlink()
        fsync_directory(self.folder)

    def _free(self, name: str, replace: bool) -> str:
        slug = slug_of(name)
        if not replace and any(self._path(slug, end).exists() for end in (LAYER, ARCHIVE)):
            raise MapExists(slug)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return slug

    def _put(self, slug: str, data: bytes) -> Layer:
        path = self._path(slug, LAYER)
        self._write(path, data)
        self._path(slug, ARCHIVE).unlink(missing_ok=True)
        return layers.read(slug, data, str(Signature.of(path)))

    def _path(self, slug: str, end: str) -> Path:
        return self.folder / f"{slug}{end}"

    def _add_archive(self, file: Path, slug: str, facts: Facts) -> Picture:
        Archive(file).close()  # refused before anything is written
        target = self._path(slug, ARCHIVE)
        part = target.with_suffix(".part")
        with file.open("rb") as source, part.open("wb") as copy:
            while chunk := source.read(1 << 20):
                copy.write(chunk)
        said = {"name": facts.name, "attribution": facts.attribution, "licence": facts.licence}
        self._write(self._path(slug, SAYS), json.dumps(said, ensure_ascii=False).encode())
        part.replace(target)
        fsync_directory(self.folder)
        self._path(slug, LAYER).unlink(missing_ok=True)
        return self._picture(target)

    def _write(self, path: Path, data: bytes) -> None:
        part = path.with_suffix(".part")
        part.write_bytes(data)
        part.replace(path)
        fsync_directory(self.folder)

    def _look(self) -> Stock:
        found = Stock()
        known: dict[str, tuple[object, Layer | Picture | Refused]] = {}
        for path in self._files():
            state = self._state(path)
            before = self._known.get(path.name)
            is_same = before is not None and before[0] == state and _is_readable(before[1])
            what = before[1] if before is not None and is_same else self._judge(path)
            known[path.name] = state, what
            if isinstance(what, Layer):
                found.layers.append(what)
            elif isinstance(what, Picture):
                found.pictures.append(what)
            else:
                found.refused.append(what)
        self._known = known
        for slug in set(self._archives) - {each.slug for each in found.pictures}:
            del self._archives[slug]
        order = {role: place for place, role in enumerate(layers.ROLES)}
        found.layers.sort(key=lambda each: (order[each.facts.role], each.slug))
        return found

    def _files(self) -> Iterator[Path]:
        with suppress(OSError):
            names = sorted(self.folder.iterdir())
            yield from [each for each in names if each.suffix in (LAYER, ARCHIVE)][:MOST_LAYERS]

    def _state(self, path: Path) -> object:
        with suppress(OSError):
            says = self._path(path.stem, SAYS)
            beside = Signature.of(says) if says.exists() else None
            return Signature.of(path), beside
        return None

    def _judge(self, path: Path) -> Layer | Picture | Refused:
        try:
            if not is_slug(path.stem):
                return _refused(
                    path, _("Name the file with small letters, digits and hyphens only.")
                )
            if path.suffix == ARCHIVE:
                return self._picture(path)
            _not_too_large(path)
            return layers.read(path.stem, path.read_bytes(), str(Signature.of(path)))
        except MapRefused as refusal:
            return _refused(path, str(refusal))
        except OSError:
            return _refused(
                path, _("The file cannot be read. Is it the service's own, and is the disk well?")
            )

    def _picture(self, path: Path) -> Picture:
        slug = path.stem
        archive = Archive(path)
        try:
            said = {**archive.metadata(), **self._beside(slug)}
            name, owner = (str(said.get(key, "")).strip()[:400] for key in ("name", "attribution"))
            if not name or not owner:
                raise Nobodys
            facts = Facts(name, owner, str(said.get("licence", ""))[:400])
            return Picture(
                slug,
                facts,
                archive.bounds,
                archive.zooms,
                archive.size,
                str(Signature.of(path)),
            )
        finally:
            archive.close()

    def _beside(self, slug: str) -> dict[str, object]:
        with suppress(OSError, ValueError):
            said = json.loads(self._path(slug, SAYS).read_bytes())
            if isinstance(said, dict):
                return said
        return {}


def _not_too_large(file: Path) -> None:
    """Refuse a file before it is read."""
    size = file.stat().st_size
    if size > MOST_BYTES:
        raise TooLarge(f"{size // 1_000_000} MB", f"{MOST_BYTES // 1_000_000} MB")


def _refused(path: Path, why: str) -> Refused:
    return Refused(path.name, why, get_language())


def _is_readable(what: Layer | Picture | Refused) -> bool:
    """Whether what was found before can be told to whoever asks now, in their language."""
    return not isinstance(what, Refused) or what.language == get_language()


_shelves: dict[Path, Shelf] = {}


def shelf_of(data: Path) -> Shelf:
    """Return this process's shelf for a data directory."""
    return _shelves.setdefault(data, Shelf(data / "karta"))
