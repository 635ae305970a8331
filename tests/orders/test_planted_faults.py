"""The faults are worth what they refuse: each defect, planted into a good connector, turns a case red."""

from __future__ import annotations

import time
import uuid
from dataclasses import replace

import pytest

from orders import woocommerce_acts
from orders.acting import Action, Done, Preview
from orders.base import Order, Proof
from orders.errors import ConnectorError, Unsure
from orders.woocommerce import WooCommerce
from tests.orders.faults import CASES, GRACE_SECONDS, TIMEOUT_SECONDS, Faulty
from tests.orders.rigs import FAULTY


class Planted:
    """A good connector with one thing wrong when its shop fails."""

    name = "planted"
    local = False
    can_search = True
    red = ""  # the case that notices

    def __init__(self, good: WooCommerce) -> None:
        self.good = good
        self.actions = good.actions

    def find(self, reference: str, proof: Proof) -> Order | None:
        return self.good.find(reference, proof)

    def find_without_proof(self, reference: str) -> Order | None:
        return self.good.find_without_proof(reference)

    def orders_of(self, buyer: Proof) -> tuple[Order, ...]:
        return self.good.orders_of(buyer)

    def preview(self, action: Action) -> Preview:
        return self.good.preview(action)

    def act(self, action: Action) -> Done:
        return self.good.act(action)

    def close(self) -> None:
        self.good.close()


class CallsAFailureNotFound(Planted):
    red = "500-find"

    def find(self, reference: str, proof: Proof) -> Order | None:
        try:
            return super().find(reference, proof)
        except ConnectorError:
            return None


class CallsAFailureNobody(Planted):
    red = "500-email"

    def orders_of(self, buyer: Proof) -> tuple[Order, ...]:
        try:
            return super().orders_of(buyer)
        except ConnectorError:
            return ()


class CallsWhatPassesPermanent(Planted):
    red = "500-find"

    def find(self, reference: str, proof: Proof) -> Order | None:
        try:
            return super().find(reference, proof)
        except ConnectorError as error:
            raise ConnectorError(error.detail, permanent=True, code=error.code) from None


class CallsWhatStaysPassing(Planted):
    red = "html-email"

    def orders_of(self, buyer: Proof) -> tuple[Order, ...]:
        try:
            return super().orders_of(buyer)
        except ConnectorError as error:
            raise ConnectorError(error.detail, code=error.code) from None


class LetsItsOwnErrorsOut(Planted):
    red = "500-find"

    def find(self, reference: str, proof: Proof) -> Order | None:
        try:
            return super().find(reference, proof)
        except ConnectorError as error:
            raise ValueError(error.detail) from None


class TellsTheNumberInItsError(Planted):
    red = "error_tells_nothing_of_the_shops_answer"

    def find(self, reference: str, proof: Proof) -> Order | None:
        try:
            return super().find(reference, proof)
        except ConnectorError as error:
            raise ConnectorError(f"{error.detail} ({reference})", permanent=error.permanent, code=error.code) from None


class TakesItsTime(Planted):
    red = "slow-find"

    def find(self, reference: str, proof: Proof) -> Order | None:
        started = time.monotonic()
        try:
            return super().find(reference, proof)
        except ConnectorError as error:
            if error.code == "timeout":
                while time.monotonic() - started < TIMEOUT_SECONDS + GRACE_SECONDS:
                    pass
            raise


class GivesUpAtOnce(Planted):
    red = "is_asked_again-503-find"

    def find(self, reference: str, proof: Proof) -> Order | None:
        self.good._asker.terms = replace(self.good._asker.terms, retries=0)
        return super().find(reference, proof)


class TrustsTheFilter(Planted):
    red = "search_without_a_filter_shows_nobody_elses_orders"

    def orders_of(self, buyer: Proof) -> tuple[Order, ...]:
        with self.good._asker.look_up() as look_up:
            found = self.good._searched(look_up, buyer.email)
        numbers = [tree["number"] for tree in found if isinstance(tree, dict)]
        return tuple(order for number in numbers if (order := self.find_without_proof(number)))


