"""The demo: a phone that plays a customer, the stand-in for Twilio behind it, and a desk with people in it. MODE=demo only."""
