"""Twilio's error codes and what each asks for, with Twilio's own titles.

Sources: Twilio, "Error and Warning Dictionary" (https://www.twilio.com/docs/api/errors) and "List of Corresponding
Twilio and WhatsApp Error Codes", read 2026-11-22. A code that is not here is FINAL, kept with its text, and counted.
"""

from __future__ import annotations

from channels.delivery import UNKNOWN, Verdict, table

VERDICTS = table("""
503    RETRY            Internal Error
20500  RETRY            Internal Server Error
20503  RETRY            Service unavailable
21730  RETRY            System under maintenance. Please try again later
30003  RETRY/late       Unreachable destination handset
30008  RETRY/once       Unknown error
30017  RETRY            Carrier network congestion
30020  RETRY            Internal Failure with Message Scheduling
30021  RETRY            Internal Failure with messaging service orchestrator
30410  RETRY            Provider Timeout Error
63009  RETRY            Channel provider returned an internal service error (HTTP 5xx)
63010  RETRY            Twilio's platform encountered an internal error processing this message
63012  RETRY            Channel provider returned an internal service error
63023  RETRY/once       Channel generic error
63025  RETRY/media      Media already exists
63029  RETRY/once       The receiver failed to download the template
63037  RETRY/media      Channel Media Upload Error
14107  RATE             SMS send rate limit exceeded
20429  RATE             Too Many Requests
21611  RATE             This 'From' number has exceeded the maximum number of queued messages
30001  RATE             Queue overflow
30022  RATE/day         US A2P 10DLC - Rate Limits Exceeded
30023  RATE/day         US A2P 10DLC - Daily Message Cap Reached
30027  RATE/day         US A2P 10DLC - T-Mobile Daily Message Limit Reached
60728  RATE             Account exceeded the hourly messages limit
63017  RATE             Rate limit exceeded
63018  RATE             Rate limit exceeded for Channel
63038  RATE/day         Account exceeded the daily messages limit
63039  RATE/spam        Facebook says your page is engaging in behavior that may be considered bothersome
63016  WINDOW           Failed to send freeform message because you are outside the allowed window
21610  OPTOUT           Attempt to send to unsubscribed recipient
21211  DEAD             Invalid 'To' Phone Number
21214  DEAD             'To' phone number cannot be reached
21217  DEAD             Phone number does not appear to be valid
21612  DEAD/pair        The 'To' phone number is not currently reachable via SMS
21614  DEAD/other       'To' number is not a valid mobile number
21635  DEAD/other       'To' number cannot be a landline
30005  DEAD             Unknown destination handset
30006  DEAD/other       Landline or unreachable carrier
63003  DEAD/other       Channel could not find To address
63024  DEAD/other       Invalid message recipient
11200  CONTENT/plain    HTTP retrieval failure
11751  CONTENT/plain    Media Message - Media exceeds messaging provider size limit
12300  CONTENT/plain    Invalid Content-Type
14101  DEAD             Invalid "To" attribute
21602  CONTENT/ours     Message body is required
21604  CONTENT/ours     The destination 'To' phone number is required to send an SMS
21617  CONTENT/plain    The concatenated message body exceeds the 1600 character limit
21618  CONTENT/plain    The message body cannot be sent
21619  CONTENT/ours     Unable to create record
21620  CONTENT/plain    Invalid media URL(s)
21621  CONTENT/plain    The 'From' number has not been enabled for MMS
21622  CONTENT/plain    MMS has not been enabled for your account
21623  CONTENT/plain    Number of media files exceeds allowed limit
21910  CONTENT/ours     Invalid From and To pair. From and To should be of the same channel
30011  CONTENT/plain    MMS not supported by the receiving phone number in this region
30016  CONTENT/ours     'To' and 'From' channel types are incompatible
30019  CONTENT/plain    Content size exceeds carrier limit
63005  CONTENT/plain    Channel did not accept given content
63006  CONTENT/plain    Could not format given content for the channel
63019  CONTENT/plain    Media failed to download
63021  CONTENT/plain    Channel invalid content error
63030  CONTENT/plain    Unsupported parameter for type of channels message
63031  CONTENT/ours     Channels message cannot have same From and To
63034  CONTENT/plain    Media exceeds size limit
10001  CONFIG           Account is not active
20003  CONFIG           Permission Denied
20005  CONFIG           Account not active
20006  CONFIG           Access Denied
20008  CONFIG           Test Credentials
20010  CONFIG           Action disabled for account
20151  CONFIG           Authentication Failed
20403  CONFIG           403 Forbidden
20404  CONFIG           Not Found
21212  CONFIG           Invalid From Number (caller ID)
21407  CONFIG           This Phone Number type does not support SMS
21408  CONFIG/region    Permission to send an SMS has not been enabled for the region indicated by the 'To' number
21472  CONFIG           Account is not active
21601  CONFIG           Phone number is not a valid SMS-capable inbound phone number
21603  CONFIG           A 'From' or 'MessagingServiceSid' parameter is required to send a message
21606  CONFIG           The 'From' phone number provided is not a valid message-capable Twilio phone number
21607  CONFIG           The 'from' phone number must be the sandbox phone number for trial accounts
21608  CONFIG/recipient The 'to' phone number provided is not yet verified for this account
21609  CONFIG           Invalid 'StatusCallback'
21616  CONFIG           The 'From' number matches multiple numbers for your account
21654  CONFIG/template  ContentSid Required
21655  CONFIG/template  The ContentSid is Invalid
21656  CONFIG/template  The ContentVariables Parameter is invalid
21659  CONFIG           'From' is not a Twilio phone number or Short Code country mismatch
21660  CONFIG           Mismatch between the 'From' number and the account
21661  CONFIG           'From' number is not SMS-capable
21701  CONFIG           The Messaging Service does not exist
21702  CONFIG           The Messaging Service is not available to send new messages
21703  CONFIG           The Messaging Service does not have a phone number available to send a message
21704  CONFIG           The Messaging Service contains no phone numbers
21705  CONFIG           The Messaging Service is invalid
21709  CONFIG           Alpha Sender ID is Invalid or Not Authorized for this Messaging Service
30002  CONFIG           Account suspended
30018  CONFIG/region    Destination carrier requires sender ID pre-registration
30024  CONFIG/region    Numeric Sender ID Not Provisioned on Carrier
30032  CONFIG           Toll-Free Number Has Not Been Verified
30034  CONFIG           US A2P 10DLC - Message from an Unregistered Number
63001  CONFIG           Channel could not authenticate the request
63002  CONFIG           Channel could not find the From address
63007  CONFIG           Twilio could not find a Channel with the specified From address
63008  CONFIG           Could not execute the request because the channel module has been misconfigured
63015  CONFIG/recipient Channel Sandbox can only send messages to phone numbers that have joined the Sandbox
63020  CONFIG           Twilio encountered a Business Manager account error
63022  CONFIG           Invalid vname certificate
63027  CONFIG/template  Template does not exist for a language and locale
63028  CONFIG/template  Number of parameters provided does not match the expected number of parameters
63040  CONFIG/template  Template submission failure
63041  CONFIG/template  Template paused
63054  CONFIG/template  Template unavailable for use
30004  FINAL/blocked    Message blocked
30007  FINAL/filtered   Message filtered
30010  FINAL            Message price exceeds max price
63013  FINAL            Channel policy violation
63026  FINAL/filtered   Channel sender content flagged as spam
63032  FINAL            We cannot send this message to this user because of a WhatsApp limitation
63033  FINAL/blocked    Recipient blocked to receive message
""")


def verdict(code: str) -> Verdict:
    """What one of Twilio's codes asks for."""
    return VERDICTS.get(code, UNKNOWN)


def is_known(code: str) -> bool:
    return code in VERDICTS
