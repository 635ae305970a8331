"""What the actions around writing and looking take from a program (console/bodies.py says how)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from console.bodies import Body, Text


class DraftBody(Body):
    text: Text = Field("", description="Empty: forget it.")
    mode: Literal["reply", "note"] = "reply"
    last_seen_seq: int = Field(0, ge=0, le=999_999_999, description="`last_seq` as you read it.")
    saved_reply: str = Field("", max_length=80, description="The saved reply that the text was made of.")


class WhisperBody(Body):
    text: Text


class SnoozeBody(Body):
    until: str = Field("reply", max_length=40, description="`reply` (until the contact writes), `1h`, `afternoon`, "
                                                           "`tomorrow`, `monday`, or a time like 2026-11-23T09:00 "
                                                           "(your zone where it names none).")
    at: str = Field("", max_length=40, description="The same, for a time of your own; it wins.")


class ViewingBody(Body):
    typing: bool = False
    mode: Literal["reply", "note"] = "reply"
    gone: bool = Field(False, description="The page is not looked at any more.")


class SeenBody(Body):
    up_to: int = Field(0, ge=0, le=999_999_999, description="The number of the newest notice you have seen; 0: all.")


class ReturnBody(Body):
    entry: str = Field("", max_length=80, description="The flow that the bot begins; empty: it goes on where it was.")
