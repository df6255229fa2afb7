"""Tables of the premises. The transmitter's key is not here: the receiver owns it."""

from tornvakt.domains.sites.models.importing import ImportState, SiteImport
from tornvakt.domains.sites.models.people import Keyholder, KeyLoan, SiteKey
from tornvakt.domains.sites.models.plans import PlanKind, SitePlan
from tornvakt.domains.sites.models.register import Customer, Site, SiteSeries, SiteWarning
from tornvakt.domains.sites.models.rules import Instruction, OpeningSchedule, SiteSetting
from tornvakt.domains.sites.models.temporal import ALWAYS, in_force
from tornvakt.domains.sites.models.testing import LONGEST_TEST, TestMode, TestScope
from tornvakt.domains.sites.models.transmission import (
    Area,
    PathKind,
    Transmitter,
    TransmitterPath,
    TransmitterStay,
    Zone,
)

__all__ = [
    "ALWAYS",
    "LONGEST_TEST",
    "Area",
    "Customer",
    "ImportState",
    "Instruction",
    "KeyLoan",
    "Keyholder",
    "OpeningSchedule",
    "PathKind",
    "PlanKind",
    "Site",
    "SiteImport",
    "SiteKey",
    "SitePlan",
    "SiteSeries",
    "SiteSetting",
    "SiteWarning",
    "TestMode",
    "TestScope",
    "Transmitter",
    "TransmitterPath",
    "TransmitterStay",
    "Zone",
    "in_force",
]
