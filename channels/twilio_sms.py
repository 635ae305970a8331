"""SMS over Twilio. Choices are numbered menus, media is a link, and typographic signs are folded to GSM-7.

Limits: Twilio, "Messages resource" (Body 1600, error 21617 above), "What is the SMS character limit?" (segments) and
"Twilio support for opt-out keywords", read 2026-11-22. MMS exists in two countries only, so a picture is a link
everywhere. A word that unsubscribes whoever sends it is never offered by itself.
"""

from __future__ import annotations

import re

from channels.consent import SMS_STOP
from channels.gsm import fold, segments
from channels.limits import Limits
from channels.twilio_kind import TwilioKind
from channels.windows import NO_WINDOW

LIMITS = Limits(text=1600, keeps_marks=False, fold=fold, segments=segments, stop_words=SMS_STOP)
ADAPTER = TwilioKind(
    name="twilio-sms",
    channel="sms",
    prefix="",
    listed_as="sms",
    address_form=re.compile(r"\+[1-9]\d{5,14}|\d{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}"),
    address_example="+34600111222",
    limits=LIMITS,
    window=NO_WINDOW,
)
