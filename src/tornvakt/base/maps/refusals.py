"""Why a map file is not used, in words somebody can act on."""

from django.utils.translation import gettext as _

from tornvakt.pure.facts import Refusal


class MapRefused(Refusal):
    """A map file cannot be used."""


class NotGeoJson(MapRefused):
    """The file holds something else than what it should."""

    def __init__(self, what: str) -> None:
        super().__init__(
            _("This is not a map layer: %(what)s. Export it as GeoJSON and try again.")
            % {"what": what}
        )


class TooLarge(MapRefused):
    """The layer would make the desks slow."""

    def __init__(self, found: str, most: str) -> None:
        super().__init__(
            _(
                "The layer is too large: %(found)s, and %(most)s is the most. Cut out the "
                "municipality, simplify the lines, or split it into several layers."
            )
            % {"found": found, "most": most}
        )


class Displaced(MapRefused):
    """The coordinates cannot be degrees in WGS 84."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "The coordinates are neither degrees (WGS 84) nor SWEREF 99 TM. Export the layer "
                "in one of them and try again."
            )
        )


class Swapped(MapRefused):
    """Latitude stands first, which GeoJSON forbids."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Latitude and longitude have changed places: in GeoJSON longitude comes first. "
                "Export the layer again with the axes in that order."
            )
        )


class Nobodys(MapRefused):
    """Nothing says what the layer is called or whose it is."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "The file does not say what it is called and whose it is. Put it in with "
                "./tornvakt map add, which asks for both."
            )
        )


class NotAName(MapRefused):
    """A name that could not be part of an address."""

    def __init__(self) -> None:
        super().__init__(_("Give the map a name with at least one letter or digit."))


class NoSuchMap(MapRefused):
    """Nothing of that name lies in the folder."""

    def __init__(self, slug: str) -> None:
        super().__init__(
            _("There is no map called %(name)s. ./tornvakt map list shows those there are.")
            % {"name": slug}
        )


class MapExists(MapRefused):
    """The name is taken."""

    def __init__(self, slug: str) -> None:
        super().__init__(
            _("There is a map called %(name)s already. Choose another name, or use --replace.")
            % {"name": slug}
        )


class VectorTiles(MapRefused):
    """A PMTiles file of the other sort."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "The file holds vector tiles, and only pictures can be shown. Make a PMTiles file "
                "of PNG, JPEG or WebP tiles, or put the map in as GeoJSON."
            )
        )


class BrokenArchive(MapRefused):
    """Not a PMTiles file, or one that has been cut off."""

    def __init__(self, what: str) -> None:
        super().__init__(
            _("The PMTiles file cannot be read: %(what)s. Fetch it again.") % {"what": what}
        )


class NoSuchMunicipality(MapRefused):
    """No municipality has that code."""

    def __init__(self, code: str) -> None:
        super().__init__(
            _(
                "There is no municipality with the code %(code)s. Write four digits, such as 0880 "
                "for Kalmar."
            )
            % {"code": code}
        )
