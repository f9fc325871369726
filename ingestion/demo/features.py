"""Which parts of an application are used? Some make records, the others only show; a pair discovers them one by one."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ingestion.demo.catalogue import APPLICATIONS
from ingestion.demo.contracts import Contracts
from ingestion.demo.dice import Floats, Ints, Topic, dice

# Per application: features that create records | features that only show them.
_TEXT = """
Permit Management: Applications, Plan review, Inspections, Fees, Certificates | Permit map, Status board, Calendar,
    Reports, Document search, Saved filters, Mobile view
Code Enforcement: Cases, Violations, Notices, Hearings | Case map, Photo gallery, Work list, Reports, Repeat offenders
Work Management: Work orders, Service requests, Labor entries, Material use, Schedules | Crew board, Asset map,
    Cost view, Reports, Backlog, Mobile view
Business License: Applications, Renewals, Fees, Inspections | License search, Expiry list, Revenue view, Reports
Citizen Engagement: Requests, Replies, Announcements, Surveys | Inbox, Topic trends, Response times, Reports
Fleet Management: Fuel entries, Service orders, Inspections, Parts | Vehicle list, Cost per mile, Due list, Reports
Pavement Management: Condition surveys, Treatments, Budgets | Network map, Forecast, Scenario view, Reports
Sign Management: Inspections, Replacements, Reflectivity | Sign map, Due list, Inventory, Reports
Facility Management: Requests, Preventive tasks, Room bookings, Key register | Floor plans, Calendar, Costs, Reports
Stormwater: Inspections, Illicit discharge, Maintenance | Outfall map, Permit calendar, Sampling charts, Reports
Planning & Zoning: Applications, Hearings, Staff reports, Conditions | Zoning map, Agenda, Parcel search, Timeline,
    Reports
Asset Inventory: Assets, Condition ratings, Attachments | Asset map, Life cycle, Replacement value, Reports
Parks & Recreation: Registrations, Facility rentals, Passes, Refunds | Program calendar, Rosters, Occupancy, Reports
Rental Licensing: Applications, Inspections, Fees | Property search, Expiry list, Reports
Cemetery: Interments, Plot sales, Deeds | Plot map, Name search, Reports
Fire Inspections: Inspections, Violations, Reinspections, Permits | Occupancy map, Route planner, Due list, Reports
Water & Sewer: Work orders, Meter reads, Main breaks, Valve exercises | Network map, Outage view, Trends, Reports
Animal Licensing: Licenses, Tags, Bite reports | Owner search, Vaccination list, Reports
Backflow: Test reports, Devices, Letters | Due list, Tester register, Reports
Public Events: Applications, Road closures, Conditions | Event calendar, Route map, Reports
"""


def _parsed(text: str) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    lines = text.replace("\n    ", " ").strip().splitlines()
    named = (line.split(": ") for line in lines)
    halves = ((name, *features.split(" | ")) for name, features in named)
    return {name: (_listed(creating), _listed(showing)) for name, creating, showing in halves}


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(","))


OFFERED = _parsed(_TEXT)
CREATING = np.array([len(OFFERED[application.name][0]) for application in APPLICATIONS])
SHOWING = np.array([len(OFFERED[application.name][1]) for application in APPLICATIONS])
MOST = int((CREATING + SHOWING).max())
FEATURES = tuple(dict.fromkeys(feature for lists in OFFERED.values() for some in lists for feature in some))
DISCOVERY_DAYS = 240.0


def _numbers() -> Ints:
    """Numbers in FEATURES, those that create first, -1 where there are no more: applications × MOST."""
    numbers = np.full((len(APPLICATIONS), MOST), -1)
    for row, application in enumerate(APPLICATIONS):
        names = [feature for some in OFFERED[application.name] for feature in some]
        numbers[row, : len(names)] = [FEATURES.index(name) for name in names]
    return numbers


@dataclass(frozen=True, slots=True)
class Breadth:
    """One row per contract: features by the order in which they are discovered, and how many in the end."""

    creating: Ints  # contracts × MOST, numbers in FEATURES
    showing: Ints
    most_creating: Floats
    most_showing: Floats


@dataclass(frozen=True, slots=True)
class Known:
    """What each contract has discovered by a week: `features[:creating]` create, those up to `total` are all."""

    features: Ints
    creating: Ints
    total: Ints


def draw_breadth(seed: int, contracts: Contracts) -> Breadth:
    rng = dice(seed, Topic.FEATURES)
    pairs, application = len(contracts), contracts.application
    share = rng.beta(2.4, 1.6, pairs)
    column = np.arange(MOST)
    chance = rng.random((pairs, MOST)) + 0.12 * column  # those named first are discovered first, mostly
    offered = _numbers()[application]
    creates = column < CREATING[application][:, None]
    shows = ~creates & (offered >= 0)
    return Breadth(
        creating=np.take_along_axis(offered, np.argsort(np.where(creates, chance, np.inf), axis=1), axis=1),
        showing=np.take_along_axis(offered, np.argsort(np.where(shows, chance, np.inf), axis=1), axis=1),
        most_creating=CREATING[application] * np.sqrt(share),
        most_showing=SHOWING[application] * share,
    )


def known_features(breadth: Breadth, contracts: Contracts, day: int) -> Known:
    """What is known on `day`: two fifths of it at the start, all after eight months."""
    progress = 0.4 + 0.6 * np.clip((day - contracts.started) / DISCOVERY_DAYS, 0, 1)
    creating = np.ceil(breadth.most_creating * progress).astype(np.int64).clip(1)
    showing = np.ceil(breadth.most_showing * progress).astype(np.int64).clip(1)
    column = np.arange(MOST)
    of_showing = np.take_along_axis(breadth.showing, (column - creating[:, None]) % MOST, axis=1)
    features = np.where(column < creating[:, None], breadth.creating, of_showing)
    return Known(features, creating, creating + showing)


def features_of_events(rng: np.random.Generator, known: Known, contract: Ints, makes_record: Ints) -> Ints:
    """Numbers in FEATURES; what was discovered first is used most."""
    count = np.where(makes_record, known.creating[contract], known.total[contract])
    pick = rng.random(len(contract))
    drawn: Ints = known.features[contract, (pick * pick * count).astype(np.int64)]
    return drawn


def features_table() -> pd.DataFrame:
    """One row per application and feature that it offers."""
    rows = [
        (application.application_id, feature, creates)
        for application in APPLICATIONS
        for creates, some in zip((True, False), OFFERED[application.name], strict=True)
        for feature in some
    ]
    return pd.DataFrame(rows, columns=["application_id", "feature", "creates_records"])
