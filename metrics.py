"""Every counter and timing of Relevo, in one list. `/metrics` shows them; nobody else creates one."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram, generate_latest

LATENCY_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

webhooks = Counter("relevo_webhooks", "Webhook requests by provider and answer.", ["provider", "status"])
events = Counter("relevo_events", "Events read from webhooks.", ["channel", "kind"])
ignored = Counter("relevo_ignored", "Parts of webhooks that are not for us or could not be read.", ["provider", "reason"])
turns = Counter("relevo_turns", "Turns of the bot by how they ended.", ["outcome"])
batch_size = Histogram("relevo_batch_turns", "Turns that shared one commit.", buckets=(1, 2, 4, 8, 16, 32, 64))
batch_seconds = Histogram("relevo_batch_seconds", "Time of one group commit, from its first statement.", buckets=LATENCY_SECONDS)
handoffs = Counter("relevo_handoffs", "Tickets opened, by queue and reason.", ["queue", "reason"])
claims = Counter("relevo_claims", "Claims by how they ended.", ["outcome"])
unanswered = Counter("relevo_unanswered", "Messages kept and not answered: blocked, country, flood, loop.", ["why"])
echoes = Counter("relevo_echoes", "Copies of what went out as us: ours, or written by a person elsewhere.", ["whose"])
found = Counter("relevo_found", "Events that no webhook brought: messages and reports found in a provider's list.", ["what"])
poll_age = Gauge("relevo_poll_age_seconds", "How long ago the oldest list of a provider was read to its end.")
lookups = Counter("relevo_lookups", "Calls of services, by service and how they ended.", ["service", "outcome"])
proofs_refused = Counter("relevo_proofs_refused", "Questions about orders beyond the limits on guessing, by which.", ["limit"])
shop_calls = Counter("relevo_shop_calls", "Requests to the shop, by connector and how they ended.", ["connector", "outcome"])
shop_cost = Counter("relevo_shop_cost", "What the shop says our requests cost it, in its own unit.", ["connector"])
shop_kept = Counter("relevo_shop_kept", "Questions about orders answered from what the shop said before: fresh or stale.", ["connector", "age"])
shop_cost_saved = Counter("relevo_shop_cost_saved", "What these questions would have cost, in the shop's own unit.", ["connector"])
carrier_calls = Counter("relevo_carrier_calls", "Requests to carriers, by tracker and how they ended.", ["tracker", "outcome"])
carrier_kept = Counter("relevo_carrier_kept", "Questions about parcels answered from what was known: fresh, stale.", ["age"])
dead_letters = Counter("relevo_dead_letters", "Work given up and kept for a person.", ["kind"])
alarms = Counter("relevo_alarms", "Trouble raised for a person to see.", ["what", "level"])
open_alarms = Gauge("relevo_open_alarms", "Alarms that are not over, by level.", ["level"])
unmailed_alarms = Gauge("relevo_unmailed_alarms", "Open alarms that nobody was written to about.")
channel_state = Gauge("relevo_channel_state", "0 well, 1 unknown, 2 warning, 3 bad.", ["kind", "account"])
channel_silent_seconds = Gauge("relevo_channel_silent_seconds", "Time since somebody last wrote.", ["kind", "account"])
unknown_codes = Counter("relevo_unknown_codes", "Refusals with a code that no table of errors knows.", ["provider", "code"])
unknown_parts = Counter("relevo_unknown_parts", "Parts whose outcome was unknown, by how they were settled: listed, absent, reported, left.", ["provider", "settled"])
doubts = Gauge("relevo_unknown_parts_open", "Parts whose outcome is unknown now.", ["provider"])
channel_paused = Gauge("relevo_channel_paused", "1 while nothing is sent on a channel: provider away (breaker) or set-up broken (config).", ["kind", "account", "why"])
attention = Counter("relevo_attention", "Signs of reading and typing while a look-up took its time.", ["kind", "outcome"])
flow_swaps = Counter("relevo_flow_swaps", "Times that this process took other flows.")
flow_fetches = Counter("relevo_flow_fetches", "Turns that first had to fetch the flow they stand in from the database.")
waiting = Gauge("relevo_waiting_rows", "Rows that wait, by table.", ["table"])
oldest_seconds = Gauge("relevo_oldest_waiting_seconds", "Age of the oldest row that waits, by table.", ["table"])
sent = Gauge("relevo_outbox_parts", "Outbound parts by state.", ["state"])
files = Gauge("relevo_files", "Files of messages by what became of them.", ["state", "why"])
file_bytes = Gauge("relevo_file_bytes", "Bytes of the files of messages that are kept.")
streams = Gauge("relevo_live_streams", "Open live pages.")


def text() -> bytes:
    """The page `/metrics`, in Prometheus' text format."""
    return generate_latest()
