"""The application: everything is wired here and nowhere else. WSGI name: `app`. Asks the database for the live flows alone."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import click
import structlog
from flask import Flask, redirect, request
from werkzeug.wrappers import Response

import carriers.configuration
import channels
import clock
import config
import logs
import orders.configuration
from bot.commands import flows
from bot.flow.library import Library
from bot.understanding.commands import understand
from bot.understanding.read import warm_up
from carriers.parcels import Parcels
from channels import accounts, countries, web_push, webhooks
from channels.accounts import Accounts
from channels.commands import channels as channel_commands
from config import Settings
from console import here, safety
from console.blueprint import blueprint as console_blueprint
from console.desk_context import Desk
from console.flow_shop import FlowShop
from console.news_doors import NewsDesk
from console.order_desk import OrderDesk
from console.public_files import Public
from console.public_files import blueprint as files_blueprint
from conversation.events import Outgoing, Rendered
from conversation.files import Folder
from conversation.flow_files import FlowFiles
from conversation.work import Database, Wiring
from handoff import order_words, routing, search_index, sweep
from handoff.commands import agents, queues
from handoff.key_commands import api_keys
from incidents.commands import incidents
from incidents.rule_book import Rules
from operations import health
from operations.channel_status import ours_of, status
from operations.commands import COMMANDS
from orders.base import Connector, Proof
from orders.deeds import kept
from orders.on_request import Counter
from orders.service import find_for_desk, orders_of
from pipeline import (
    burial,
    case_watch,
    dead_letters,
    flow_sets,
    order_moves,
    outreach,
    publishing,
    returning,
    service_troubles,
    shop_hook,
    shop_posts,
    told_news,
)
from pipeline.abuse import Limits
from pipeline.answer import Bot
from pipeline.channel_pulse import Pulse
from pipeline.channel_watch import watch_of
from pipeline.commands import replay
from pipeline.duty import Duty
from pipeline.flow_commands import COMMANDS as FLOW_COMMANDS
from pipeline.flow_watch import FlowWatch
from pipeline.intake import Intake
from pipeline.lanes import Doorbell, listen_for_turns
from pipeline.late_parcels import LateParcels
from pipeline.live_flows import LOOK_SECONDS, LiveFlows, keep_looking, open_flows
from pipeline.mail import letters_post
from pipeline.notices import house_key
from pipeline.retelling_commands import record_talk, replay_talk
from pipeline.services import Services
from pipeline.turns import Writer
from pipeline.verdict_commands import disputed, precision

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Relevo:
    """Everything that was wired, for commands and pages: `app.extensions["relevo"]`."""

    settings: Settings
    database: Database
    flows: LiveFlows
    watch: FlowWatch | None
    accounts: Accounts
    connector: Connector
    intake: Intake
    writer: Writer
    pulse: Pulse
    doorbell: Doorbell
    files: FlowFiles
    rules: Rules

    @property
    def library(self) -> Library:
        """The flows that are live now."""
        return self.flows.library


def create_app(settings: Settings | None = None) -> Flask:
    """The Flask app of these settings. Raises BadSettings, FlowsRefused, BadAccounts, BadConfiguration."""
    given = settings or config.load()
    logs.configure(given.log_level, given.secret_values, given.secret_key)
    relevo = wire(given)
    made = Flask(__name__, static_folder=None)
    made.config.update(SECRET_KEY=given.secret_key or os.urandom(32), MAX_CONTENT_LENGTH=8 * 1024 * 1024)
    made.extensions["relevo"] = relevo
    doors = (lambda: relevo.accounts, webhooks.WebhookSettings(given.public_bases), relevo.pulse.submit)
    made.register_blueprint(webhooks.blueprint(*doors))
    made.wsgi_app = webhooks.short_cut(made.wsgi_app, *doors)  # type: ignore[method-assign]
    made.register_blueprint(shop_hook.blueprint(shop_gate_of(relevo)))
    made.register_blueprint(console_blueprint(desk_of(relevo)))
    made.register_blueprint(files_blueprint(public_of(relevo)))
    made.register_blueprint(health.blueprint(relevo))
    _add_front(made, relevo)
    _add_commands(made)
    if os.environ.get("RELEVO_PROCESS") == "web":
        relevo.writer.start()
        keep_looking(relevo.flows, relevo.database, relevo.watch, given.flows_watch or LOOK_SECONDS)
        if given.redis_url:
            listen_for_turns(given.redis_url, relevo.writer.wake)
        beside = (relevo.library.project.languages, relevo.library.order_patterns)
        threading.Thread(target=warm_up, args=beside, name="warm-up", daemon=True).start()
    return made


def _add_commands(made: Flask) -> None:
    channel_commands.add_command(status)
    for one in (replay_talk, record_talk, *FLOW_COMMANDS):
        flows.add_command(one)
    for one in (precision, disputed):
        understand.add_command(one)
    for command in (replay, flows, understand, agents, queues, api_keys, incidents, channel_commands, *COMMANDS):
        made.cli.add_command(command)


def wire(given: Settings) -> Relevo:
    """Settings in, a house that works out; beside the live flows nothing is asked for until it is used."""
    if given.mode == "lab":
        clock.follow(given.lab_clock)
    ours = accounts.read(given.accounts())
    connector = kept(orders.configuration.load(given.orders_path, config.environment(), clock.now), given.data_dir)
    writers: list[Writer] = []
    doorbell = Doorbell(given.redis_url, lambda: writers[0].wake())
    files = FlowFiles(given.flows_dir, given.public_bases[0] if given.public_bases else "")
    live: list[LiveFlows] = []
    database = Database(given.database_url, Wiring(
        doorbell.ring, render, lambda key, language, **values: live[0].text(key, language, **values), media=files.media,
        answers=lambda flow: bool(live) and returning.answers(live[0], flow), begin_flow=returning.begin_flow))
    watch = watch_of_flows(given, database)
    live.append(open_flows(database, given.flows_dir, watch))
    order_moves.watch(connector, database)
    bot = bot_of(given, live[0], connector, ours)
    intake = Intake(bot)
    writer = Writer(database, intake, given.sweep_seconds)
    writers.append(writer)
    pulse = Pulse(database, writer.submit)
    writer.every_sweep(pulse.flush)
    relevo = Relevo(given, database, live[0], watch if given.flows_watch else None, ours, connector, intake, writer, pulse,
                    doorbell, files, Rules(given.claims_path))
    writer.every_sweep(lambda: sweep.catch_up(database).is_behind)
    writer.every_sweep(lambda: _tend(relevo))
    return relevo


def shop_gate_of(relevo: Relevo) -> shop_hook.Gate:
    """Who may tell news of orders, and where they are kept."""
    given = relevo.settings
    shelf = shop_posts.Shelf(relevo.database, outreach.Rules(given.flows_dir))
    return shop_hook.Gate(relevo.connector, given.shop_webhook_secret, clock.now, shelf.keep)


def bot_of(given: Settings, flows: LiveFlows, connector: Connector, ours: Accounts) -> Bot:
    """What turns need: the flows that are live at the time, the shop, the desk, and whom we answer."""
    services = Services(connector, given.secret_key, lambda: clock.now().date(), Rules(given.claims_path),
                        parcels=parcels_of(given), identity=lambda: flows.library.identity)
    served = sms_countries(given.sms_countries, ours, flows.library.project.country)
    return Bot(flows, services, Duty().open_queues, Limits(given.contact_rate, served), flows.for_state)


def parcels_of(given: Settings) -> Parcels:
    """What the shop has set up about parcels: words, carriers to ask, when one is late. Raises BadConfiguration."""
    return Parcels(carriers.configuration.load(given.flows_dir, config.environment()))


def watch_of_flows(given: Settings, database: Database) -> FlowWatch | None:
    """The watch over the folder, in a web process; commands and workers leave it alone."""
    if os.environ.get("RELEVO_PROCESS") != "web":
        return None
    return FlowWatch(database, given.flows_dir, writes=given.flows_write)


def sms_countries(wanted: str, ours: Accounts, shop: str) -> frozenset[str]:
    """Whose SMS are answered; empty: everybody's. Raises BadSettings."""
    named = frozenset(code.upper() for code in config.listed(wanted))
    wrong = sorted(code for code in named - {"*"} if not countries.is_country(code))
    if wrong:
        raise config.BadSettings(f"SMS_COUNTRIES: {wrong[0]} is no country; write ISO codes like ES,PT,FR, or * for all.")
    if "*" in named:
        return frozenset()
    numbers = (one for account in ours.twilio.values() for one in account.senders.get("twilio-sms", ()))
    return named or countries.countries_of(numbers) | {shop.upper()}


