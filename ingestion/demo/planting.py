"""Where do the stories happen? Draws accounts and days for each, and writes down what was planted."""

from dataclasses import replace

import numpy as np
import pandas as pd

from ingestion.demo.agencies import Agencies
from ingestion.demo.catalogue import APPLICATIONS, INDUSTRIES, REASONS
from ingestion.demo.contracts import Contracts
from ingestion.demo.dice import Bools, Floats, Ints, Topic, dice
from ingestion.demo.habits import Habits
from ingestion.demo.people import People, Tasks
from ingestion.demo.stories import Episodes, Outage, Stories, told
from ingestion.demo.window import NEVER, Window, day_number, holidays

FEWEST_ACCOUNTS, FEWEST_WEEKS = 5, 4  # Less has no room for stories.
DAYS_LATE = 9
DAILY = 40.0  # sessions a week from which on an application is used every working day
JULY_5 = 5, 21  # first day and days of the summer closing
SPIKES, DROPS = 0.0025, 0.0015  # of all pairs and weeks
CHAMPIONS_SHARE = 0.45  # of the account's sessions


def has_room(accounts: int, window: Window) -> bool:
    return accounts >= FEWEST_ACCOUNTS and window.weeks >= FEWEST_WEEKS


def _some(share: float, of: int) -> int:
    return max(1, round(share * of))


def _picked(rng: np.random.Generator, candidates: Bools, count: int) -> Ints:
    """Up to `count` of the candidates, in the order of their numbers."""
    numbers = np.flatnonzero(candidates)
    return np.sort(rng.choice(numbers, min(count, len(numbers)), replace=False))


# Before people come


