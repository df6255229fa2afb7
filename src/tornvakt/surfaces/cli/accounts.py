"""The demo's people, as `start`, the demo and the bench name them; kept beside the accounts."""

from tornvakt.base.access.demo_people import DEMO_PEOPLE, PASSWORD, DemoPerson

__all__ = ["DEMO_PEOPLE", "PASSWORD", "DemoPerson"]
