"""Stand-ins of the carriers that are asked themselves: AfterShip (tracking API 2026-07), DHL (Shipment Tracking –
Unified), UPS (Track API with OAuth 2). They answer in the forms of the real documentation and fail as `faulty` can."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import unquote

from tests.providers.faulty import Asked, FaultyShop, Reply

KEY = "carrier-key"
CLIENT = ("client", "client-secret")
OTHER = "ZZ999999999"


class AfterShipStandIn(FaultyShop):
    """`known` parcels by number; one that is created stays pending, as the real one does for some minutes."""

    number = "PQ12345678"

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, dict[str, Any]] = {self.number: aftership_tracking(self.number)}
        self.created: list[dict[str, Any]] = []

    def reply(self, asked: Asked) -> Reply:
        if asked.headers.get("as-api-key") != KEY:
            return _aftership({}, 401, 401)
        if asked.method == "POST":
            return self._create(json.loads(asked.body))
        number = OTHER if self.swapped else asked.query["tracking_numbers"]
        found = self.known.get(asked.query["tracking_numbers"])
        trackings = [found | {"tracking_number": number}] if found else []
        return _aftership({"pagination": {"total": len(trackings)}, "trackings": trackings})

    def _create(self, wanted: dict[str, Any]) -> Reply:
        if wanted["tracking_number"] in self.known:
            return _aftership({}, 400, 4003)
        self.created.append(wanted)
        pending = {"id": "new", "tag": "Pending", "subtag": "Pending_001", "checkpoints": []}
        self.known[wanted["tracking_number"]] = pending | {"tracking_number": wanted["tracking_number"]}
        return _aftership(self.known[wanted["tracking_number"]], 201, 201)


def aftership_tracking(number: str) -> dict[str, Any]:
    return {
        "id": "5b74f4958776db0e00b6f5ed", "tracking_number": number, "slug": "spain-correos-es", "tag": "InTransit",
        "subtag": "InTransit_006", "latest_estimated_delivery": {"type": "specific", "datetime": "2026-11-25"},
        "checkpoints": [
            {"checkpoint_time": "2026-11-20T18:00:00", "city": "Sevilla", "message": "Admitido", "tag": "InTransit",
             "subtag": "InTransit_002"},
            {"checkpoint_time": "2026-11-21T09:30:00+01:00", "location": "Madrid", "message": "En aduana",
             "tag": "InTransit", "subtag": "InTransit_006"},
        ],
    }


def _aftership(data: Any, status: int = 200, code: int = 200) -> Reply:
    limits = {"X-RateLimit-Limit": "6", "X-RateLimit-Remaining": "5", "X-RateLimit-Reset": "1406096275"}
    return Reply({"meta": {"code": code, "type": "" if code < 400 else "BadRequest"}, "data": data}, status, limits)


class DhlStandIn(FaultyShop):
    """One shipment, with the key in DHL-API-Key."""

    number = "00340434292135100124"

    def __init__(self) -> None:
        super().__init__()
        self.status_code, self.words = "transit", "The shipment is with the courier and out for delivery"

    def reply(self, asked: Asked) -> Reply:
        if asked.headers.get("dhl-api-key") != KEY:
            return Reply({"title": "Unauthorized", "status": 401}, 401)
        wanted = asked.query["trackingNumber"]
        if wanted != self.number:
            return Reply({"title": "No result found", "detail": "No shipment with given tracking number found.", "status": 404,
                          "instance": f"/shipment/{wanted}"}, 404)
        return Reply({"shipments": [self._shipment(OTHER if self.swapped else wanted)]})

    def _shipment(self, number: str) -> dict[str, Any]:
        event = {"timestamp": "2026-11-21T07:53:47", "statusCode": self.status_code, "status": self.status_code.upper(),
                 "description": self.words, "location": {"address": {"countryCode": "ES", "addressLocality": "Getafe"}}}
        return {"id": number, "service": "express", "status": event, "events": [event],
                "estimatedTimeOfDelivery": "2026-11-23T00:00:00Z", "details": {"totalNumberOfPieces": 1}}


class UpsStandIn(FaultyShop):
    """OAuth 2 client credentials, then one package. `revoke()` makes the token that is out worthless."""

    number = "1Z023E2X0214323462"

    def __init__(self) -> None:
        super().__init__()
        self.tokens = 0
        self.status = {"type": "X", "code": "SR", "statusCode": "012", "description": "Clearance in Progress"}

    def changes(self, asked: Asked) -> bool:
        return False

    def revoke(self) -> None:
        self.tokens += 1

    def reply(self, asked: Asked) -> Reply:
        if asked.route == "/security/v1/oauth/token":
            return self._token(asked)
        if asked.headers.get("authorization") != f"Bearer token-{self.tokens}":
            return Reply({"response": {"errors": [{"code": "250002", "message": "Invalid Authentication Information."}]}}, 401)
        if unquote(asked.route.rpartition("/")[2]) != self.number or "transid" not in asked.headers:
            return Reply({"response": {"errors": [{"code": "TW0001", "message": "Tracking Information Not Found"}]}}, 404)
        number = OTHER if self.swapped else self.number
        return Reply({"trackResponse": {"shipment": [{"inquiryNumber": self.number, "package": [self._package(number)]}]}})

    def _token(self, asked: Asked) -> Reply:
        wanted = "Basic " + base64.b64encode(":".join(CLIENT).encode()).decode()
        if asked.headers.get("authorization") != wanted or asked.body != b"grant_type=client_credentials":
            return Reply({"response": {"errors": [{"code": "10401", "message": "ClientId is Invalid"}]}}, 401)
        self.tokens += 1
        return Reply({"token_type": "Bearer", "access_token": f"token-{self.tokens}", "expires_in": "14399"})

    def _package(self, number: str) -> dict[str, Any]:
        activity = {"date": "20261121", "time": "071356", "gmtDate": "20261121", "gmtTime": "061356", "status": self.status,
                    "location": {"address": {"city": "Barcelona", "countryCode": "ES"}}}
        return {"trackingNumber": number, "activity": [activity],
                "deliveryDate": [{"type": "SDD", "date": "20261124"}]}