def _catch_up(relevo: Relevo) -> int:
    """All that time does, for whoever moved the clock; how much changed."""
    seen = case_watch.Photos(relevo.database, Folder(relevo.settings.media_path), relevo.rules).look()
    seen += case_watch.ask_again(relevo.database, relevo.rules, partial(_order_now, relevo.connector))
    return seen + sweep.catch_up(relevo.database).changed + _tend(relevo)


def _order_now(connector: Connector, reference: str) -> Mapping[str, Any] | None:
    return find_for_desk(connector, reference, clock.now().date())


def _tend(relevo: Relevo) -> int:
    """What is done by itself as time passes, beside the clocks; how much changed."""
    return _tend_desk(relevo.database) + order_words.tick(relevo.database) + case_watch.tend(
        relevo.database, relevo.library.project.time_zone, relevo.rules)


def _tend_desk(database: Database) -> int:
    """Who gets what waits, and what can be found; how much changed."""
    with database.work() as work:  # apart, so that a conversation that somebody works on holds nothing up
        changed = routing.tick(work)
    with database.work() as work:
        return changed + search_index.tick(work)


def render(kind: str, outgoing: Outgoing) -> Rendered:
    """This message in the shape that a channel kind can show."""
    return channels.adapter(kind).render(outgoing)


