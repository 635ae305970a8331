"""A good flow, and what ops people get wrong in it: what stands there, what they type, and what they are told.

`▮` marks the letter that the finding points at.
"""

from __future__ import annotations

from dataclasses import dataclass

PROJECT = """\
shop: Casa Lumbre
country: ES
currency: EUR
time_zone: Europe/Madrid
languages: [es, en, pt]
order_numbers: [AA-99999]
queues: [shipping, returns, general]
default_queue: general
fallback: other
retries: 2
"""
SERVICES = """\
orders.find:
  kind: read
  timeout: 8s
  inputs: {ref: order_number, phone: phone, email: email}
  required: [ref]
  outputs: {status: text, carrier: text, total: money, eta: date, days_late: integer}
  fake:
    - with: {ref: AB-12345}
      gives: {status: shipped, total: "59.90", eta: 2026-11-24, days_late: "0"}
    - gives: not_found
cases.open:
  kind: write
  inputs: {ref: order_number, what: text}
  outputs: {code: text}
"""
TEXTS = """\
bye: {es: "¡Hasta pronto!", en: "See you soon!", pt: "Até logo!"}
"""
OTHER = """\
flow: other
start: {words: {es: [otra cosa]}}
steps:
  - say: {es: "Te paso con alguien.", en: "I'm passing you on.", pt: "Vou chamar alguém."}
  - handoff: general
    reason: other
"""
GOOD = """\
flow: main
title: Un problema con un pedido
language: 1
queue: returns
start:
  words:
    es: [llegó roto, problema con mi pedido]
    en: [it came broken]
    pt: [chegou quebrado]
data:
  order_ref: order_number
  email: email
  order: record
  problem: text
  sure: yes_no
  visits: number
  case: record
steps:
  - say: {es: "Vamos a verlo.", en: "Let's see.", pt: "Vamos ver."}
  - ask:
      es: ¿Qué pedido es?
      en: Which order is it?
      pt: Qual é o pedido?
    save: order_ref
    retries: 2
    invalid: {es: "Eso no parece un pedido.", en: "That is no order.", pt: "Isso não é um pedido."}
    no_reply:
      after: 15m
      remind: {es: "¿Sigues ahí?", en: "Still there?", pt: "Ainda está aí?"}
      then:
        - end: no_reply
    after_retries:
      - handoff: general
        reason: no_order
        priority: high
        summary: "No encuentra su pedido"
  - lookup: orders.find
    with: {ref: order_ref, phone: contact.phone}
    save: order
    not_found:
      - goto: other_way
    failed:
      - handoff: general
        reason: system_down
  - if: order.total > 200 and order.status == "shipped"
    then:
      - tag: [valuable]
    else:
      - note: "Pedido {order_ref}"
  - switch: order.status
    cases:
      shipped:
        - say:
            es: "Va con {order.carrier} y llega el {order.eta | date}: {order.total | money}."
            en: "It goes with {order.carrier} and comes on {order.eta | date}: {order.total | money}."
            pt: "Vai com {order.carrier} e chega em {order.eta | date}: {order.total | money}."
    else:
      - say: {use: bye}
  - menu: {es: "¿Qué ha pasado?", en: "What happened?", pt: "O que houve?"}
    save: problem
    options:
      damaged:
        text: {es: "Llegó roto", en: "It's broken", pt: "Chegou quebrado"}
        words: {es: [roto, dañado], en: [damaged], pt: [danificado]}
      missing:
        text: {es: "Falta algo", en: "Something missing", pt: "Falta algo mesmo"}
        words: {es: [falta], en: [missing], pt: [faltou]}
    after_retries: other_way
  - if: problem == "damaged"
    then:
      - set: {visits: (visits or 0) + 1}
  - do: cases.open
    with: {ref: order_ref, what: problem}
    save: case
    failed:
      - handoff: returns
        reason: case_failed
    unsure:
      - handoff: returns
        reason: case_unsure
  - end: resolved
  - id: other_way
    handoff: returns
    reason: asked
"""


