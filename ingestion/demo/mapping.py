"""The mapping of the demo's own files: an example of how few lines it takes."""

MAPPING = """\
# Invented agencies; written by `dashboard demo`.
[source]
name = "Demo agencies"
reporting_timezone = "America/Denver"

[usage]
uri = "usage"
duplicates = "event_id"

[usage.columns]
event_id = "event_id"
occurred_at = "occurred_at"
account = "account_id"
application = "application_id"
user = "user_id"
action = "event"
automated = "channel"
feature = "feature"

[usage.actions]
LOGIN = "login"
LOGOUT = "logout"
CLICK = "click"
RECORD_CREATED = "record"

[usage.automated]
values = ["api"]

[accounts]
uri = "accounts.parquet"
[accounts.columns]
account = "account_id"
name = "name"
industry = "industry"
plan = "plan"
region = "region"
manager = "manager"
manager_email = "manager_email"
seats = "seats"
annual_value = "annual_value"

[applications]
uri = "applications.parquet"
[applications.columns]
application = "application_id"
name = "name"

[subscriptions]
uri = "subscriptions.parquet"
[subscriptions.columns]
account = "account_id"
application = "application_id"
started_on = "started_on"
cancelled_on = "cancelled_on"
cancel_reason = "cancel_reason"
renews_on = "renews_on"
seats = "seats"
annual_value = "annual_value"

[contacts]
uri = "contacts.parquet"
[contacts.columns]
account = "account_id"
name = "name"
role = "role"
email = "email"
phone = "phone"
is_main = "is_main"

[users]
uri = "users.parquet"
[users.columns]
user = "user_id"
account = "account_id"
name = "name"
email = "email"
invited_on = "invited_on"
registered_on = "registered_on"
activated_on = "activated_on"
transacted_on = "transacted_on"
is_automated = "is_automated"

[messages]
uri = "messages.parquet"
[messages.columns]
message = "message_id"
account = "account_id"
user = "user_id"
sent_at = "sent_at"
channel = "channel"
category = "category"
status = "status"
failure_reason = "failure_reason"
charge = "charge"

[features]
uri = "features.parquet"
[features.columns]
application = "application_id"
feature = "feature"

[tickets]
uri = "tickets.parquet"
[tickets.columns]
ticket = "ticket_id"
account = "account_id"
application = "application_id"
opened_at = "opened_at"
first_response_at = "first_response_at"
resolved_at = "resolved_at"
responses = "responses"
priority = "priority"
satisfaction = "satisfaction"

[touchpoints]
uri = "touchpoints.parquet"
[touchpoints.columns]
account = "account_id"
occurred_at = "at"
kind = "kind"
person = "by"
attended = "attended"

[service]
uri = "service.parquet"
[service.columns]
application = "application_id"
day = "day"
requests = "requests"
errors = "errors"
uptime_minutes = "uptime_minutes"
load_ms = "load_ms_p95"
"""
