"""Which numbers are ours: what is read, and the sentence when it cannot be."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from channels import accounts
from channels.errors import BadAccounts
from tests.channels.signing import BASE, SERVICE, SID, TREE, our_accounts

TWILIO, GRAPH = "https://api.twilio.com", "https://graph.facebook.com"


def changed(provider: str, **values: Any) -> dict[str, Any]:
    tree = deepcopy(dict(TREE))
    tree[provider][0].update(values)
    return tree


def test_every_number_and_page_has_an_endpoint() -> None:
    found = our_accounts().endpoints(TWILIO, GRAPH, BASE)

    assert set(found) == {
        ("twilio-whatsapp", "+14155238886"),
        ("twilio-whatsapp", SERVICE),
        ("twilio-sms", "+15005550006"),
        ("twilio-sms", SERVICE),
        ("twilio-messenger", "108000000000002"),
        ("twilio-messenger", SERVICE),
        ("meta-whatsapp", "106540352242922"),
        ("meta-messenger", "108000000000001"),
        ("meta-instagram", "17841400000000001"),
    }


def test_twilio_reports_to_the_public_address_and_repeats() -> None:
    endpoint = our_accounts().endpoints(TWILIO, GRAPH, BASE + "/")["twilio-sms", "+15005550006"]

    assert endpoint.callback_url == f"{BASE}/webhooks/twilio/status#rc=5&rp=all"


def test_without_a_public_address_no_reports_are_asked_for() -> None:
    endpoint = our_accounts().endpoints(TWILIO, GRAPH, "")["twilio-sms", "+15005550006"]

    assert endpoint.callback_url == ""


def test_first_token_sends_and_all_may_sign() -> None:
    ours = our_accounts()

    sending = ours.endpoints(TWILIO, GRAPH, BASE)["twilio-sms", "+15005550006"].secrets["auth_token"]

    assert (sending, len(ours.twilio[SID].auth_tokens)) == ("twilio-token", 2)


def test_single_secrets_and_plain_ids_are_enough() -> None:
    tree = {
        "meta": [{"app_secret": "s", "verify_token": "v", "access_token": "a", "whatsapp": ["123"], "pages": ["9"]}]
    }

    app = accounts.read(tree).meta[0]

    assert (app.app_secrets, list(app.senders["meta-whatsapp"]), app.senders["meta-messenger"]["9"].access_token) == (("s",), ["123"], "a")


def test_nothing_of_ours_is_allowed() -> None:
    assert accounts.read({}).endpoints(TWILIO, GRAPH, BASE) == {}


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "wrong list": ({"twilio": "AC1"}, "accounts.twilio must be a list"),
    "strange key": ({"telegram": []}, "accounts.telegram is not known"),
    "no object": ({"twilio": ["AC1"]}, r"twilio\[0\] must be an object"),
    "sid": (changed("twilio", account_sid="AC1"), r"twilio\[0\].account_sid is no account sid"),
    "no token": (changed("twilio", auth_tokens=[]), r"twilio\[0\].auth_token is missing"),
    "empty token": (changed("twilio", auth_tokens=["a", ""]), r"twilio\[0\].auth_token is missing"),
    "number": (changed("twilio", whatsapp=["34600111222"]), r"twilio\[0\].whatsapp\[0\] “34600111222” cannot be read"),
    "service": (changed("twilio", messaging_services=["MG1"]), r"messaging_services\[0\] “MG1” cannot be read"),
    "messenger": (changed("twilio", messenger=["casa-lumbre"]), r"messenger\[0\] “casa-lumbre” cannot be read"),
    "misspelt": (changed("twilio", auth_tokn="x"), r"twilio\[0\].auth_tokn is not known"),
    "no secret": (changed("meta", app_secrets=None), r"meta\[0\].app_secret is missing"),
    "no verify token": (changed("meta", verify_token=""), r"meta\[0\].verify_token is missing"),
    "no access token": (changed("meta", access_token=""), "has no access_token"),
    "number as id": (changed("meta", whatsapp=["+15550783881"]), r"whatsapp\[0\].account_id “\+15550783881” cannot be read"),
    "page name": (changed("meta", pages=["casa-lumbre"]), r"pages\[0\].account_id “casa-lumbre” cannot be read"),
    "instagram": (changed("meta", instagram=["@casa"]), r"instagram\[0\].account_id “@casa” cannot be read"),
    "number twice": ({"twilio": [TREE["twilio"][0]] * 2}, "listed twice"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_read_names_the_place_and_the_mend(name: str) -> None:
    tree, sentence = BAD[name]

    with pytest.raises(BadAccounts, match=sentence):
        accounts.read(tree)


def test_number_may_be_written_as_twilio_writes_it() -> None:
    ours = accounts.read(changed("twilio", whatsapp=["whatsapp:+14155238886"]))

    assert ours.twilio[SID].senders["twilio-whatsapp"] == {"+14155238886"}


def test_for_looking_only_no_secret_is_needed_and_any_id_is_believed() -> None:
    tree = {"twilio": [{"account_sid": "acctid", "sms": ["+12028831111"], "name": "x"}],
            "meta": [{"app_id": "1", "pages": ["p1"], "name": "y"}], "note": "z"}

    ours = accounts.read(tree, secrets_needed=False)

    assert ours.twilio["acctid"].senders["twilio-sms"] == {"+12028831111"}
    assert list(ours.meta[0].senders["meta-messenger"]) == ["p1"]