class TrustsTheAnswer(Planted):
    red = "another_order_is_never_shown"

    def find_without_proof(self, reference: str) -> Order | None:
        with self.good._asker.look_up() as look_up:
            found = self.good._searched(look_up, reference)
        return Order(found[0]["number"], "shipped") if found else None


class TakesTheFirstOfTheList(Planted):
    red = "of_everybodys_orders_the_one_asked_for_is_told"

    def find_without_proof(self, reference: str) -> Order | None:
        with self.good._asker.look_up() as look_up:
            found = self.good._searched(look_up, reference)
        return Order(found[0]["number"], "shipped") if found else None


class TrustsTheEndOfATelephone(Planted):
    red = "telephone_that_ends_alike_is_another_buyers"

    def orders_of(self, buyer: Proof) -> tuple[Order, ...]:
        with self.good._asker.look_up() as look_up:
            found = self.good._searched(look_up, buyer.phone[-8:])
        return tuple(Order(tree["number"], "shipped") for tree in found if tree["billing"]["phone"][-8:] == buyer.phone[-8:])


class ChangesWhatItGets(Planted):
    red = "nothing_is_done_to_another_order-refund"

    def act(self, action: Action) -> Done:
        with self.good._asker.look_up() as look_up:
            tree = self.good._searched(look_up, action.reference)[0]
            return woocommerce_acts.do(woocommerce_acts.Deed(self.good._rest, look_up, tree, action, True))


class CallsUnsureDone(Planted):
    red = "failing_shop_is_never_called_done-500-refund"

    def act(self, action: Action) -> Done:
        try:
            return super().act(action)
        except Unsure:
            return Done()


class CallsUnsureFailed(Planted):
    red = "failing_shop_is_never_called_done-500-refund"

    def act(self, action: Action) -> Done:
        try:
            return super().act(action)
        except Unsure as error:
            raise ConnectorError(error.detail) from None


class CallsAFailureUnsure(Planted):
    red = "failing_shop_is_never_called_done-400-refund"

    def act(self, action: Action) -> Done:
        try:
            return super().act(action)
        except ConnectorError as error:
            raise Unsure(error.detail) from None


class TriesAChangeAgain(Planted):
    red = "change_is_asked_for_once-refund"

    def act(self, action: Action) -> Done:
        try:
            return super().act(action)
        except Unsure:
            return super().act(action)


class ForgetsTheKey(Planted):
    red = "same_key_changes_once-refund"

    def act(self, action: Action) -> Done:
        return super().act(replace(action, key=uuid.uuid4().hex))


class ActsWhenItPreviews(Planted):
    red = "preview_changes_nothing-cancel"

    def preview(self, action: Action) -> Preview:
        seen = super().preview(action)
        if not seen.refused:
            self.act(action)
        return seen


class PreviewsWhatIsNotThere(Planted):
    red = "preview_of_an_absent_order_says_so"

    def preview(self, action: Action) -> Preview:
        seen = super().preview(action)
        return Preview() if seen.refused == "absent" else seen


class CancelsWhatHasLeft(Planted):
    red = "what_has_left_is_not_cancelled"

    def preview(self, action: Action) -> Preview:
        seen = super().preview(action)
        return Preview() if seen.refused == "shipped" else seen


class GivesBackMoreThanWasPaid(Planted):
    red = "more_than_was_paid_is_not_given_back"

    def preview(self, action: Action) -> Preview:
        seen = super().preview(action)
        return Preview() if seen.refused == "too_much" else seen


DEFECTS = tuple(Planted.__subclasses__())


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.__name__)
def test_planted_defect_turns_a_case_red(defect: type[Planted]) -> None:
    assert not _kept(defect.red, defect)


@pytest.mark.parametrize("case", sorted({defect.red for defect in DEFECTS}))
def test_same_case_is_green_without_the_defect(case: str) -> None:
    assert _kept(case, Planted)


def _kept(case: str, defect: type[Planted]) -> bool:
    with FAULTY["woocommerce"](case) as rig:
        assert isinstance(rig.connector, WooCommerce)
        try:
            CASES[case](Faulty(defect(rig.connector), rig.shop))
        except (AssertionError, ConnectorError, ValueError):
            return False
        return True
