"""The usage store: which tables, at which grain?

Every generation of the store holds these tables whole. Days and weeks are
dates in the reporting time zone; a week is named by its Monday. Keys are
integers dealt anew in each generation; ids are the source's own.
"""

from hashlib import blake2b

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
)

metadata = MetaData()

# One row: what this generation is.
generation = Table(
    "generation",
    metadata,
    Column("number", Integer, nullable=False),
    Column("source", String, nullable=False),
    Column("reporting_timezone", String, nullable=False),
    Column("published_at", DateTime(timezone=True), nullable=False),
    Column("first_day", Date, nullable=False),
    Column("as_of", Date, nullable=False),  # the last day with usage
    Column("measures", String, nullable=False),  # comma-separated names of what the source tells
    Column("has_subscriptions", Boolean, nullable=False),
    Column("watched", String, nullable=False),  # what flags count: logins, days of use or events
    Column("inputs", String, nullable=False),  # a digest of everything it was made from
    Column("layout", String, nullable=False),  # LAYOUT of the version that made it
)

# One row per account: a customer of the vendor.
accounts = Table(
    "accounts",
    metadata,
    Column("account_key", Integer, primary_key=True, autoincrement=False),
    Column("account_id", String, nullable=False),
    Column("name", String, nullable=False),
    Column("industry", String),
    Column("plan", String),
    Column("region", String),
    Column("manager", String),
    Column("manager_email", String),
    Column("seats", Integer),
    Column("annual_value", Double),
    Column("is_matched", Boolean, nullable=False),  # False: known from usage only
    Column("state", String, nullable=False),  # the best state of its pairs
)

# One row per application type.
applications = Table(
    "applications",
    metadata,
    Column("application_key", SmallInteger, primary_key=True, autoincrement=False),
    Column("application_id", String, nullable=False),
    Column("name", String, nullable=False),
)

# One row per feature of an application: those listed, and those seen in the log.
features = Table(
    "features",
    metadata,
    Column("application_key", SmallInteger, nullable=False),
    Column("feature", String, nullable=False),
)

# One row per person to call at an account.
contacts = Table(
    "contacts",
    metadata,
    Column("account_key", Integer, nullable=False),
    Column("name", String, nullable=False),
    Column("role", String),
    Column("email", String),
    Column("phone", String),
    Column("is_main", Boolean, nullable=False),
)

# One row per pair (account × application) that is subscribed or has usage.
pairs = Table(
    "pairs",
    metadata,
    Column("account_key", Integer, primary_key=True, autoincrement=False),
    Column("application_key", SmallInteger, primary_key=True, autoincrement=False),
    Column("started_on", Date),  # empty: used without a subscription
    Column("cancelled_on", Date),
    Column("cancel_reason", String),
    Column("renews_on", Date),
    Column("seats", Integer),
    Column("annual_value", Double),
    Column("first_use_on", Date),  # human use only
    Column("last_use_on", Date),
    Column("state", String, nullable=False),
)


def _volumes() -> list[Column[int]]:
    """Human use (events of every kind, and by kind), and apart from it what machines did."""
    names = ("human_events", "logins", "clicks", "records", "seconds", "automated_events")
    return [Column(name, BigInteger, nullable=False) for name in names]


def _by_person() -> list[Column[int]]:
    """What a person did themselves."""
    return [Column(name, BigInteger, nullable=False) for name in ("logins", "clicks", "records", "seconds")]


# One row per pair and day with any event.
usage_daily = Table(
    "usage_daily",
    metadata,
    Column("application_key", SmallInteger, nullable=False),
    Column("account_key", Integer, nullable=False),
    Column("day", Date, nullable=False),
    *_volumes(),
    Column("active_users", Integer, nullable=False),
)

# One row per pair and ISO week with any event.
usage_weekly = Table(
    "usage_weekly",
    metadata,
    Column("application_key", SmallInteger, nullable=False),
    Column("account_key", Integer, nullable=False),
    Column("week", Date, nullable=False),
    *_volumes(),
    Column("active_users", Integer, nullable=False),
)

