"""Messenger over Twilio: text, one picture or video a message, 24 hours; quick replies where content was made at Twilio.

Limits: Twilio, "Messages resource" (Body 1600), "twilio/quick-reply" (10, body 1024) and "Facebook Messenger", read
2026-11-22. Twilio's own tags for later answers are refused by Meta since 2026-04-27, so the window is closed after a day
for everybody.
"""

from __future__ import annotations

import re

from channels.limits import Limits
from channels.twilio_kind import TwilioKind
from channels.windows import DAY

LIMITS = Limits(
    text=1600,
    body=1024,
    content_buttons=10,
    files={kind: frozenset() for kind in ("image", "video")},  # any format
    file_bytes={"image": 25_000_000, "video": 25_000_000},
    keeps_marks=False,
)
ADAPTER = TwilioKind(
    name="twilio-messenger",
    channel="messenger",
    prefix="messenger:",
    listed_as="messenger",
    address_form=re.compile(r"\d{1,25}"),
    address_example="108000000000001 (the id of the page)",
    limits=LIMITS,
    window=DAY,
)