@dataclass(frozen=True, slots=True)
class Mistake:
    """`what` is the sentence for the reader of the test; `good` stands once in `file`, `bad` is typed in its place.

    `also` are the codes of what is wrong besides.
    """

    what: str
    good: str
    bad: str
    code: str
    mend: str
    file: str = "main.yaml"
    also: tuple[str, ...] = ()


def files() -> dict[str, str]:
    return {
        "_project.yaml": PROJECT, "_services.yaml": SERVICES, "_texts.yaml": TEXTS, "main.yaml": GOOD, "other.yaml": OTHER,
    }  # fmt: skip


def planted(mistake: Mistake) -> tuple[dict[str, str], int, int]:
    """The files with the mistake in them, and the line and column it stands at."""
    whole = files()
    source = whole[mistake.file]
    assert source.count(mistake.good) == 1, f"“{mistake.good}” stands {source.count(mistake.good)} times"
    marked = source.replace(mistake.good, mistake.bad)
    before = marked[: marked.index("▮")]
    whole[mistake.file] = marked.replace("▮", "", 1)
    return whole, before.count("\n") + 1, len(before) - before.rfind("\n")


SAY = '  - say: {es: "Vamos a verlo.", en: "Let\'s see.", pt: "Vamos ver."}\n'
SUMMARY = '        summary: "No encuentra su pedido"\n'
COND = 'order.total > 200 and order.status == "shipped"'
YAML = (
    Mistake("an option one space too far left", "    save: order_ref\n", "   ▮save: order_ref\n", "Y13", "alinéala"),
    Mistake("an option one space too far right", "    retries: 2\n    inv", "     ▮retries: 2\n    inv", "Y13", "alinéala"),
    Mistake("a step one space too far right", "  - end: resolved\n", "   ▮- end: resolved\n", "Y13", "alinéala"),
    Mistake("a step one space too far left", "  - end: resolved\n", " ▮- end: resolved\n", "Y13", "alinéala"),
    Mistake("a key of the head that is indented", "title: Un", "  ▮title: Un", "Y13", "alinéala"),
    Mistake("a language that is indented deeper", "      en: Which", "        ▮en: Which", "Y13", "alinéala"),
    Mistake("a tab", "    save: order_ref\n", "▮\tsave: order_ref\n", "Y01", "espacios"),
    Mistake("a hard space in the indentation", "    save: order_ref\n", "  ▮\u00a0 save: order_ref\n", "Y02", "espacio normal"),
    Mistake("a hard space after the colon", "      en: Which", "      en:▮\u00a0Which", "Y02", "espacio normal"),
    Mistake("a quote that is not closed", SUMMARY, '        summary: ▮"No encuentra su pedido\n', "Y03", "comillas rectas"),
    Mistake("a quote that is not closed in a text", '{es: "Vamos a verlo.", en', '{es: ▮"Vamos a verlo., en', "Y03", "comillas rectas"),
    Mistake("a text with a star", "es: ¿Qué pedido es?", "es: ▮*Importante* ¿qué pedido?", "Y04", "*Importante*"),
    Mistake("a text with an ampersand", "en: Which order is it?", "en: ▮& which order?", "Y04", "*Importante*"),
    Mistake("a text with a brace", "es: ¿Qué pedido es?", "es: ▮{contact.name}, ¿qué pedido?", "Y05", "{nombre}", also=("T04",)),
    Mistake("a text with a square bracket", "es: ¿Qué pedido es?", "es: ▮[Aviso] ¿Qué pedido?", "Y05", "{nombre}"),
    Mistake("a text that is one placeholder", "es: ¿Qué pedido es?", "es: ▮{order_ref}", "Y05", "{nombre}"),
    Mistake("a text with an at sign", "es: ¿Qué pedido es?", "es: ▮@casa: hola", "Y06", '"@…"'),
    Mistake("a text with a percent sign", "es: ¿Qué pedido es?", "es: ▮%50 hoy", "Y06", '"%…"'),
    Mistake("a text with a backtick", "es: ¿Qué pedido es?", "es: ▮`hola`", "Y06", '"`…"'),
    Mistake("a text with a greater-than sign", "es: ¿Qué pedido es?", "es: ▮> 30 euros", "Y06", '">…"'),
    Mistake("a text with a bar", "es: ¿Qué pedido es?", "es: ▮|hola|", "Y06", '"|…"'),
    Mistake("a text with a dash", "es: ¿Qué pedido es?", "es: ▮- ¿Qué pedido?", "Y07", "comillas"),
    Mistake("a colon in a plain text", "es: ¿Qué pedido es?", "es: Una pregunta▮: ¿qué pedido?", "Y08", '"Una pregunta: ¿qué pedido?"'),
    Mistake("a colon in a second text", "en: Which order is it?", "en: Now▮: which order?", "Y08", "comillas"),
    Mistake("no space after the colon of a language", "es: ¿Qué pedido es?", "es▮:¿Qué pedido es?", "Y09", "escribe"),
    Mistake("no space after the colon of a language in braces", '{es: "Vamos a verlo.", en', '{es▮:"Vamos a verlo.", en', "Y09", 'es: "Vamos a verlo."'),
    Mistake("no space after the colon of an option", "    save: order_ref\n", "    save▮:order_ref\n", "Y09", "escribe"),
    Mistake("no space after the colon of a verb", "  - end: resolved\n", "  - end▮:resolved\n", "Y09", "escribe"),
    Mistake("a text with an exclamation mark", "es: ¿Qué pedido es?", "es: ▮!Hola", "Y10", '"!Hola"'),
    Mistake("a text cut at a hash", "es: ¿Qué pedido es?", "es: Tu pedido ▮#1023 va en camino", "Y11", "Tu pedido #1023 va en camino"),
    Mistake("a text that begins with a hash", "es: ¿Qué pedido es?", "es: ▮#1 en ventas", "Y11", "#1 en ventas"),
    Mistake("a phrase with a hash in a list", "en: [it came broken]", "en: [order ▮#1, it came broken]", "Y11", "order #1"),
    Mistake("the same key twice", "    retries: 2\n    inv", "    retries: 2\n    ▮retries: 3\n    inv", "Y12", "borra"),
    Mistake("the same language twice", "      en: Which order is it?\n", "      en: Which order is it?\n      ▮en: Which one?\n", "Y12", "borra"),
    Mistake("an anchor", "    no_reply:\n", "    no_reply: ▮&espera\n", "Y14", "_texts.yaml"),
    Mistake("an alias", "    after_retries: other_way", "    after_retries: ▮*salida", "Y04", "*Importante*"),
    Mistake("a merge key", "    retries: 2\n    inv", "    ▮<<: {retries: 2}\n    inv", "Y15", "una por una"),
    Mistake("a second document", "  - end: resolved\n", "  - end: resolved\n▮---\nflow: again\n", "Y16", "otro archivo"),
    Mistake("a text in braces without quotes", '{es: "Vamos a verlo.", en', "{es: ▮Vamos a verlo, en", "Y18", 'es: "Vamos a verlo"'),
    Mistake("a colon in braces without quotes", '{es: "Vamos a verlo.", en', "{es: ▮Vamos: a verlo, en", "Y18", 'es: "Vamos: a verlo"'),
    Mistake("a NUL", "es: ¿Qué pedido es?", "es: ¿Qué pedido▮\0 es?", "Y20", "bórralo"),
    Mistake("an invisible space in a key", "    retries: 2\n    inv", "    retries▮\u200b: 2\n    inv", "Y20", "bórralo"),
    Mistake("a verb without its colon", "  - end: resolved\n", "  - end▮ resolved\n", "Y21", "end: resolved"),
    Mistake("a verb before braces without its colon", SAY, SAY.replace("say:", "say▮"), "Y21", "say: {es"),
    Mistake("an option without its colon", "    save: order_ref\n", "    save▮ order_ref\n", "Y21", "save: order_ref"),
    Mistake("a verb with languages without its colon", "  - ask:\n", "  - ask▮\n", "Y21", "ask:"),
    Mistake("a key of the head without its colon", "title: Un", "title▮ Un", "Y21", "title: Un"),
    Mistake("quotes in quotes", SUMMARY, '        summary: "No tiene "▮su" pedido"\n', "Y22", "simples"),
    Mistake("an apostrophe in single quotes", SUMMARY, "        summary: 'It'▮s not there'\n", "Y22", "simples"),
    Mistake("quotes in quotes in braces", '"Vamos a verlo."', '"Di "▮agente" si quieres."', "Y22", "simples"),
    Mistake("a step without its dash", "  - end: resolved\n", "  ▮end: resolved\n", "Y23", "- end"),
    Mistake("a step with options without its dash", "  - lookup: orders.find\n", "  ▮lookup: orders.find\n", "Y23", "- lookup"),
    Mistake("curly quotes in braces", '{es: "Vamos a verlo.", en', "{es: ▮“Vamos a verlo.”, en", "Y24", "rectas"),
    Mistake("curly quotes around a colon", "es: ¿Qué pedido es?", "es: ▮“Una pregunta: ¿qué pedido?”", "Y24", "rectas"),
    Mistake("a comma missing in braces", '"Vamos a verlo.", en', '"Vamos a verlo." ▮en', "Y25", "coma"),
    Mistake("braces that are not closed", SAY, SAY.replace("{es", "▮{es").replace("}", ""), "Y25", "}"),
    Mistake("a bracket that is not closed", "pt: [chegou quebrado]\n", "pt: ▮[chegou quebrado\n", "Y25", "]"),
    Mistake("a bracket too many", "pt: [chegou quebrado]\n", "pt: [chegou quebrado]▮]\n", "Y25", "]"),
    Mistake("a bracket of the other kind", "en: [damaged]", "en: [damaged▮}", "Y25", "]"),
    Mistake("no space after a dash", "  - end: resolved\n", "  ▮-end: resolved\n", "Y26", "- end: resolved"),
    Mistake("a colon without its word", "      en: Which order is it?\n", "      ▮: Which order is it?\n", "Y27", "clave"),
    Mistake("a backslash in double quotes", SUMMARY, '        summary: "C:▮\\pedidos"\n', "Y28", "simples"),
)
SHAPE = (
    Mistake("a verb with a slip", "  - end: resolved\n", "  - ▮edn: resolved\n", "S03", "“end”"),
    Mistake("a verb in Spanish", SAY, SAY.replace("say", "▮decir"), "S03", "“say”"),
    Mistake("a verb in Portuguese", "  - ask:\n", "  - ▮perguntar:\n", "S03", "“ask”"),
    Mistake("a verb in capitals", "  - end: resolved\n", "  - ▮END: resolved\n", "S03", "“end”"),
    Mistake("a step that is a word", "  - end: resolved\n", "  - ▮hola\n  - end: resolved\n", "S03", "say"),
    Mistake("an empty step", "  - end: resolved\n", "  - ▮\n  - end: resolved\n".replace("▮\n", "\n").replace("  - \n", "  -▮\n"), "S03", "say"),
    Mistake("two verbs in one step", "  - end: resolved\n", '    ▮note: "x"\n  - end: resolved\n', "S04", "guion"),
    Mistake("an option with a slip", "    after_retries:\n      - handoff: general\n        reason: no_order", "    ▮aftr_retries:\n      - handoff: general\n        reason: no_order", "S01", "“after_retries”"),
    Mistake("an option in Spanish", "    retries: 2\n    inv", "    ▮reintentos: 2\n    inv", "S01", "“retries”"),
    Mistake("an option in Portuguese", "    retries: 2\n    inv", "    ▮tentativas: 2\n    inv", "S01", "“retries”"),
    Mistake("an option of menu in an ask", "    retries: 2\n    inv", "    ▮options: {a: {es: A, en: A, pt: A}}\n    inv".replace(": A", ': "A"'), "S14", "“buttons”"),
    Mistake("an option of ask in a menu", "    save: problem\n    opt", "    save: problem\n    ▮if_known: skip\n    opt", "S14", "options"),
    Mistake("then in a step of its own", "    then:\n      - tag: [valuable]\n", "  - ▮then:\n      - tag: [valuable]\n", "S13", "guion"),
    Mistake("an option inside the texts", "    save: order_ref\n", "      ▮save: order_ref\n", "S12", "“ask”"),
    Mistake("a handoff without reason", "    handoff: returns\n    reason: asked\n", "    ▮handoff: returns\n", "S02", "reason: …"),
    Mistake("an if without then", "    then:\n      - set: {visits: (visits or 0) + 1}\n", "", "S02", "then: …"),
    Mistake("a list for a text", SAY, "  - say: [▮[hola]]\n", "S05", "{es"),
    Mistake("steps that are a map", "    not_found:\n      - goto: other_way\n", "    not_found:\n      ▮goto: other_way\n", "S05", "- say"),
    Mistake("start words that are a sentence of maps", "    es: [llegó roto, problema con mi pedido]\n", "    es: [▮{a: b}]\n", "S05", "[mi pedido"),
    Mistake("start that is a list", "start: {words: {es: [otra cosa]}}", "start: ▮[otra cosa]", "S05", "words", "other.yaml"),
    Mistake("data that is a list", "data:\n  order_ref: order_number\n  email: email\n", "data:\n  order_ref: order_number\n  email: ▮[email]\n", "V09", "text"),
    Mistake("a flow of another name", "flow: main", "flow: ▮mian", "S06", "flow: main"),
    Mistake("a flow without its name", "flow: other\nstart", "▮start", "S02", "flow: …", "other.yaml"),
    Mistake("two steps of one name", "  - end: resolved\n", '  - ▮id: order_ref\n    say: {es: "a", en: "a", pt: "a"}\n  - end: resolved\n'.replace("▮id: order_ref", "id: ▮order_ref"), "S07", "otro nombre"),
    Mistake("a name with capitals and spaces", "id: other_way", "id: ▮Otra Salida", "S11", "minúsculas", also=("V07",)),
    Mistake("a name that every flow has", "  problem: text\n", "  problem: text\n  ▮contact: text\n", "S11", "sistema"),
    Mistake("a variable in capitals", "  visits: number\n", "  visits: number\n  ▮Otra: number\n", "S11", "minúsculas"),
    Mistake("a priority in Spanish", "priority: high", "priority: ▮alta", "S09", "“high”"),
    Mistake("a priority that does not exist", "priority: high", "priority: ▮maxima", "S09", "urgent"),
    Mistake("tries in words", "    retries: 2\n    inv", "    retries: ▮dos\n    inv", "S10", "2"),
    Mistake("a negative number of tries", "    retries: 2\n    inv", "    retries: ▮-1\n    inv", "S10", "2"),
    Mistake("a length of time in words", "after: 15m", "after: ▮un rato", "S10", "15m"),
    Mistake("an unknown key of the head", "queue: returns\n", "▮cola: returns\n", "S01", "“queue”"),
    Mistake("steps in Spanish", "steps:\n  - say: {es: \"Te", "▮pasos:\n  - say: {es: \"Te", "S01", "“steps”", "other.yaml"),
    Mistake("an unknown key under start", "  words:\n    es: [lle", "  ▮palabras:\n    es: [lle", "S01", "“words”"),
    Mistake("an unknown key under no_reply", "      after: 15m\n", "      after: 15m\n      ▮remaind: x\n", "S01", "remind"),
    Mistake("a version of the language that does not exist", "language: 1", "language: ▮2", "S09", "1"),
    Mistake("when under start", "  words:\n    es: [lle", "  ▮when: sure\n  words:\n    es: [lle", "S01", "words"),
    Mistake("a key of an event without the event", "start: {words: {es: [otra cosa]}}", "start: {▮key: contact.phone}", "S15", "event", "other.yaml"),
    Mistake("an event without a name", "start: {words: {es: [otra cosa]}}", "start: {▮event: }", "S02", "event", "other.yaml"),
)
EXPRESSIONS = (
    Mistake("a variable with a slip in a text", "Pedido {order_ref}", "Pedido {▮order_rf}", "E01", "“order_ref”"),
    Mistake("a variable with a slip in a condition", f"if: {COND}", "if: ▮ordr.total > 200", "E01", "“order”"),
    Mistake("a field with a slip in a text", 'es: "Va con {order.carrier}', 'es: "Va con {▮order.carier}', "E02", "“carrier”"),
    Mistake("a field with a slip in a condition", f"if: {COND}", 'if: ▮order.statuss == "shipped"', "E02", "“status”"),
    Mistake("a field of a text", f"if: {COND}", "if: ▮problem.kind == 1", "E02", "tiene"),
    Mistake("one sign in a comparison", f"if: {COND}", 'if: order.status ▮= "shipped"', "E04", "=="),
    Mistake("two ampersands", f"if: {COND}", "if: order.total > 200 ▮&& sure", "E05", "and"),
    Mistake("two bars", f"if: {COND}", "if: order.total > 200 ▮|| sure", "E05", "or"),
    Mistake("and in Spanish", f"if: {COND}", "if: order.total > 200 ▮y sure", "E05", "and"),
    Mistake("or in Portuguese", f"if: {COND}", "if: order.total > 200 ▮ou sure", "E05", "or"),
    Mistake("or in capitals", f"if: {COND}", "if: order.total > 200 ▮OR sure", "E05", "or"),
    Mistake("not in Spanish", f"if: {COND}", "if: ▮no sure", "E05", "not"),
    Mistake("three signs", f"if: {COND}", 'if: order.status ▮=== "shipped"', "E05", "=="),
    Mistake("the signs the other way round", f"if: {COND}", "if: order.total ▮=> 200", "E05", ">="),
    Mistake("a space between the signs", f"if: {COND}", "if: order.total ▮> = 200", "E05", ">="),
    Mistake("is in a comparison", f"if: {COND}", 'if: order.status▮ is "shipped"', "E05", "=="),
    Mistake("contains between two things", f"if: {COND}", 'if: problem ▮contains "roto"', "E05", "contains("),
    Mistake("a condition that makes no sense", f"if: {COND}", "if: order.total > ▮> 200", "E03", "=="),
    Mistake("a bracket missing in a condition", f"if: {COND}", "if: known▮(problem", "E03", "=="),
    Mistake("a text without quotes", f"if: {COND}", "if: order.status == ▮enviado", "E12", '"enviado"'),
    Mistake("curly quotes in a condition", f"if: {COND}", "if: order.status == ▮“shipped”", "E11", "rectas"),
    Mistake("a condition that begins with a brace", f"if: {COND}", "if: ▮{order.total} >= 200", "E13", "order.total >= 200"),
    Mistake("braces in a condition", f"if: {COND}", 'if: "▮{order.total} > 200"', "E13", "order.total > 200"),
    Mistake("money and a text", f"if: {COND}", 'if: order.total > ▮"200"', "E14", "order.total > 100"),
    Mistake("yes-or-no and a text", f"if: {COND}", 'if: sure == ▮"si"', "E14", "sure"),
    Mistake("a date that is written otherwise", f"if: {COND}", 'if: order.eta == ▮"24/11/2026"', "E20", "2026-12-25"),
    Mistake("a weekday in another language", f"if: {COND}", 'if: day_of(today) == ▮"sábado"', "E15", "saturday"),
    Mistake("a text and a number", f"if: {COND}", "if: order.status == ▮5", "E14", "order.status"),
    Mistake("a value that the menu does not save", 'if: problem == "damaged"', 'if: problem == ▮"damagd"', "E15", "“damaged”"),
    Mistake("the label of an option in place of its key", 'if: problem == "damaged"', 'if: same(problem, ▮"Llegó roto")', "E15", "missing"),
    Mistake("a function that does not exist", f"if: {COND}", "if: ▮exists(problem)", "E08", "known"),
    Mistake("a function with a slip", f"if: {COND}", "if: ▮knwon(problem)", "E08", "“known”"),
    Mistake("a function with too few values", f"if: {COND}", "if: ▮same(problem)", "E10", "paréntesis"),
    Mistake("a power", f"if: {COND}", "if: ▮order.total ** 2 > 4", "E06", "funciones"),
    Mistake("a method of a text", f"if: {COND}", "if: ▮problem.upper() == 1", "E08", "lower"),
    Mistake("an expression beyond its length", f"if: {COND}", "if: ▮" + " or ".join(["order.total > 200"] * 40), "E07", "set"),
    Mistake("a filter that does not exist", 'es: "Va con {order.carrier} y llega el {order.eta | date}', 'es: "Va con {order.carrier} y llega el {order.eta | ▮fecha}', "E09", "date"),
    Mistake("a filter with too many values", 'es: "Va con {order.carrier} y llega el {order.eta | date}', 'es: "Va con {order.carrier} y llega el {order.eta | ▮date: 1, 2}', "E10", "paréntesis"),
    Mistake("a filter for another type", 'es: "Va con {order.carrier} y llega el {order.eta | date}', 'es: "Va con {order.carrier} y llega el {order.eta | ▮money}', "E19", "money"),
    Mistake("a date of a number", "Pedido {order_ref}", "Pedido {order.total | ▮date}", "E19", "date"),
    Mistake("empty braces", "Pedido {order_ref}", "Pedido ▮{}", "E16", "{order_ref}"),
    Mistake("a brace that is not closed", "Pedido {order_ref}", "Pedido ▮{order_ref", "E17", "{order_ref}"),
    Mistake("a brace that is not opened", "Pedido {order_ref}", "Pedido order_ref▮}", "E17", "{order_ref}"),
    Mistake("a sum in braces", "Pedido {order_ref}", "Pedido {{▮7*7}}", "E18", "llaves"),
    Mistake("a sum behind a dollar", "Pedido {order_ref}", "Pedido ${▮7*7}", "E18", "llaves"),
    Mistake("an attribute of a number", "Pedido {order_ref}", "Pedido {0▮.__class__}", "E03", "order_ref"),
    Mistake("words in braces", "Pedido {order_ref}", "Pedido {número ▮de pedido}", "E03", "order_ref"),
    Mistake("a ruby brace", "Pedido {order_ref}", "Pedido #▮{}", "E16", "{order_ref}"),
    Mistake("a case that never comes", "  - switch: order.status\n    cases:\n      shipped:", "  - switch: problem\n    cases:\n      ▮damagd:", "E15", "“damaged”"),
)
VALUES = (
    Mistake("a type that does not exist", "  visits: number", "  visits: ▮entero", "V09", "integer"),
    Mistake("a type with a slip", "  visits: number", "  visits: ▮nubmer", "V09", "“number”"),
    Mistake("a queue that does not exist", "    handoff: returns\n    reason: asked", "    handoff: ▮ventas\n    reason: asked", "V01", "shipping"),
    Mistake("a queue with a slip", "    handoff: returns\n    reason: asked", "    handoff: ▮retuns\n    reason: asked", "V01", "“returns”"),
    Mistake("the queue of the flow", "queue: returns", "queue: ▮devoluciones", "V01", "returns"),
    Mistake("a flow that does not exist", "  - end: resolved\n", "  - start_flow: ▮othr\n", "V02", "“other”"),
    Mistake("a service that does not exist", "lookup: orders.find", "lookup: ▮orders.get", "V03", "orders.find"),
    Mistake("an input that does not exist", "phone: contact.phone}", "▮fone: contact.phone}", "V04", "“phone”"),
    Mistake("a required input that is missing", "    with: {ref: order_ref, phone: contact.phone}\n", "    ▮with: {phone: contact.phone}\n", "V08", "ref: …"),
    Mistake("an input of another type", "with: {ref: order_ref, what: problem}", "with: {ref: order_ref, what: ▮order.eta}", "V12", "text"),
    Mistake("a variable that is not declared", "    save: problem\n    opt", "    save: ▮what\n    opt", "V05", "what: text"),
    Mistake("a variable with a slip in set", "set: {visits: (visits", "set: {▮vists: (visits", "V05", "“visits”"),
    Mistake("a shared text that does not exist", "{use: bye}", "{use: ▮by}", "V06", "“bye”"),
    Mistake("a goto into nowhere", "      - goto: other_way\n", "      - goto: ▮pedido\n", "V07", "id: pedido"),
    Mistake("a goto with a slip", "      - goto: other_way\n", "      - goto: ▮other_wy\n", "V07", "“other_way”"),
    Mistake("a bare name that leads nowhere", "after_retries: other_way", "after_retries: ▮otherway", "V07", "“other_way”"),
    Mistake("a writing service with lookup", "lookup: orders.find\n    with: {ref: order_ref, phone: contact.phone}", "▮lookup: cases.open\n    with: {ref: order_ref}", "V10", "do", also=("E02",)),
    Mistake("the answer of a service in a text", "    save: case\n", "    save: ▮problem\n", "V11", "record"),
    Mistake("a text in a yes-or-no", "set: {visits: (visits or 0) + 1}", "set: {sure: ▮'\"no\"'}", "V13", "data"),
    Mistake("a fake of another type", "days_late: \"0\"}", "days_late: ▮pronto}", "V14", "outputs", "_services.yaml"),
    Mistake("a fake with another field", "{status: shipped, total", "{▮state: shipped, total", "V15", "“status”", "_services.yaml"),
    Mistake("a fake that gives an unknown outcome", "- gives: not_found", "- gives: ▮notfound", "S09", "“not_found”", "_services.yaml"),
    Mistake("a service that neither reads nor writes", "kind: write", "kind: ▮escribir", "S09", "write", "_services.yaml"),
    Mistake("a time limit in words", "timeout: 8s", "timeout: ▮pronto", "S10", "8s", "_services.yaml"),
    Mistake("an unknown key of a service", "  required: [ref]\n", "  ▮requires: [ref]\n", "S01", "“required”", "_services.yaml"),
    Mistake("an output of an unknown type", "days_late: integer}", "days_late: ▮int}", "V09", "integer", "_services.yaml"),
    Mistake("an unknown key of the project", "retries: 2\n", "▮reintentos: 2\n", "S01", "“retries”", "_project.yaml"),
    Mistake("a fallback that does not exist", "fallback: other", "▮fallback: otro", "V02", "other", "_project.yaml"),
)
TEXTS_AND_CHANNELS = (
    Mistake("Spanish missing", '{es: "Vamos a verlo.", en', "▮{en", "T01", "es: …"),
    Mistake("English missing", ', en: "Let\'s see."', "", "T03", "en: …"),
    Mistake("a language that is called otherwise", '{es: "Vamos a verlo.", en', '{es: "Vamos a verlo.", ▮sp: "x", en', "T07", "“es”"),
    Mistake("a language in capitals", '{es: "Vamos a verlo.", en', '{es: "Vamos a verlo.", ▮ES: "x", en', "T07", "“es”"),
    Mistake("an empty text", "es: ¿Qué pedido es?", '▮es: ""', "T06", "{es"),
    Mistake("a verb without a text", SAY, "  - ▮say:\n", "T06", "{es"),
    Mistake("braces in one language only", "Va con {order.carrier}", "Va con {order.status}", "T04", "mismos"),
    Mistake("a word that unsubscribes", '"Vamos a verlo."', '▮"Escribe *BAJA*."', "T05", "*menu*"),
    Mistake("a button too long", '"Llegó roto", en', '▮"Llegó roto o dañado por completo", en', "C01", "acórtalo"),
    Mistake("two options with one word", "words: {es: [falta]", "words: {es: [roto]", "G06", "una sola"),
)
ALL = (*YAML, *SHAPE, *EXPRESSIONS, *VALUES, *TEXTS_AND_CHANNELS)
