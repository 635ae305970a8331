"""News that nobody asked for: what a shop or a carrier tells about an order, told to its buyer before she asks.

Whether, when and to whom is decided here; what is said is a flow's. Consent, opt-out and window are checked again in the
transaction that sends.
"""
