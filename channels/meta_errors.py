"""Meta's error codes and what each asks for. `code/subcode` where only the subcode tells.

Sources, read 2026-11-22: Meta, "Error codes" of the WhatsApp Business Platform (updated 2026-05-15), "Common Error
Codes" of the Messenger Platform (updated 2026-03-18), "Error Codes" of the Instagram Platform (updated 2026-06-02) and
"Handle errors" of the Graph API. A code that is not here is FINAL, kept with its text, and counted.
"""

from __future__ import annotations

from channels.delivery import UNKNOWN, Verdict, table

VERDICTS = table("""
-1           RETRY            Instagram server error. Try again
-2           RETRY/media      It takes too long to download the media
1            RETRY            API Unknown: invalid request or possible server error
1/99         CONFIG           An unknown error occurred: missing permissions
2            RETRY            API Service: temporary, downtime or overload
1200         RETRY            Temporary send message failure
131000       RETRY            Something went wrong
131016       RETRY            Service unavailable
131052       RETRY            Media download error
131053       RETRY/media      Media upload error
133004       RETRY            Server temporarily unavailable
4            RATE             API Too Many Calls
4/2018354    RATE             Marketing Messages: a minimum delay between two notifications
9            RATE             User is performing too many actions
17           RATE             User request limit reached
32           RATE             Page request limit reached
341          RATE             Application limit reached
613          RATE             Calls to this API have exceeded the rate limit
80007        RATE             Rate limit issues of the WhatsApp Business Account
130429       RATE             Rate limit hit: throughput
131048       RATE/spam        Spam rate limit hit
131056       RATE/pair        (Business Account, Consumer Account) pair rate limit hit
133016       RATE             Account register deregister rate limit exceeded
10/2018278   WINDOW           This message is sent outside of allowed window (Messenger)
10/2534022   WINDOW           This message is sent outside of allowed window (Instagram)
131047       WINDOW           Re-engagement message: more than 24 hours
131050       OPTOUT/marketing The recipient has chosen to stop receiving marketing messages
100/2018001  DEAD             No matching user found
551          DEAD             This person isn't available right now
551/1545041  DEAD             This person isn't available right now
131026       DEAD/other       Message undeliverable
131062       DEAD/phone       Business-scoped user ids cannot receive this message
100          CONTENT/ours     Invalid parameter
36000        CONTENT/plain    The image size is too large
131008       CONTENT/ours     Required parameter is missing
131009       CONTENT/ours     Parameter value is not valid
131021       CONTENT/ours     Recipient cannot be sender
131051       CONTENT/plain    Unsupported message type
0            CONFIG           AuthException
3            CONFIG           API Method: capability or permissions issue
10           CONFIG           Permission denied
33           CONFIG           The business phone number has been deleted
100/1893061  CONFIG/tag       A message tag that is no longer allowed
190          CONFIG           Access token has expired
368          CONFIG           Temporarily blocked for policies violations
2/2018344    CONFIG           Privacy terms not accepted
131005       CONFIG           Access denied
131030       CONFIG/recipient Recipient phone number not in allowed list
131031       CONFIG           Business Account locked
131037       CONFIG           Display name approval needed
131042       CONFIG           Business eligibility payment issue
131045       CONFIG           Incorrect certificate: phone number registration
131057       CONFIG           Account in maintenance mode
132000       CONFIG/template  Template param count mismatch
132001       CONFIG/template  Template does not exist
132005       CONFIG/template  Template hydrated text too long
132007       CONFIG/template  Template format character policy violated
132008       CONFIG/template  Template parameter value invalid
132012       CONFIG/template  Template parameter format mismatch
132015       CONFIG/template  Template is paused
132016       CONFIG/template  Template is disabled
132068       CONFIG/template  Flow is blocked
132069       CONFIG/template  Flow is throttled
133000       CONFIG           Incomplete deregistration
133005       CONFIG           Two step verification PIN mismatch
133006       CONFIG           Phone number re-verification needed
133008       CONFIG           Too many two step verification PIN guesses
133009       CONFIG           Two step verification PIN guessed too fast
133010       CONFIG           Phone number not registered
133015       CONFIG           Please wait a few minutes before attempting to register this phone number
135000       CONTENT/ours     Generic user error: parameters of the request
130472       FINAL/rest       User's number is part of an experiment
130497       FINAL            Business account is restricted from messaging users in this country
131049       FINAL/rest       Not delivered to maintain healthy ecosystem engagement
139000       FINAL/foreign    Blocked by integrity (Flows)
139001       FINAL/foreign    Flow cannot be updated
139002       FINAL/foreign    Flow cannot be published
139003       FINAL/foreign    Flow cannot be deprecated
139004       FINAL/foreign    Flow cannot be deleted
""")
_BY_SUBCODE = {code.partition("/")[2]: code for code in VERDICTS if "/" in code}
_PERMISSIONS = range(200, 300)  # "API Permission"
_FOREIGN = ("138", "139")  # calls and flows: no error of a message


def code_of(code: str, subcode: str = "") -> str:
    """The code as it is kept: with its subcode where that says more, whatever code it came with."""
    return _BY_SUBCODE.get(subcode, code)


def verdict(code: str, transient: bool = False) -> Verdict:
    """What one of Meta's codes (`code_of`) asks for; one we do not know passes only where Meta says so."""
    found = VERDICTS.get(code)
    if found is not None:
        return found
    if code.isdigit() and int(code) in _PERMISSIONS:
        return Verdict("CONFIG")
    if len(code) == 6 and code.startswith(_FOREIGN):
        return Verdict("FINAL", "foreign")
    return Verdict("RETRY") if transient else UNKNOWN


def is_known(code: str) -> bool:
    return code in VERDICTS or verdict(code) is not UNKNOWN
