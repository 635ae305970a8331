"""What is asked of Shopify's Admin GraphQL, version 2026-10.

Fields and arguments: https://shopify.dev/docs/api/admin-graphql/latest (objects Order, Fulfillment, FulfillmentEvent,
FulfillmentOrder, Customer, SuggestedRefund; queries orders, customerByIdentifier; mutations orderCancel, refundCreate,
orderUpdate, discountCodeBasicCreate), read on 2026-11-22. A question may cost at most 1,000 points
(https://shopify.dev/docs/api/usage/limits): that is why lists are short and the rest of an order comes in pages.
"""

from __future__ import annotations

# The first page of one order, the pages after it, and orders in a list.
LINES, MORE_LINES, LISTED_LINES = 20, 100, 10
SCANS, MORE_SCANS, LISTED_SCANS = 10, 50, 5
PARCELS, LISTED_PARCELS = 10, 3

# What an app may only ask with a permission of its own (read_merchant_managed_fulfillment_orders): it can do without.
PLANS = "fulfillmentOrders(first: 5) { nodes { fulfillBy deliveryMethod { maxDeliveryDateTime } } }"
_PAGE = "pageInfo { hasNextPage endCursor }"
_LINE = "nodes { name currentQuantity originalUnitPriceSet { shopMoney { amount } } }"
_SCAN = "nodes { id status message happenedAt createdAt estimatedDeliveryAt address1 city }"


def _order(lines: int, parcels: int, scans: int) -> str:
    return f"""
  id name email phone createdAt updatedAt cancelledAt customerLocale displayFulfillmentStatus displayFinancialStatus
  totalPriceSet {{ shopMoney {{ amount currencyCode }} }}
  customer {{ displayName defaultPhoneNumber {{ phoneNumber }} }}
  shippingAddress {{ name phone zip countryCodeV2 }}
  lineItems(first: {lines}) {{ {_LINE} {_PAGE} }}
  fulfillments(first: {parcels}) {{
    id status displayStatus createdAt deliveredAt estimatedDeliveryAt
    trackingInfo(first: 3) {{ company number url }}
    events(first: {scans}, reverse: true) {{ {_SCAN} {_PAGE} }}
  }}
  {PLANS}
"""


_WHOLE = _order(LINES, PARCELS, SCANS)
_LISTED = _order(LISTED_LINES, LISTED_PARCELS, LISTED_SCANS)

BY_NAME = f"""query OrderByName($query: String!, $after: String) {{
  orders(first: 2, query: $query, after: $after) {{ nodes {{ {_WHOLE} }} {_PAGE} }}
}}"""
BY_ID = f"query OrderById($id: ID!) {{ order(id: $id) {{ {_WHOLE} }} }}"
MORE_OF_LINES = f"""query MoreLines($id: ID!, $after: String) {{
  order(id: $id) {{ id lineItems(first: {MORE_LINES}, after: $after) {{ {_LINE} {_PAGE} }} }}
}}"""
MORE_OF_SCANS = f"""query MoreScans($id: ID!, $after: String) {{
  fulfillment(id: $id) {{ id events(first: {MORE_SCANS}, after: $after, reverse: true) {{ {_SCAN} {_PAGE} }} }}
}}"""
BY_EMAIL = f"""query OrdersByEmail($query: String!) {{
  orders(first: 10, query: $query, sortKey: CREATED_AT, reverse: true) {{ nodes {{ {_LISTED} }} }}
}}"""
BY_PHONE = f"""query OrdersByPhone($phone: String!) {{
  customerByIdentifier(identifier: {{phoneNumber: $phone}}) {{
    id orders(first: 10, sortKey: CREATED_AT, reverse: true) {{ nodes {{ {_LISTED} }} }}
  }}
}}"""
NEWEST = "query NewestChange { orders(first: 1, sortKey: UPDATED_AT, reverse: true) { nodes { id updatedAt } } }"
CHANGED = f"""query Changed($query: String!, $after: String) {{
  orders(first: 10, query: $query, sortKey: UPDATED_AT, after: $after) {{ nodes {{ {_LISTED} }} {_PAGE} }}
}}"""

ALLOWED = "query Allowed { currentAppInstallation { accessScopes { handle } } }"

BEFORE_A_CHANGE = """query BeforeAChange($query: String!) {
  orders(first: 2, query: $query) { nodes {
    id name createdAt cancelledAt currencyCode presentmentCurrencyCode displayFinancialStatus
    totalPriceSet { shopMoney { amount currencyCode } }
    shippingAddress { name address1 address2 zip city countryCodeV2 phone }
    fulfillments(first: 10) { id status displayStatus }
    refunds(first: 50) { id note }
    suggestedRefund(suggestFullRefund: true) {
      maximumRefundableSet { shopMoney { amount currencyCode } }
      suggestedTransactions { gateway parentTransaction { id } maximumRefundableSet { shopMoney { amount } } }
    }
  } }
}"""
CANCEL = """mutation Cancel($orderId: ID!, $staffNote: String) {
  orderCancel(orderId: $orderId, reason: CUSTOMER, restock: true, notifyCustomer: false, staffNote: $staffNote,
              refundMethod: {originalPaymentMethodsRefund: true}) {
    job { id done }
    orderCancelUserErrors { code field message }
  }
}"""
JOB = "query CancelJob($job: ID!, $order: ID!) { job(id: $job) { id done } order(id: $order) { id cancelledAt } }"
REFUND = """mutation Refund($input: RefundInput!, $key: String!) {
  refundCreate(input: $input) @idempotent(key: $key) { refund { id } userErrors { field message } }
}"""
READDRESS = """mutation Readdress($input: OrderInput!) {
  orderUpdate(input: $input) { order { id } userErrors { field message } }
}"""
COUPON_OF_CODE = """query CouponOfCode($code: String!) {
  codeDiscountNodeByCode(code: $code) { id codeDiscount { ... on DiscountCodeBasic { endsAt } } }
}"""
COUPON = """mutation Coupon($discount: DiscountCodeBasicInput!) {
  discountCodeBasicCreate(basicCodeDiscount: $discount) {
    codeDiscountNode { id }
    userErrors { code field message }
  }
}"""
SUBSCRIBE = """mutation Subscribe($topic: WebhookSubscriptionTopic!, $address: String!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: {uri: $address, format: JSON}) {
    webhookSubscription { id }
    userErrors { field message }
  }
}"""
