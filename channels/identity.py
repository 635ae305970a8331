"""Who is who: one key for the forms in which the same number comes. Pure; the address as received is kept for sending.

Mexico writes mobiles with or without a 1 after +52, Argentina with or without a 9 after +54, Brazil with or without
the ninth digit; WhatsApp uses the old forms, SMS and people the new ones. A Brazilian landline (first digit 2 to 5)
never had a ninth digit and stays apart.
"""

from __future__ import annotations

import re

_PHONE = re.compile(r"\+[1-9]\d{6,14}")
_MEXICO = re.compile(r"\+521(\d{10})")
_ARGENTINA = re.compile(r"\+549(\d{10})")
_BRAZIL_OLD_MOBILE = re.compile(r"\+55([1-9]\d)([6-9]\d{7})")
_BRAZIL_MOBILE = re.compile(r"\+55([1-9]\d)9([6-9]\d{7})")
_BSUID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")


def canonical_phone(address: str) -> str:
    """The one form under which a phone is compared; anything else is returned as it is."""
    if match := _MEXICO.fullmatch(address):
        return f"+52{match[1]}"
    if match := _ARGENTINA.fullmatch(address):
        return f"+54{match[1]}"
    if match := _BRAZIL_OLD_MOBILE.fullmatch(address):
        return f"+55{match[1]}9{match[2]}"
    return address


def contact_key(kind: str, account: str, address: str) -> str:
    """The key of the person behind an address: equal for the same phone on any channel, else bound to where it counts.

    A BSUID is one person for a whole business, a page-scoped id for one page, a short code for one channel.
    """
    if is_phone(address):
        return f"phone:{canonical_phone(address)}"
    if is_business_scoped(address):
        return f"bsuid:{address}"
    return f"{kind}:{account}:{address}"


def variants(address: str) -> tuple[str, ...]:
    """Every form in which the same phone may have been stored, the canonical one first."""
    phone = canonical_phone(address)
    others = [phone, address]
    if re.fullmatch(r"\+52\d{10}", phone):
        others.append(f"+521{phone[3:]}")
    elif re.fullmatch(r"\+54\d{10}", phone):
        others.append(f"+549{phone[3:]}")
    elif match := _BRAZIL_MOBILE.fullmatch(phone):
        others.append(f"+55{match[1]}{match[2]}")
    return tuple(dict.fromkeys(others))


def is_business_scoped(address: str) -> bool:
    """Is it an id of Meta's for one person and one business (`GB.123`): country, a point, letters and digits?"""
    return _BSUID.fullmatch(address) is not None


def is_phone(address: str) -> bool:
    """Is it a number in E.164?"""
    return _PHONE.fullmatch(address) is not None
