"""Who are the customers? Agencies of very unequal size, the people to call there, and who looks after them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ingestion.demo.catalogue import INDUSTRIES, PLANS, REGIONS, ROLES, ZONES
from ingestion.demo.dice import Ints, Topic, dice
from ingestion.demo.names import person_names, place_names, slug

MEDIAN_SEATS = 9
SPREAD_OF_SEATS = 0.8  # standard deviation of log seats, beside the kind of agency
FEWEST_SEATS, MOST_SEATS = 2, 120
ACCOUNTS_PER_MANAGER = 55


@dataclass(frozen=True, slots=True)
class Agencies:
    """One element per account; numbers point into the catalogue's tables."""

    names: list[str]
    industry: Ints
    region: Ints
    zone: Ints
    size: Ints  # people who may work with the applications
    plan: Ints
    manager: Ints
    managers: list[str]

    def __len__(self) -> int:
        return len(self.names)

    @property
    def ids(self) -> list[str]:
        return [f"A{number:05d}" for number in range(1, len(self) + 1)]


def draw_agencies(seed: int, count: int) -> Agencies:
    rng = dice(seed, Topic.AGENCIES)
    industry = rng.choice(len(INDUSTRIES), count, p=_shares([kind.share for kind in INDUSTRIES]))
    region = rng.choice(len(REGIONS), count, p=_shares([area.share for area in REGIONS]))
    size = _sizes(rng, industry)
    managers, manager = _portfolios(rng, region)
    return Agencies(
        names=_names(rng, industry),
        industry=industry,
        region=region,
        zone=_zones(rng, region),
        size=size,
        plan=_plans(rng, size),
        manager=manager,
        managers=managers,
    )


def _shares(weights: list[float]) -> list[float]:
    return [weight / sum(weights) for weight in weights]


def _names(rng: np.random.Generator, industry: Ints) -> list[str]:
    """Every place is used once, so that names are unique."""
    pick = rng.random(len(industry))
    patterns = [INDUSTRIES[kind].patterns for kind in industry]
    places = place_names(rng, len(industry))
    return [
        options[int(chance * len(options))].format(place)
        for options, chance, place in zip(patterns, pick, places, strict=True)
    ]


def _sizes(rng: np.random.Generator, industry: Ints) -> Ints:
    size = np.array([kind.size for kind in INDUSTRIES])[industry]
    people = MEDIAN_SEATS * size * rng.lognormal(0, SPREAD_OF_SEATS, len(industry))
    return np.clip(people.round(), FEWEST_SEATS, MOST_SEATS).astype(np.int64)


def _zones(rng: np.random.Generator, region: Ints) -> Ints:
    """Where a region has several time zones, the first is the most common."""
    pick = rng.random(len(region)) ** 1.6
    zones = [REGIONS[area].zones for area in region]
    return np.array([ZONES.index(of[int(chance * len(of))]) for of, chance in zip(zones, pick, strict=True)])


def _plans(rng: np.random.Generator, size: Ints) -> Ints:
    wish = size * rng.lognormal(0, 0.45, len(size))
    return np.digitize(wish, [7, 24]).astype(np.int64)


def _portfolios(rng: np.random.Generator, region: Ints) -> tuple[list[str], Ints]:
    """Names of the vendor's account managers, and each account's; a manager stays within a region."""
    accounts = np.bincount(region, minlength=len(REGIONS))
    managers = np.maximum(1, np.round(accounts / ACCOUNTS_PER_MANAGER).astype(np.int64))
    first = np.cumsum(managers) - managers
    manager = first[region] + (rng.random(len(region)) ** 1.25 * managers[region]).astype(np.int64)
    return person_names(rng, int(managers.sum())), manager


def accounts_table(agencies: Agencies, seats: Ints, annual_value: Ints, former_names: dict[int, str]) -> pd.DataFrame:
    """One row per account, under its present name. `annual_value` in USD."""
    managers = [agencies.managers[number] for number in agencies.manager]
    return pd.DataFrame(
        {
            "account_id": agencies.ids,
            "name": agencies.names,
            "former_name": pd.Series([former_names.get(number) for number in range(len(agencies))], dtype=object),
            "industry": [INDUSTRIES[kind].name for kind in agencies.industry],
            "plan": [PLANS[plan] for plan in agencies.plan],
            "region": [REGIONS[region].name for region in agencies.region],
            "manager": managers,
            "manager_email": [f"{slug(name, '.')}@vendor.example" for name in managers],
            "seats": seats,
            "annual_value": annual_value.astype(float),
        }
    )


def contacts_table(seed: int, agencies: Agencies) -> pd.DataFrame:
    """One row per contact: one to three an account, the first of them the main one."""
    rng = dice(seed, Topic.CONTACTS)
    per_account = rng.choice([1, 2, 3], len(agencies), p=[0.45, 0.37, 0.18])
    account = np.repeat(np.arange(len(agencies)), per_account)
    rank = np.arange(len(account)) - np.repeat(np.cumsum(per_account) - per_account, per_account)
    first_role = rng.choice(len(ROLES), len(agencies), p=_shares([5, 4, 3, 2, 2, 2, 1, 1, 2]))
    roles = (first_role[account] + rank * (1 + account % 4)) % len(ROLES)
    names = person_names(rng, len(account))
    return pd.DataFrame(
        {
            "account_id": np.array(agencies.ids)[account],
            "name": names,
            "role": [ROLES[role] for role in roles],
            "email": [
                f"{slug(name, '.')}@{slug(agencies.names[number], '-')}.example"
                for name, number in zip(names, account, strict=True)
            ],
            "phone": _phones(rng, agencies.region[account]),
            "is_main": rank == 0,
        }
    )


def _phones(rng: np.random.Generator, region: Ints) -> list[str]:
    """Numbers 555-0100 to 555-0199 are kept free for invented people."""
    lines = rng.integers(100, 200, len(region))
    pick = rng.random(len(region))
    codes = [REGIONS[area].area_codes for area in region]
    return [f"({of[int(chance * len(of))]}) 555-0{line}" for of, chance, line in zip(codes, pick, lines, strict=True)]
