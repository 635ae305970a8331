"""The demo: a phone that plays a customer, the stand-in for Twilio behind it, a desk with people. MODE=demo only."""
