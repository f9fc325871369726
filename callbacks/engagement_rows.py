"""What the rows behind the numbers of Engagement are, in words."""

from data_access.filters import Detail
from data_access.row_kinds import OF_ENGAGEMENT, Kind
from layouts import numbers

NOUNS = {
    Kind.REGISTERED: "registered people", Kind.REGISTRATIONS: "new registrations",
    Kind.TRANSACTING: "transacting people",
    Kind.INVITED: "people invited", Kind.ACTIVATED: "people activated", Kind.TRANSACTED: "people transacted",
    Kind.NOT_ACTIVATED: "people not activated", Kind.NOT_TRANSACTED: "people without a transaction",
    Kind.COHORT: "people of the cohort active", Kind.COHORT_ACCOUNTS: "accounts of the cohort active",
    Kind.MESSAGES: "messages", Kind.CHARGED: "charged messages", Kind.CHARGES: "charged",
    Kind.DELIVERED: "messages delivered", Kind.PENDING: "messages pending", Kind.FAILED: "messages failed",
    Kind.UNJUDGED: "messages not judged", Kind.ADOPTERS: "pairs that used the feature", Kind.SESSIONS: "sessions",
    Kind.SINGLE: "single events", Kind.TICKETS: "tickets opened", Kind.RESOLVED: "tickets resolved",
    Kind.STILL_OPEN: "tickets open",
}  # fmt: skip
INVITED = "Invited in the period"
DEFINITIONS = {
    Kind.REGISTERED: "Registered by the end of the period, as the table of users says.",
    Kind.REGISTRATIONS: "Registered on a day of the period, as the table of users says.",
    Kind.TRANSACTING: "With a charged message in the period.",
    Kind.INVITED: f"{INVITED}, as the table of users says.",
    Kind.ACTIVATED: f"{INVITED}, and activated since, up to the as-of day.",
    Kind.TRANSACTED: f"{INVITED}, activated since, and with a transaction after that.",
    Kind.NOT_ACTIVATED: f"{INVITED}, and not activated up to the as-of day.",
    Kind.NOT_TRANSACTED: f"{INVITED} and activated, without a transaction up to the as-of day.",
    Kind.COHORT: "People first active in the month of the cohort, and active in the month so many months later.",
    Kind.COHORT_ACCOUNTS: "Accounts first active in the month of the cohort, and active so many months later.",
    Kind.MESSAGES: "Messages sent in the period.",
    Kind.CHARGED: "Messages sent in the period with a charge above zero.",
    Kind.CHARGES: "What the messages of the period cost.",
    Kind.DELIVERED: "Messages of the period whose status says that they arrived.",
    Kind.PENDING: "Messages of the period whose status says that they are under way.",
    Kind.FAILED: "Messages of the period whose status says that they did not arrive.",
    Kind.UNJUDGED: "Messages of the period whose status does not say what became of them.",
    Kind.ADOPTERS: "Entitled accounts and applications with any use of the feature in the period.",
    Kind.SESSIONS: "Begun in the period, of more than one event.",
    Kind.SINGLE: "Events of the period without another within half an hour: sessions without a length.",
    Kind.TICKETS: "Opened on a day of the period.",
    Kind.RESOLVED: "Opened on a day of the period, and resolved since.",
    Kind.STILL_OPEN: "Opened before the end of the period, and not resolved by then.",
}
COHORTS = (Kind.COHORT, Kind.COHORT_ACCOUNTS)
OF_MESSAGES = (Kind.TRANSACTING, Kind.MESSAGES, Kind.CHARGED, Kind.CHARGES, Kind.DELIVERED, Kind.PENDING, Kind.FAILED,
               Kind.UNJUDGED)  # fmt: skip
WITHOUT_APPLICATION = tuple(
    kind for kind in OF_ENGAGEMENT if kind not in (*COHORTS, Kind.ADOPTERS, Kind.SESSIONS, Kind.SINGLE, Kind.TICKETS,
                                                   Kind.RESOLVED, Kind.STILL_OPEN)
)  # fmt: skip


def when(detail: Detail, kind: Kind, period: str) -> str:
    """The time of the rows: of a cohort the month of the first use, and how much later."""
    if kind not in COHORTS or detail.cohort is None:
        return "No cohort was chosen" if kind in COHORTS else period
    return f"First active in {detail.cohort:%b %Y}, and {numbers.plural(detail.later, 'month')} later"


def narrowed(detail: Detail, kind: Kind) -> list[str]:
    """Of what Detail narrows, what narrows these rows."""
    parts = []
    if kind in OF_MESSAGES:
        parts += [f"Channel: {', '.join(detail.channels)}"] if detail.channels else []
        parts += [f"Category: {', '.join(detail.categories)}"] if detail.categories else []
    if kind is Kind.FAILED and detail.reason:
        parts.append(f"Reason: {detail.reason}")
    if kind is Kind.ADOPTERS:
        parts.append(f"Feature: {detail.feature}" if detail.feature else "No feature was chosen")
    if kind in (Kind.TICKETS, Kind.RESOLVED, Kind.STILL_OPEN) and detail.priority:
        parts.append(f"Priority: {detail.priority}")
    return parts