def desk_of(relevo: Relevo) -> Desk:
    """What the console needs of the house."""
    given = relevo.settings

    def rerun(dead_letter_id: str, agent_id: str) -> None:
        with relevo.database.work() as work:
            burial.rerun(work, relevo.intake, dead_letter_id, agent_id)

    def dismiss(dead_letter_id: str, agent_id: str) -> None:
        with relevo.database.work() as work:
            dead_letters.dismiss(work, dead_letter_id, agent_id)

    parcels = parcels_of(given)

    def find_order(reference: str) -> Mapping[str, Any] | None:
        today = clock.now().date()
        facts = find_for_desk(relevo.connector, reference, today)
        return facts and parcels.told(facts, here.texts().language, today)

    return Desk(
        database=relevo.database, find_order=find_order,
        window=lambda kind: channels.adapter(kind).window, templates=lambda: relevo.library.templates, channels=tuple(ours_of(place) for place in watch_of(given, relevo.database).places),
        flows=flow_shop_of(relevo), news=news_desk_of(relevo),
        redis_url=given.redis_url, mode=given.mode,
        trusted_proxies=given.trusted_proxies,
        public_hosts=frozenset(urlsplit(base).netloc for base in given.public_bases),
        secure_cookies=any(base.startswith("https:") for base in given.public_bases), rerun=rerun, dismiss=dismiss,
        failing_services=service_troubles.failing, alert_to=tuple(config.listed(given.alert_email)),
        undo_seconds=given.undo_seconds, api_rate=given.api_rate, max_streams=given.web_threads * 2 // 3, media_dir=given.media_path, media_max_bytes=given.media_max_bytes,
        media_days=given.media_keep_days, rules=relevo.rules, orders=order_desk_of(relevo, parcels), shop=lambda: relevo.library.project.shop,
        shop_zone=lambda: relevo.library.project.time_zone,
        public_base=given.public_bases[0] if given.public_bases else "",
        mails=letters_post(given) is not None or given.mode == "lab", push_key=push_key_of(given.secret_key))