def with_newcomers(
    seed: int, agencies: Agencies, contracts: Contracts, window: Window
) -> tuple[Contracts, pd.DataFrame]:
    """A few accounts start from nothing, the last of them within the last 30 days."""
    rng = dice(seed, Topic.STORIES)
    stays = np.bincount(contracts.account, weights=contracts.cancelled < NEVER, minlength=len(agencies)) == 0
    is_large = agencies.size >= np.median(agencies.size)
    account = rng.permutation(_picked(rng, stays & is_large, _some(0.008, len(agencies))))
    back = np.linspace(0, 0.75 * (window.last - window.first), len(account)).astype(np.int64)
    start = window.last - 18 - back
    of_account = np.full(len(agencies), NEVER)
    of_account[account] = start
    is_new = of_account[contracts.account] < NEVER
    started = np.where(is_new, of_account[contracts.account], contracts.started)
    changed = replace(
        contracts,
        started=started,
        renews=np.where(is_new, started + 365 * (1 + (window.last - started) // 365), contracts.renews),
        is_used=contracts.is_used | is_new,
    )
    return changed, told("onboarding", start, account=account, note="new account, ramping up")


# Before habits are drawn


def with_champions_leaving(
    seed: int, people: People, tasks: Tasks, contracts: Contracts, window: Window
) -> tuple[People, Tasks, pd.DataFrame]:
    """The heaviest user of an account goes; the others stay. The last one left about three weeks ago."""
    rng = dice(seed, Topic.STORIES, 1)
    accounts = int(people.account.max()) + 1
    habit = np.bincount(tasks.person, weights=tasks.sessions, minlength=len(people.account))
    of_account = np.bincount(people.account, weights=habit, minlength=accounts)
    staff = np.bincount(people.account, minlength=accounts)
    stays = np.bincount(contracts.account, weights=contracts.cancelled < NEVER, minlength=accounts) == 0
    is_old = np.bincount(contracts.account, weights=contracts.started < window.first, minlength=accounts) > 0
    account = _picked(rng, (staff >= 5) & (staff <= 40) & (of_account > 12) & stays & is_old, _some(0.02, accounts))
    account = rng.permutation(account)
    lasting = np.where((people.number > 1) & (people.joined == 0) & (people.left == NEVER), habit, -1.0)
    person = np.array([_heaviest(people.account, lasting, one) for one in account], dtype=np.int64)
    account, person = account[lasting[person] > 0], person[lasting[person] > 0]
    back = np.linspace(0, 0.55 * (window.last - window.first), len(account)).astype(np.int64)
    day = window.last - min(24, (window.last - window.first) // 2) - back
    share = CHAMPIONS_SHARE / (1 - CHAMPIONS_SHARE)
    times = np.maximum(1, share * (of_account[account] - habit[person]) / habit[person])
    growth = np.ones(len(people.account))
    growth[person] = times
    left = people.left.copy()
    left[person] = day
    heavier = replace(tasks, sessions=tasks.sessions * growth[tasks.person])
    shares = times * habit[person] / (of_account[account] + (times - 1) * habit[person])
    record = told("champion left", day, account=account, person=person, size=shares, note="share of the account's use")
    return replace(people, left=left), heavier, record


def _heaviest(account: Ints, habit: Floats, one: int) -> int:
    return int(np.argmax(np.where(account == one, habit, -2.0)))


# After that


class Planter:
    """Draws the other stories of a world one after another; a contract is in one of the lasting ones at most."""

    def __init__(
        self, seed: int, agencies: Agencies, contracts: Contracts, tasks: Tasks, habits: Habits, window: Window,
        earlier: list[pd.DataFrame],
    ) -> None:  # fmt: skip
        self.rng = dice(seed, Topic.STORIES, 2)
        self.agencies, self.contracts, self.habits, self.window = agencies, contracts, habits, window
        self.weight = np.bincount(tasks.contract, weights=tasks.sessions, minlength=len(contracts))
        self.end_of_use = np.minimum(contracts.cancelled, habits.quiet_from)
        self.free = contracts.is_used & (self.weight > 0)
        self.records = [*earlier]
        self.episodes: list[Episodes] = []
        # A champion's leave is a story of its own; nothing else shall hide it.
        for frame in earlier:
            self.free &= ~np.isin(contracts.account, frame["account"])

    def plant(self) -> Stories:
        late, late_from = self._late_feed()
        outages = self._outages(late)
        takeover_from, takeover_records = self._takeovers()
        self._summer_closing()
        self._lasting_drops()
        used_until = self._use_after_cancellation()
        self._one_week(outages, late)
        former_names = self._renamed()
        self._habits()
        return Stories(
            Episodes.joined(self.episodes), outages, late, late_from, used_until, takeover_from, takeover_records,
            former_names, pd.concat(self.records, ignore_index=True),
        )  # fmt: skip

    def plant_nothing(self) -> Stories:
        none = Episodes.joined([])
        never = np.full(len(self.contracts), NEVER)
        self._habits()
        return Stories(
            none, (), -1, NEVER, self.contracts.cancelled, never, np.zeros(len(self.contracts)), {},
            pd.concat(self.records, ignore_index=True),
        )  # fmt: skip

    def _tell(self, kind: str, contract: Ints, first: Ints, end: Ints | int = NEVER, **more: object) -> None:
        account, application = self.contracts.account[contract], self.contracts.application[contract]
        self.records.append(told(kind, first, end, account=account, application=application, **more))  # type: ignore[arg-type]

    def _sessions_by_application(self) -> Floats:
        now = (self.contracts.started < self.window.first) & (self.end_of_use >= self.window.last)
        application = self.contracts.application
        return np.bincount(application, weights=self.weight * now, minlength=len(APPLICATIONS)).astype(np.float64)

    def _late_feed(self) -> tuple[int, int]:
        """The smallest application that is in daily use: there, silence of nine days is no chance."""
        sessions = self._sessions_by_application()
        if (sessions >= DAILY).sum() < 3:
            return -1, NEVER
        late = int(np.argmin(np.where(sessions >= DAILY, sessions, np.inf)))
        first = self.window.last - DAYS_LATE + 1
        self.records.append(told("late feed", first, application=late, size=DAYS_LATE, note="days missing at the end"))
        return late, first

    def _outages(self, late: int) -> tuple[Outage, ...]:
        """Two days of the third largest application last season, one of the second the year before."""
        largest = [int(number) for number in np.argsort(-self._sessions_by_application()) if number != late]
        weeks_back = min(17, self.window.weeks // 2)
        planned = [(largest[2], weeks_back, 2)] + ([(largest[1], 61, 1)] if self.window.weeks > 70 else [])
        outages = []
        for application, back, days in planned:
            first = _working_tuesday(day_number(self.window.mondays[-1]) - 7 * back + 1, days)
            outages.append(Outage(application, first, first + days))
            self.records.append(told("outage", first, first + days, application=application, size=days, note="days"))
        return tuple(outages)

    def _takeovers(self) -> tuple[Ints, Floats]:
        """Integrations that make, from then on, the records that people made."""
        window, contracts = self.window, self.contracts
        takeover_from = np.full(len(contracts), NEVER)
        records = np.zeros(len(contracts))
        stable = self.free & (self.end_of_use == NEVER) & (contracts.started < window.first - 90)
        stable &= (self.habits.imports_per_day == 0) & (self.weight > 4)
        if window.weeks < 26:
            return takeover_from, records
        pair = _picked(self.rng, stable, _some(0.008, len(contracts)))
        takeover_from[pair] = self.rng.integers(window.first + 42, window.last - 112, len(pair))
        made = np.array([application.clicks * application.record_share for application in APPLICATIONS])
        records[pair] = self.weight[pair] / 5 * made[contracts.application[pair]]
        self.free[pair] = False
        self._tell("automation", pair, takeover_from[pair], size=records[pair], note="records a day, then by a machine")
        return takeover_from, records

    def _summer_closing(self) -> None:
        """One account is all but closed for three weeks each July."""
        first_day, length = JULY_5
        years = range(self.window.mondays[0].year, self.window.until.year + 1)
        starts = [day_number(self.window.until.replace(year=year, month=7, day=first_day)) for year in years]
        starts = [day for day in starts if self.window.first <= day <= self.window.last]
        account = self.contracts.account
        fit = self.free & (self.end_of_use == NEVER) & (self.contracts.started < self.window.first)
        weight = np.bincount(account, weights=self.weight * fit, minlength=len(self.agencies))
        closed = int(np.argsort(-weight)[len(weight) // 10])
        contracts = np.flatnonzero(account == closed)
        for start in starts:
            first, end = np.full(len(contracts), start), np.full(len(contracts), start + length)
            self.episodes.append(Episodes(contracts, first, end, np.full(len(contracts), 0.03)))
            self.records.append(told("summer closing", start, start + length, account=closed, size=0.03))
        self.free[contracts] = False

    def _lasting_drops(self) -> None:
        window = self.window
        first_monday, last_monday = window.first + 7 * 8, day_number(window.mondays[-1]) - 7 * 5
        stable = self.free & (self.end_of_use == NEVER) & (self.contracts.started < window.first - 90)
        stable &= (self.habits.declines_from == NEVER) & (self.weight > 4)
        if last_monday <= first_monday:
            return
        pair = _picked(self.rng, stable, _some(0.012, len(self.contracts)))
        weeks = self.rng.integers(0, (last_monday - first_monday) // 7 + 1, len(pair))
        first = first_monday + 7 * weeks
        size = self.rng.uniform(0.25, 0.35, len(pair))
        self.episodes.append(Episodes(pair, first, np.full(len(pair), NEVER), size))
        self._tell("lasting drop", pair, first, size=size, note="of the level before")
        self.free[pair] = False

    def _use_after_cancellation(self) -> Ints:
        """The first day without use per contract; somebody forgot to take the keys away."""
        contracts, window = self.contracts, self.window
        ended = (contracts.cancelled < window.last - 3) & (self.habits.quiet_from > contracts.cancelled)
        pair = _picked(self.rng, ended & contracts.is_used & (self.weight > 2.5), _some(0.3, int(ended.sum())))
        is_long = self.rng.random(len(pair)) < 0.5
        days = np.where(is_long, self.rng.integers(20, 60, len(pair)), self.rng.integers(5, 13, len(pair)))
        used_until = contracts.cancelled.copy()
        used_until[pair] = np.minimum(contracts.cancelled[pair] + days, window.last + 1)
        self._tell("use after cancellation", pair, contracts.cancelled[pair], used_until[pair], size=days, note="days")
        return used_until

    def _one_week(self, outages: tuple[Outage, ...], late: int) -> None:
        """Weeks with three to five times as much as usual, and weeks with next to nothing."""
        window, contracts = self.window, self.contracts
        mondays = np.array([day_number(monday) for monday in window.mondays])
        mondays = mondays[mondays + 6 <= window.last]
        fit = np.flatnonzero(self.free & (self.weight > 2.5) & (contracts.application != late))
        if not len(fit) or not len(mondays):
            return
        wanted = [_some(share, len(contracts) * window.weeks) for share in (SPIKES, DROPS)]
        pair = fit[self.rng.integers(0, len(fit), sum(wanted))]
        monday = mondays[self.rng.integers(0, len(mondays), sum(wanted))]
        is_spike = np.arange(sum(wanted)) < wanted[0]
        size = np.where(is_spike, self.rng.uniform(3, 5, sum(wanted)), self.rng.uniform(0, 0.3, sum(wanted)))
        keep = (contracts.started[pair] + 60 <= monday) & (monday + 7 <= self.end_of_use[pair])
        for outage in outages:
            is_down = (monday <= outage.first) & (outage.first < monday + 7)
            keep &= ~(is_down & (contracts.application[pair] == outage.application))
        # At most one in eight weeks of a pair, or none of them stands out.
        _, alone = np.unique(pair * 10_000 + monday // 56, return_index=True)
        keep &= np.isin(np.arange(len(pair)), alone)
        for kind, some in (("spike", keep & is_spike), ("drop", keep & ~is_spike)):
            self.episodes.append(Episodes(pair[some], monday[some], monday[some] + 7, size[some]))
            self._tell(kind, pair[some], monday[some], monday[some] + 7, size=size[some], note="times the usual week")

    def _renamed(self) -> dict[int, str]:
        """Towns that became cities. The account stays the same."""
        is_city = np.array([INDUSTRIES[kind].name == "City" for kind in self.agencies.industry])
        account = _picked(self.rng, is_city, _some(0.005, len(self.agencies)))
        names = {int(one): self.agencies.names[one].replace("City of", "Town of") for one in account}
        day = self.rng.integers(self.window.first, self.window.last, len(account))
        self.records.append(told("renamed", day, account=account, note=[f"was {name}" for name in names.values()]))
        return names

    def _habits(self) -> None:
        """What the world does anyway, written down as well."""
        contracts, habits, window = self.contracts, self.habits, self.window
        new = np.flatnonzero((contracts.started >= window.first) & contracts.is_used)
        self._tell("new pair", new, contracts.started[new], note="ramping up")
        ended = np.flatnonzero(contracts.cancelled <= window.last)
        reasons = [REASONS[reason] for reason in contracts.reason[ended]]
        self._tell("cancellation", ended, contracts.cancelled[ended], note=reasons)
        quiet = np.flatnonzero((habits.quiet_from < contracts.cancelled) & contracts.is_used)
        self._tell("silence", quiet, habits.quiet_from[quiet], contracts.cancelled[quiet], size=0.0)
        declining = np.flatnonzero((habits.declines_from <= window.last) & contracts.is_used)
        notes = [f"halves in {days:.0f} days" for days in habits.halves_in[declining]]
        self._tell("decline", declining, habits.declines_from[declining], contracts.cancelled[declining], note=notes)
        unused = np.flatnonzero(~contracts.is_used)
        self._tell("never used", unused, contracts.started[unused], contracts.cancelled[unused], size=0.0)
        machine = np.flatnonzero(habits.imports_per_day)
        imports = habits.imports_per_day[machine]
        first = contracts.started[machine]
        self._tell("integration", machine, first, contracts.cancelled[machine], size=imports, note="records a day")
        self._seasons()
        days = holidays(window.first, window.last)
        first = np.array(list(days), dtype=np.int64)
        self.records.append(told("holiday", first, first + 1, size=np.array(list(days.values()), dtype=np.float64)))

    def _seasons(self) -> None:
        _, first_contract = np.unique(self.contracts.account, return_index=True)
        height, peak = self.habits.high_season[first_contract], self.habits.peak_day[first_contract]
        resort = np.flatnonzero(height)
        notes = [f"peak on day {day:.0f} of the year" for day in peak[resort]]
        first, end = self.window.first, self.window.last + 1
        self.records.append(told("seasonal agency", first, end, account=resort, size=1 + height[resort], note=notes))
        seasonal = [(number, one) for number, one in enumerate(APPLICATIONS) if one.season]
        numbers = np.array([number for number, _ in seasonal])
        sizes = np.array([1 + one.season for _, one in seasonal])
        notes = [f"peak on day {one.peak_day} of the year" for _, one in seasonal]
        self.records.append(told("seasonal application", first, end, application=numbers, size=sizes, note=notes))
        closed = np.flatnonzero(self.habits.closed_on_fridays)
        self.records.append(told("closed on Fridays", first, end, account=closed))


def _working_tuesday(tuesday: int, days: int) -> int:
    """The first of `days` from a Tuesday on, or of a week before, none of which is a holiday."""
    while holidays(tuesday, tuesday + days - 1):
        tuesday -= 7
    return tuesday
