"""A new kind of channel is one new file: accounts, webhooks, windows and sending know it by themselves."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

KIND = '''
"""RCS over Twilio, as somebody might add it."""

import re

from channels.twilio_kind import TwilioKind
from channels.twilio_whatsapp import LIMITS
from channels.windows import DAY

ADAPTER = TwilioKind(name="twilio-rcs", channel="rcs", prefix="rcs:", listed_as="rcs", limits=LIMITS, window=DAY,
                     address_form=re.compile(r"[a-z_]+"), address_example="casa_lumbre_agent")
'''
USE = """
import json, sys
import channels
channels.__path__.append(sys.argv[1])
from channels import accounts, webhooks
from channels.base import Outgoing
from tests.channels.signing import SID, a_message
from urllib.parse import urlencode

ours = accounts.read({"twilio": [{"account_sid": SID, "auth_token": "t", "rcs": ["casa_lumbre_agent"]}]})
form = a_message(From="rcs:+34600111222", To="rcs:casa_lumbre_agent")
parsed = webhooks.read(webhooks.Kept("twilio", "POST", "/webhooks/twilio", urlencode(form).encode()), ours)
endpoint = ours.endpoints("https://api", "", "")["twilio-rcs", "casa_lumbre_agent"]
kind = channels.adapter("twilio-rcs")
request = kind.request(kind.render(Outgoing("hola")).parts[0], "+34600111222", "prt_1", endpoint)
print(json.dumps([parsed.events, request.body.decode()]))
"""


def test_one_file_is_a_kind(tmp_path: Path) -> None:
    (tmp_path / "twilio_rcs.py").write_text(KIND, "utf-8")

    done = subprocess.run([sys.executable, "-c", USE, str(tmp_path)], capture_output=True, text=True, check=True)

    [event], body = json.loads(done.stdout)
    assert (event["channel"], event["account"], event["text"]) == ("rcs", "casa_lumbre_agent", "hola")
    assert "To=rcs%3A%2B34600111222" in body and "From=rcs%3Acasa_lumbre_agent" in body