# One row per pair, person and day with human use: exact distinct counts.
user_days = Table(
    "user_days",
    metadata,
    Column("application_key", SmallInteger, nullable=False),
    Column("account_key", Integer, nullable=False),
    Column("user_key", Integer, nullable=False),
    Column("day", Date, nullable=False),
    *_by_person(),
    Column("hours", Integer),  # bit h: active between h and h + 1 o'clock; empty where the source has days only
)

# One row per pair, person and ISO week with human use.
user_weeks = Table(
    "user_weeks",
    metadata,
    Column("application_key", SmallInteger, nullable=False),
    Column("account_key", Integer, nullable=False),
    Column("user_key", Integer, nullable=False),
    Column("week", Date, nullable=False),
    *_by_person(),
)

# One row per pair, person and calendar month with human use.
user_months = Table(
    "user_months",
    metadata,
    Column("application_key", SmallInteger, nullable=False),
    Column("account_key", Integer, nullable=False),
    Column("user_key", Integer, nullable=False),
    Column("month", Date, nullable=False),  # its first day
    *_by_person(),
)

# One row per application, or all of them together (no application), and day from the first to the last of the log:
# different people active on it, and in the days that end with it. Empty where the source has weeks only.
active_people = Table(
    "active_people",
    metadata,
    Column("application_key", SmallInteger),
    Column("day", Date, nullable=False),
    Column("daily", Integer, nullable=False),
    Column("weekly", Integer, nullable=False),  # 7 days
    Column("monthly", Integer, nullable=False),  # 28 days
    Column("monthly_30", Integer, nullable=False),  # 30 days
)

# One row per stretch of use by a person, without a gap of more than half an hour.
sessions = Table(
    "sessions",
    metadata,
    Column("application_key", SmallInteger, nullable=False),
    Column("account_key", Integer, nullable=False),
    Column("user_key", Integer, nullable=False),
    Column("started_at", DateTime, nullable=False),  # wall time in the reporting time zone
    Column("seconds", Integer, nullable=False),  # 0: a single event
)

# One row per application, or all of them together (no application), and month of the last two years: how many different
# people had a session open at the same instant, at most. Empty where the log tells no sessions.
peaks = Table(
    "peaks",
    metadata,
    Column("application_key", SmallInteger),
    Column("month", Date, nullable=False),  # its first day
    Column("users", Integer, nullable=False),
    Column("reached_at", DateTime),  # wall time in the reporting time zone, the first instant of it; empty: nobody came
)

# One row per pair, feature and day with human use of it.
feature_days = Table(
    "feature_days",
    metadata,
    Column("application_key", SmallInteger, nullable=False),
    Column("account_key", Integer, nullable=False),
    Column("feature", String, nullable=False),
    Column("day", Date, nullable=False),
    Column("events", BigInteger, nullable=False),
)

# One row per pair and stretch of weeks in one state. Mondays: the state holds from `since` up to, and without, `until`.
state_spans = Table(
    "state_spans",
    metadata,
    Column("account_key", Integer, nullable=False),
    Column("application_key", SmallInteger, nullable=False),
    Column("state", String, nullable=False),
    Column("since", Date, nullable=False),
    Column("until", Date),  # empty: up to now
)

