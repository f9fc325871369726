"""What can a row of Engagement be? Of each kind: its columns."""

PERSON = {
    "account_id": "str", "person": "str", "user_id": "str", "email": "str", "account": "str",
    "registered_on": "datetime64[s]", "invited_on": "datetime64[s]", "activated_on": "datetime64[s]",
    "transacted_on": "datetime64[s]", "contact": "str", "contact_email": "str",
}  # fmt: skip
SENDER = {"account_id": "str", "person": "str", "user_id": "str", "email": "str", "account": "str",
          "messages": "int64", "charges": "float64"}  # fmt: skip
ACCOUNT = {
    "account_id": "str", "account": "str", "state": "str", "seats": "Int64", "annual_value": "float64",
    "manager": "str", "plan": "str", "industry": "str", "region": "str",
}  # fmt: skip
MESSAGE = {
    "account_id": "str", "account": "str", "sent_at": "str", "channel": "str", "category": "str", "status": "str",
    "failure_reason": "str", "value": "float64", "user_id": "str",
}  # fmt: skip
ADOPTER = {"account_id": "str", "account": "str", "application": "str", "events": "float64", "manager": "str"}
SESSION = {"account_id": "str", "account": "str", "application": "str", "person": "str", "started_at": "str",
           "minutes": "float64"}  # fmt: skip
TICKET = {
    "account_id": "str", "account": "str", "ticket": "str", "application": "str", "priority": "str", "opened_at": "str",
    "first_response_at": "str", "resolved_at": "str", "responses": "Int64", "satisfaction": "float64",
}  # fmt: skip


# By kind (row_kinds.py).
COLUMNS = {
    **dict.fromkeys(
        ("registered", "registrations", "invited", "activated", "transacted", "not-activated", "not-transacted",
         "cohort"), PERSON),
    "transacting": SENDER,
    "cohort-accounts": ACCOUNT,
    **dict.fromkeys(("messages", "charged", "charges", "delivered", "pending", "failed", "unjudged"), MESSAGE),
    "adopters": ADOPTER,
    **dict.fromkeys(("sessions", "single-events"), SESSION),
    **dict.fromkeys(("tickets", "resolved", "still-open"), TICKET),
}  # fmt: skip