def order_desk_of(relevo: Relevo, parcels: Parcels) -> OrderDesk:
    """What the order panel shows of the shop, and what it can have done there."""
    shop = relevo.connector

    def today() -> date:
        return clock.now().date()

    return OrderDesk(Counter(shop, today, parcels.told), lambda phone: orders_of(shop, Proof(phone=phone), today()))


def news_desk_of(relevo: Relevo) -> NewsDesk:
    """What the page of news needs: the policy, whose order a number is, the calendar of the shop."""
    return NewsDesk(outreach.Rules(relevo.settings.flows_dir), partial(told_news.buyer_of, relevo.connector, clock.now),
                    relevo.library.project.time_zone, relevo.connector.local)


def push_key_of(secret_key: str) -> str:
    """What browsers are told when they subscribe to notices; empty where there is no key to be known by."""
    key = house_key(secret_key)
    return web_push.public_of(key) if key else ""


def flow_shop_of(relevo: Relevo) -> FlowShop:
    """What the pages of the flows show and change."""
    return FlowShop(
        live=publishing.live, history=publishing.history, fetch=publishing.fetch, publish=publishing.publish,
        roll_back=publishing.roll_back, standings=publishing.standings,
        status=lambda work: flow_sets.folder_status(work.connection), library=relevo.flows,
        prepare=publishing.checked)


def public_of(relevo: Relevo) -> Public:
    """What providers may fetch, and who asks."""

    def source() -> str:
        forwarded = request.headers.get("X-Forwarded-For", "")
        return safety.source(request.remote_addr, forwarded, relevo.settings.trusted_proxies)

    return Public(relevo.database, relevo.settings.media_path, relevo.files.find, source)


def _add_front(made: Flask, relevo: Relevo) -> None:
    """What stands at `/`: the demo where this is one, the desk elsewhere."""
    if relevo.settings.mode == "lab":
        from lab import wiring as lab

        news = outreach.outreach_of(relevo.settings, relevo.database, relevo.connector, lambda: relevo.library.project)
        late = LateParcels(news, parcels_of(relevo.settings))
        gate = shop_gate_of(relevo)
        lab.add_to(made, relevo, lab.Ropes(
            lambda: _catch_up(relevo) + late.look() + news.tick(), relevo.writer.wake, relevo.doorbell.ring,
            lambda body: gate.keep("lab", shop_hook.read(gate.connector, body, clock.now()))))
    if relevo.settings.mode == "demo":
        from demo.wiring import add_to  # only a demo needs the demo

        add_to(made, relevo.settings, relevo.database)
    else:
        made.add_url_rule("/", "front", _to_desk)


def _to_desk() -> Response:
    return redirect("/console/conversations")


def main() -> None:
    """`python app.py`: the same as ./run."""
    click.echo("Start Relevo with ./run", err=True)


def __getattr__(name: str) -> Flask:
    """`app:app` for WSGI servers; made when it is asked for, so that importing this module costs nothing."""
    if name != "app":
        raise AttributeError(name)
    try:
        made = globals()["app"] = create_app()
    except Exception as error:  # a linter that needs flows without mistakes would be of little use
        if os.environ.get("FLASK_RUN_FROM_CLI") != "true" or not logs.is_ours(error):
            raise
        made = _commands_alone(f"relevo: {error}")
    return made


class _Unmade(dict[str, object]):
    """Stands for everything that could not be wired; whoever asks for it hears why."""

    def __init__(self, why: str) -> None:
        super().__init__()
        self.why = why

    def __missing__(self, key: str) -> object:
        raise click.ClickException(self.why)


def _commands_alone(why: str) -> Flask:
    """The command line of a house that cannot be made: commands that look at files work all the same."""
    made = Flask(__name__, static_folder=None)
    made.extensions = _Unmade(why)
    _add_commands(made)
    return made


if __name__ == "__main__":
    main()