# One row per account and stretch of weeks in one state, the best of its pairs.
account_spans = Table(
    "account_spans",
    metadata,
    Column("account_key", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("since", Date, nullable=False),
    Column("until", Date),
)

# One row per series, kind and week that was flagged (docs/metrics.md). A series is a pair, or the sum of the pairs of
# an account (no application) or of an application (no account).
flags = Table(
    "flags",
    metadata,
    Column("episode", Integer, nullable=False),
    Column("week", Date, nullable=False),
    Column("kind", String, nullable=False),  # one week, level shift
    Column("expected", Double, nullable=False),  # in that week, or in the four weeks of a shift
    Column("saw", Double, nullable=False),
    Column("peers", Double, nullable=False),  # 0.88: the others were 12 % under their usual
    Column("p", Double, nullable=False),
)

# One row per series and stretch of flagged weeks. What it says most surprisingly is repeated from its flags.
episodes = Table(
    "episodes",
    metadata,
    Column("episode", Integer, primary_key=True, autoincrement=False),
    Column("level", String, nullable=False),  # pair, account, application
    Column("account_key", Integer),
    Column("application_key", SmallInteger),
    Column("direction", SmallInteger, nullable=False),  # 1: more, -1: less
    Column("started_on", Date, nullable=False),  # a Monday
    Column("ended_on", Date),  # the Monday after the last flag; empty: it goes on
    Column("expected", Double, nullable=False),  # in all of its weeks
    Column("saw", Double, nullable=False),
    Column("flags", Integer, nullable=False),
    Column("week", Date, nullable=False),
    Column("kind", String, nullable=False),
    Column("week_expected", Double, nullable=False),
    Column("week_saw", Double, nullable=False),
    Column("peers", Double, nullable=False),
    Column("p", Double, nullable=False),
)

# One row per application, measure and complete week: between what 19 of 20 weeks should lie.
expected_weekly = Table(
    "expected_weekly",
    metadata,
    Column("application_key", SmallInteger, nullable=False),
    Column("measure", String, nullable=False),
    Column("week", Date, nullable=False),
    Column("expected", Double, nullable=False),
    Column("low", Double, nullable=False),
    Column("high", Double, nullable=False),
)

# One row per pair, or account (no application), that is asked about, and horizon: how likely is no use from now on?
outlook = Table(
    "outlook",
    metadata,
    Column("account_key", Integer, nullable=False),
    Column("application_key", SmallInteger),
    Column("weeks", SmallInteger, nullable=False),  # the horizon
    Column("probability", Double),  # empty: only the order is known
    Column("rank", Integer, nullable=False),  # 1: likeliest; equals share one
    Column("reason_1", String),
    Column("reason_2", String),
    Column("reason_3", String),
)

# One row per level (pair, account) and horizon: where the outlook comes from.
outlook_methods = Table(
    "outlook_methods",
    metadata,
    Column("level", String, nullable=False),
    Column("weeks", SmallInteger, nullable=False),
    Column("method", String, nullable=False),  # model, recency rule
    Column("stands_in_because", String),  # why the rule does
    Column("base_rate", Double),  # share that went quiet in the past
    Column("asked_on", Date, nullable=False),  # the Monday from which the weeks are counted
    Column("asked", Integer, nullable=False),  # series
)

# One row per level, horizon and method: how good it was on past weeks, each judged by what was known before.
outlook_figures = Table(
    "outlook_figures",
    metadata,
    Column("level", String, nullable=False),
    Column("weeks", SmallInteger, nullable=False),
    Column("method", String, nullable=False),
    Column("origins", Integer, nullable=False),
    Column("cases", Integer, nullable=False),
    Column("base_rate", Double),
    Column("roc_auc", Double),
    Column("pr_auc", Double),
    Column("lift", Double),
    Column("calibration_error", Double),
)

# One row per level, horizon, method and tenth of its past forecasts: what it said, and what came.
outlook_reliability = Table(
    "outlook_reliability",
    metadata,
    Column("level", String, nullable=False),
    Column("weeks", SmallInteger, nullable=False),
    Column("method", String, nullable=False),
    Column("predicted", Double),
    Column("observed", Double, nullable=False),
    Column("cases", Integer, nullable=False),
)

# One row per level, horizon and method: what became of those flagged a quarter ago.
outlook_track = Table(
    "outlook_track",
    metadata,
    Column("level", String, nullable=False),
    Column("weeks", SmallInteger, nullable=False),
    Column("method", String, nullable=False),
    Column("asked_on", Date, nullable=False),
    Column("flagged", Integer, nullable=False),
    Column("went_quiet", Integer, nullable=False),
)

# One row per account and four-weekly step on which it is a customer: what its health is made from (docs/metrics.md),
# as it is and as a percentile within its segment, by what was known before `day`.
health_inputs = Table(
    "health_inputs",
    metadata,
    Column("account_key", Integer, nullable=False),
    Column("day", Date, nullable=False),  # a Monday
    Column("usage_frequency", Double),  # days with use in a week
    Column("logins", Double),  # in 30 days
    Column("ticket_responses", Double),  # to a ticket, in 90 days
    Column("feature_adoption", Double),  # share of the features on offer, in 12 weeks
    Column("csm_engagement", Double),  # touchpoints attended in 90 days
    Column("usage_frequency_percentile", Double),
    Column("logins_percentile", Double),
    Column("ticket_responses_percentile", Double),
    Column("feature_adoption_percentile", Double),
    Column("csm_engagement_percentile", Double),
    Column("went_quiet", Boolean),  # no use in the 8 weeks from `day` on; empty: not known yet, or none before either
)

# One row per person seen in the log or listed in the users table.
users = Table(
    "users",
    metadata,
    Column("user_key", Integer, primary_key=True, autoincrement=False),
    Column("user_id", String, nullable=False),
    Column("account_key", Integer),  # where the users table says so
    Column("name", String),
    Column("email", String),
    Column("registered_on", Date),
    Column("invited_on", Date),
    Column("activated_on", Date),
    Column("transacted_on", Date),
)

# One row per message that an account sent.
messages = Table(
    "messages",
    metadata,
    Column("account_key", Integer, nullable=False),
    Column("user_id", String),
    Column("sent_at", DateTime, nullable=False),  # by the clock of the reporting zone, or as written
    Column("channel", String, nullable=False),
    Column("category", String),
    Column("status", String, nullable=False),
    Column("failure_reason", String),
    Column("charge", Double),
)

# One row per support ticket.
tickets = Table(
    "tickets",
    metadata,
    Column("ticket_id", String, nullable=False),
    Column("account_key", Integer, nullable=False),
    Column("application_key", SmallInteger),
    Column("opened_at", DateTime, nullable=False),
    Column("first_response_at", DateTime),
    Column("resolved_at", DateTime),  # empty: open
    Column("responses", Integer),
    Column("priority", String),
    Column("satisfaction", Double),
)

# One row per call, visit or mail by the account's manager.
touchpoints = Table(
    "touchpoints",
    metadata,
    Column("account_key", Integer, nullable=False),
    Column("occurred_at", DateTime, nullable=False),
    Column("kind", String),
    Column("person", String),
    Column("attended", Boolean),
)

# One row per application and day: how well it ran.
service_days = Table(
    "service_days",
    metadata,
    Column("application_key", SmallInteger, nullable=False),
    Column("day", Date, nullable=False),
    Column("requests", BigInteger),
    Column("errors", BigInteger),
    Column("uptime_minutes", Double),
    Column("load_ms", Double),
)

# One row per pair that was used outside its subscription.
exceptions = Table(
    "exceptions",
    metadata,
    Column("account_key", Integer, nullable=False),
    Column("application_key", SmallInteger, nullable=False),
    Column("kind", String, nullable=False),  # before start, after cancellation, no subscription
    Column("boundary", Date),  # the start or the cancellation
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("events", BigInteger, nullable=False),
)

# One row per row that was left out, with the reason and all that it held.
rejected_rows = Table(
    "rejected_rows",
    metadata,
    Column("dataset", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("content", String, nullable=False),
)

# One row per source file: what was read from it (the ledger).
files = Table(
    "files",
    metadata,
    Column("path", String, nullable=False),
    Column("dataset", String, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("rows_read", BigInteger, nullable=False),
    Column("rows_duplicate", BigInteger, nullable=False),
    Column("rows_rejected", BigInteger, nullable=False),
    Column("remark", String),
)

# A store of other tables was made by another version of the product, and cannot be read by this one.
_COLUMNS = "\n".join(f"{column} {column.type!r}" for table in metadata.sorted_tables for column in table.columns)
LAYOUT = blake2b(_COLUMNS.encode(), digest_size=8).hexdigest()
