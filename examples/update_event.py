"""Update an event of a Rili server with DingTalk's official SDK (`pip install alibabacloud-dingtalk`).

make run                                            # in one terminal
python examples/update_event.py .rili/dev.json      # in another
"""

import json
import sys
from pathlib import Path

from alibabacloud_dingtalk.calendar_1_0 import models as calendar
from alibabacloud_dingtalk.calendar_1_0.client import Client as Calendar
from alibabacloud_dingtalk.contact_1_0 import models as contact
from alibabacloud_dingtalk.contact_1_0.client import Client as Contact
from alibabacloud_dingtalk.oauth2_1_0 import models as oauth2
from alibabacloud_dingtalk.oauth2_1_0.client import Client as OAuth2
from alibabacloud_tea_openapi.models import Config
from alibabacloud_tea_util.models import RuntimeOptions

dev = json.loads(Path(sys.argv[1] if len(sys.argv) > 1 else ".rili/dev.json").read_text("utf-8"))
config = Config(protocol="http", region_id="central", endpoint=dev["base_url"].removeprefix("http://"))
options = RuntimeOptions()

# Sign in as the demo app.
secret = oauth2.GetAccessTokenRequest(app_key=dev["app_key"], app_secret=dev["app_secret"])
token = OAuth2(config).get_access_token(secret).body.access_token
signed = {"x_acs_dingtalk_access_token": token}

# Find the organizer; paths name people by unionId.
organizer = dev["users"][0]["union_id"]
person = Contact(config).get_user_with_options(organizer, contact.GetUserHeaders(**signed), options).body
print(f"Signed in; the organizer is {person.nick}")

# Make an event.
client = Calendar(config)
draft = calendar.CreateEventRequest(
    summary="Budget review",
    start=calendar.CreateEventRequestStart(date_time="2026-03-10T14:00:00+08:00", time_zone="Asia/Shanghai"),
    end=calendar.CreateEventRequestEnd(date_time="2026-03-10T15:00:00+08:00", time_zone="Asia/Shanghai"),
    attendees=[calendar.CreateEventRequestAttendees(id=dev["users"][1]["union_id"])],
)
made = client.create_event_with_options(
    organizer, "primary", draft, calendar.CreateEventHeaders(**signed), options
).body
print(f"Created  {made.id}: {made.summary}, {made.start.date_time}")

# Update it: what is not passed stays as it is.
change = calendar.PatchEventRequest(
    id=made.id,
    summary="Budget review, moved to room 2",
    location=calendar.PatchEventRequestLocation(display_name="Room 2"),
)
updated = client.patch_event_with_options(
    organizer, "primary", made.id, change, calendar.PatchEventHeaders(**signed), options
).body
print(f"Updated  {updated.id}: {updated.summary}, {updated.location.display_name}")

# Read it back, and delete it.
query = calendar.GetEventRequest(max_attendees=100)
read = client.get_event_with_options(
    organizer, "primary", made.id, query, calendar.GetEventHeaders(**signed), options
).body
print(f"Read     {read.id}: {', '.join(one.display_name for one in read.attendees)}")
client.delete_event_with_options(
    organizer,
    "primary",
    made.id,
    calendar.DeleteEventRequest(),
    calendar.DeleteEventHeaders(**signed),
    options,
)
print(f"Deleted  {made.id}")
