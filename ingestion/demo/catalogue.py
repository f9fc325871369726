"""What is sold, to whom and where? The applications with their traits, kinds of agencies, regions, reasons."""

from dataclasses import dataclass

import numpy as np

from ingestion.demo.dice import Floats


@dataclass(frozen=True, slots=True)
class Application:
    """How an application is bought and used."""

    name: str
    popularity: float  # relative chance to be bought
    sessions: float  # sessions of a user, relative to other applications
    clicks: float  # mean clicks and records of a session, after the first click
    record_share: float  # share of them that create a record
    growth: float  # change of use per year
    price: float  # USD per seat and year
    peak_day: int = 0  # day of the year in the middle of its season
    season: float = 0.0  # use at the peak relative to the rest of the year, less 1

    @property
    def application_id(self) -> str:
        return "-".join(self.name.lower().replace("&", "and").split())


APPLICATIONS = (
    Application("Permit Management", 10.0, 1.35, 4.0, 0.24, 0.14, 420, 160, 0.5),
    Application("Code Enforcement", 8.4, 1.10, 3.5, 0.21, 0.10, 360, 190, 0.6),
    Application("Work Management", 7.2, 1.45, 2.9, 0.30, 0.18, 390),
    Application("Business License", 5.0, 0.80, 3.2, 0.26, 0.04, 310, 15, 2.4),
    Application("Citizen Engagement", 3.8, 0.90, 2.4, 0.34, 0.45, 280, 150, 0.3),
    Application("Fleet Management", 3.2, 0.85, 2.7, 0.28, 0.02, 340),
    Application("Pavement Management", 2.7, 0.60, 3.7, 0.14, -0.06, 450, 195, 3.0),
    Application("Sign Management", 2.3, 0.50, 3.0, 0.20, -0.10, 220, 200, 0.8),
    Application("Facility Management", 2.0, 0.75, 2.7, 0.27, 0.12, 330),
    Application("Stormwater", 1.7, 0.55, 3.0, 0.18, 0.08, 350, 120, 1.1),
    Application("Planning & Zoning", 1.6, 0.85, 4.2, 0.12, 0.22, 400, 110, 0.4),
    Application("Asset Inventory", 1.4, 0.60, 3.5, 0.22, 0.30, 370),
    Application("Parks & Recreation", 1.2, 0.95, 2.7, 0.33, 0.06, 290, 185, 2.6),
    Application("Rental Licensing", 0.95, 0.65, 3.2, 0.23, 0.25, 260, 25, 0.9),
    Application("Cemetery", 0.85, 0.35, 2.9, 0.15, -0.04, 180, 145, 0.7),
    Application("Fire Inspections", 0.8, 0.90, 3.8, 0.25, 0.16, 380, 280, 0.4),
    Application("Water & Sewer", 0.75, 1.05, 2.9, 0.27, 0.09, 410),
    Application("Animal Licensing", 0.45, 0.60, 2.4, 0.36, -0.12, 160, 40, 1.4),
    Application("Backflow", 0.4, 0.60, 2.9, 0.31, 0.05, 240, 150, 1.5),
    Application("Public Events", 0.3, 0.45, 3.4, 0.16, 0.35, 200, 180, 1.8),
)


@dataclass(frozen=True, slots=True)
class Industry:
    """A kind of agency: how it calls itself, how common and large it is, and what it needs most."""

    name: str
    patterns: tuple[str, ...]
    share: float
    size: float  # seats relative to the median agency
    favourites: tuple[str, ...] = ()


INDUSTRIES = (
    Industry("City", ("City of {}",), 0.35, 1.3),
    Industry("County", ("{} County",), 0.15, 1.7),
    Industry("Town", ("Town of {}",), 0.14, 0.75),
    Industry("Village", ("Village of {}",), 0.10, 0.55),
    Industry("Township", ("{} Township", "Township of {}"), 0.09, 0.6),
    Industry("Borough", ("{} Borough", "Borough of {}"), 0.03, 0.7),
    Industry(
        "Utility district",
        ("{} Water District", "{} Utility District", "{} Sanitary District"),
        0.07,
        0.9,
        ("Water & Sewer", "Backflow", "Stormwater", "Asset Inventory", "Work Management"),
    ),
    Industry("Fire district", ("{} Fire District",), 0.03, 0.8, ("Fire Inspections", "Fleet Management")),
    Industry(
        "Park district",
        ("{} Park District", "{} Parks and Recreation District"),
        0.04,
        0.9,
        ("Parks & Recreation", "Public Events", "Facility Management"),
    ),
)


@dataclass(frozen=True, slots=True)
class Region:
    name: str
    share: float
    zones: tuple[str, ...]
    area_codes: tuple[str, ...]


REGIONS = (
    Region("Mountain West", 0.24, ("America/Denver", "America/Boise"), ("801", "208", "303", "406")),
    Region("Pacific", 0.14, ("America/Los_Angeles",), ("503", "509", "530", "559")),
    Region("Southwest", 0.12, ("America/Phoenix", "America/Chicago", "America/Denver"), ("505", "520", "806")),
    Region("Midwest", 0.17, ("America/Chicago",), ("515", "402", "785", "573")),
    Region("Great Lakes", 0.15, ("America/Detroit", "America/Chicago"), ("231", "419", "715", "815")),
    Region("Southeast", 0.11, ("America/New_York", "America/Chicago"), ("256", "706", "828", "931")),
    Region("Northeast", 0.07, ("America/New_York",), ("207", "315", "570", "802")),
)
ZONES = tuple(dict.fromkeys(zone for region in REGIONS for zone in region.zones))

PLANS = ("Essential", "Professional", "Enterprise")
PLAN_PRICE = np.array([0.85, 1.0, 1.2])

APPLICATION_REASONS = (
    "Not used enough",
    "Budget cut",
    "Moved to another vendor",
    "Replaced by an in-house system",
    "Missing feature",
    "Trained staff left",
    "Department closed",
)
ACCOUNT_REASONS = (
    "Moved to another vendor",
    "Budget cut",
    "Services taken over by the county",
    "Merged with a neighbouring agency",
)
REASONS = tuple(dict.fromkeys(APPLICATION_REASONS + ACCOUNT_REASONS))

ROLES = (
    "Clerk",
    "Public Works Director",
    "Community Development Director",
    "IT Manager",
    "Building Official",
    "Finance Director",
    "Deputy Clerk",
    "Operations Superintendent",
    "Administrator",
)


def demand() -> Floats:
    """Relative chance that an agency of a kind buys an application: industries × applications."""
    popularity = np.array([application.popularity for application in APPLICATIONS])
    favours = [
        [8.0 if application.name in industry.favourites else 1.0 for application in APPLICATIONS]
        for industry in INDUSTRIES
    ]
    weights: Floats = np.array(favours) * popularity
    return weights
