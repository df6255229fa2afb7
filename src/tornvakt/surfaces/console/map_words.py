"""What the map's scripts say, in the reader's language."""

from django.utils.translation import gettext as _

from tornvakt.base.ui import formats


def words() -> dict[str, str]:
    """Every text of the map; ``{name}`` is filled in by the script."""
    return {
        "map_show": _("Show the map"),
        "map_hide": _("Hide the map"),
        "map_follows": _("Follows the chosen"),
        "map_holds": _("Stands still"),
        "map_hold": _("hold the map still"),
        "map_go_along": _("follow the chosen incident"),
        "map_many": _("On the map as {n} places"),
        "map_own_layers": _("Our own layers"),
        "map_count": _("{n} incidents"),
        "map_count_none": _("no incident is open"),
        "map_count_without": _("without a place on the map: {n}"),
        "map_without": _("Not on the map: {why}"),
        "map_why_many": _("it is about many places"),
        "map_why_centre": _("it is about the alarm centre itself"),
        "map_why_unknown": _("nobody knows where the account is"),
        "map_why_unplaced": _("the place has no point in the register"),
        "map_hatched": _("affected areas hatched, {n} places"),
        "map_off": _("Circle: the place may be {m} m off"),
        "map_lost": _("The map {name} does not answer. Our own layers are shown instead."),
        "map_layer_missing": _("The layer {name} could not be fetched. The rest is shown."),
        "map_not_fetched": _("The map could not be fetched. The list holds the same."),
        "map_at_desk": _("{number} is shown on the desk."),
        **{f"map_level_{level}": formats.level(level) for level in (1, 2, 3, 4)},
    }
