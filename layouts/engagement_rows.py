"""The columns of the rows behind the numbers of Engagement, by kind."""

from typing import Any

from layouts.grid import NAME, NUMBER

ACCOUNT = {"field": "account", "headerName": "Account", "cellRenderer": "AccountLink", "width": 220,
           "tooltipField": "account"}  # fmt: skip
PERSON = {"field": "person", "headerName": "Person", "width": 190, "tooltipField": "user_id"}
EMAIL = {"field": "email", "headerName": "E-mail", "flex": 1, "minWidth": 200, "tooltipField": "email"}
FIRST = {"pinned": "left", **NAME}


def _column(field: str, words: str, width: int, **more: Any) -> dict[str, Any]:
    return {"field": field, "headerName": words, "width": width, **more}


APPLICATION = _column("application", "Application", 180)
PEOPLE = [
    {**PERSON, **FIRST}, EMAIL, ACCOUNT,
    *(
        _column(f"{step}_on", step.capitalize(), 120)
        for step in ("registered", "invited", "activated", "transacted")
    ),
    _column("contact", "Main contact", 160),
    _column("contact_email", "Their e-mail", 220, tooltipField="contact_email"),
    _column("user_id", "Id", 120),
]  # fmt: skip
SENDERS = [
    {**PERSON, **FIRST}, EMAIL, ACCOUNT,
    _column("messages", "Charged messages", 160, cellRenderer="Number", **NUMBER),
    _column("charges", "Charges", 110, cellRenderer="Number", **NUMBER), _column("user_id", "Id", 120),
]  # fmt: skip
ACCOUNTS = [
    {**ACCOUNT, **FIRST}, _column("state", "State", 150, cellRenderer="StateChip"),
    _column("seats", "Seats", 90, cellRenderer="Number", **NUMBER),
    _column("annual_value", "Annual value", 130, cellRenderer="Number", **NUMBER),
    *(
        _column(segment, segment.capitalize(), 150, cellRenderer="Segment")
        for segment in ("manager", "plan", "industry", "region")
    ),
]  # fmt: skip
MESSAGES = [
    {**ACCOUNT, **FIRST}, _column("sent_at", "Sent at", 150, initialSort="desc"), _column("channel", "Channel", 120),
    _column("category", "Category", 120), _column("status", "Status", 120, flex=1),
    _column("failure_reason", "Failure reason", 190, flex=1), _column("value", "Charge", 100, **NUMBER),
    _column("user_id", "User", 120),
]  # fmt: skip
ADOPTERS = [
    {**ACCOUNT, **FIRST}, {**APPLICATION, "flex": 1},
    _column("events", "Events", 110, cellRenderer="Number", initialSort="desc", **NUMBER),
    _column("manager", "Manager", 170, cellRenderer="Segment"),
]  # fmt: skip
SESSIONS = [
    {**ACCOUNT, **FIRST}, {**APPLICATION, "flex": 1}, _column("person", "Person", 190),
    _column("started_at", "Began at", 150, initialSort="desc"), _column("minutes", "Minutes", 110, **NUMBER),
]  # fmt: skip
TICKETS = [
    {**ACCOUNT, **FIRST}, _column("ticket", "Ticket", 120), APPLICATION, _column("priority", "Priority", 110),
    _column("opened_at", "Opened at", 150, initialSort="desc"), _column("first_response_at", "First answer at", 150),
    _column("resolved_at", "Resolved at", 150), _column("responses", "Answers", 100, **NUMBER),
    _column("satisfaction", "Satisfaction", 120, **NUMBER),
]  # fmt: skip
COLUMNS: dict[str, list[dict[str, Any]]] = {
    **dict.fromkeys(
        ("registered", "registrations", "invited", "activated", "transacted", "not-activated", "not-transacted",
         "cohort"), PEOPLE),
    "transacting": SENDERS,
    "cohort-accounts": ACCOUNTS,
    **dict.fromkeys(("messages", "charged", "charges", "delivered", "pending", "failed", "unjudged"), MESSAGES),
    "adopters": ADOPTERS,
    **dict.fromkeys(("sessions", "single-events"), SESSIONS),
    **dict.fromkeys(("tickets", "resolved", "still-open"), TICKETS),
}  # fmt: skip
# What a row is, where it is no pair.
NAMED = {
    **dict.fromkeys(
        ("registered", "registrations", "invited", "activated", "transacted", "not-activated", "not-transacted",
         "cohort", "transacting"), "person"),
    "cohort-accounts": "account",
    **dict.fromkeys(("messages", "charged", "charges", "delivered", "pending", "failed", "unjudged"), "message"),
    **dict.fromkeys(("sessions", "single-events"), "session"),
    **dict.fromkeys(("tickets", "resolved", "still-open"), "ticket"),
}  # fmt: skip
FAMILIES = (
    {"registered": "Registered", "registrations": "New", "transacting": "Transacting"},
    {"invited": "Invited", "activated": "Activated", "transacted": "Transacted"},
    {"messages": "All", "charged": "Charged", "delivered": "Delivered", "failed": "Failed", "pending": "Pending"},
    {"sessions": "Sessions", "single-events": "Single events"},
    {"tickets": "Opened", "resolved": "Resolved", "still-open": "Open"},
)
