// The flow editor: a real editor over the plain field, which keeps working without it (and on a phone stays as it is).
// What is wrong, and where, is read from the page's own list of findings; what may be written is asked of the server.
const field = document.getElementById("flow-text");
const form = document.getElementById("draft");
const saved = document.getElementById("saved");
const PAUSE_MS = 700;
const DEEPEST = 32;
const SIGNS = { keyword: "keyword", property: "property", variable: "variable", function: "function", type: "type" };
let view = null;
let timer = 0;

const text = () => (view ? view.state.doc.toString() : field.value);
const say = (word) => (saved.textContent = word);

function changed() {
  field.value = text();
  say(saved.dataset.saving);
  clearTimeout(timer);
  timer = setTimeout(() => form.dispatchEvent(new Event("check")), PAUSE_MS);
}

async function ask(what, line, column) {
  const body = new URLSearchParams({ ask: what, line, column, text: text(), csrf_token: form.elements.csrf_token.value });
  const answer = await fetch(field.dataset.hints, { method: "POST", body, headers: { Accept: "application/json" } });
  return answer.ok ? answer.json() : {};
}

function position(state, line, column) {
  const found = state.doc.line(Math.min(Math.max(line, 1), state.doc.lines));
  return Math.min(found.from + Math.max(column, 0), found.to);
}

function show(line) {
  if (!document.getElementById("script").offsetHeight) location.hash = "script"; // another tab is open
  if (!view) {
    const start = field.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1);
    field.focus();
    field.setSelectionRange(start, start);
    return;
  }
  const at = position(view.state, line, 0);
  view.dispatch({ selection: { anchor: at }, scrollIntoView: true });
  view.focus();
}

function mend(line, fix) {
  if (!view) return false;
  const found = view.state.doc.line(Math.min(line, view.state.doc.lines));
  view.dispatch({ changes: { from: found.from, to: found.to, insert: fix } });
  view.focus();
  return true;
}

function follow() { // the box on which the simulator stands comes into sight, and nothing else moves
  const [map, box] = [document.getElementById("diagram"), document.querySelector("#diagram .node--now") ?? document.querySelector("#diagram .node--start")];
  if (!box) return;
  const [outer, inner] = [map.getBoundingClientRect(), box.getBoundingClientRect()];
  map.scrollBy(inner.left + inner.width / 2 - outer.left - outer.width / 2, inner.top + inner.height / 2 - outer.top - outer.height / 2);
}

async function open() {
  const code = await import(field.dataset.editor);
  const { EditorView, EditorState, keymap, StateField, StateEffect, Decoration } = code;
  const stand = StateEffect.define();
  const standing = StateField.define({ // the step on which the simulator stands
    create: () => Decoration.none,
    update(marks, change) {
      for (const effect of change.effects) if (effect.is(stand)) marks = effect.value;
      return marks.map(change.changes);
    },
    provide: (found) => EditorView.decorations.from(found),
  });

  const hanging = EditorView.decorations.compute(["doc"], (state) => { // a long line goes on under its own beginning
    const marks = [];
    for (let n = 1; n <= state.doc.lines; n += 1) {
      const line = state.doc.line(n);
      const deep = Math.min(/^[ -]*/.exec(line.text)[0].length + 2, DEEPEST);
      marks.push(Decoration.line({ class: `cm-in-${deep}` }).range(line.from));
    }
    return Decoration.set(marks);
  });

  async function complete(context) {
    const word = context.matchBefore(/[\w.]*/);
    const line = context.state.doc.lineAt(context.pos);
    const before = line.text.slice(0, context.pos - line.from);
    if (!context.explicit && !word?.text && !/(- |: |\{|\||\.)$/.test(before)) return null;
    const { hints = [] } = await ask("complete", line.number, context.pos - line.from);
    const from = context.pos - /\w*$/.exec(before)[0].length;
    const options = hints.map((one, n) => ({
      label: one.label, type: SIGNS[one.kind] ?? "text", info: one.about || undefined, apply: one.label + one.tail, boost: -n,
    }));
    return options.length ? { from: one_word(hints, context, from), options, validFor: /^[\w.]*$/ } : null;
  }
  const one_word = (hints, context, from) => // a service's name has a dot in it
    hints.some((one) => one.label.includes(".")) ? (context.matchBefore(/[\w.]+/)?.from ?? from) : from;

  const explain = code.hoverTooltip(async (view, pos) => {
    const line = view.state.doc.lineAt(pos);
    const { about } = await ask("explain", line.number, pos - line.from);
    if (!about) return null;
    const dom = document.createElement("div");
    dom.className = "cm-about";
    dom.textContent = about;
    return { pos, create: () => ({ dom }) };
  }, { hoverTime: 400 });

  const host = document.createElement("div");
  host.className = "flow__editor";
  host.dataset.testid = "editor";
  field.before(host);
  host.addEventListener("keydown", (event) => event.stopPropagation()); // from outside it looks like a key pressed on the page
  // In a shadow root the editor keeps its styles as sheets of its own: nothing inline, so the page's policy holds.
  const root = host.attachShadow({ mode: "open" });
  const parent = root.appendChild(document.createElement("div"));
  parent.style.cssText = "position: absolute; inset: 0"; // the editor scrolls, not what it stands in
  view = new EditorView({ parent, root, state: EditorState.create({ doc: field.value, extensions: [
    code.lineNumbers(), code.lintGutter(), code.history(), code.drawSelection(), code.indentOnInput(), code.bracketMatching(),
    code.closeBrackets(), code.codeFolding(), code.search({ top: true }), code.highlightActiveLine(), code.highlightActiveLineGutter(),
    code.yaml(), code.indentUnit.of("  "), EditorState.tabSize.of(2), EditorView.lineWrapping, EditorState.readOnly.of(field.readOnly),
    code.autocompletion({ override: [complete], icons: false, interactionDelay: 0 }), explain, standing, hanging, look(code),
    code.syntaxHighlighting(colours(code)),
    keymap.of([...code.closeBracketsKeymap, ...code.completionKeymap, { key: "Tab", run: code.acceptCompletion }, code.indentWithTab,
      ...code.lintKeymap, ...code.searchKeymap, ...code.historyKeymap, ...code.foldKeymap, ...code.defaultKeymap]),
    EditorView.domEventHandlers({ beforeinput: overwrite }),
    EditorView.contentAttributes.of({ tabindex: "0", "aria-label": `${field.dataset.label}. ${field.dataset.help}` }),
    EditorView.updateListener.of((update) => update.docChanged && changed()),
  ] }) });
  field.hidden = true;

  const underline = () => view.dispatch(code.setDiagnostics(view.state, [...document.querySelectorAll("[data-finding]")].map((row) => {
    const { line, column, end, level, fix } = row.dataset;
    const from = position(view.state, +line, +column);
    const what = row.querySelector("[data-what]").textContent;
    const hint = row.querySelector("[data-mend]")?.textContent;
    const to = Math.max(position(view.state, +line, +end), from);
    const actions = fix === undefined ? [] : [{ name: field.dataset.mend, apply: () => mend(+line, fix) }];
    return { from, to, severity: level === "error" ? "error" : "warning", message: hint ? `${what}\n${hint}` : what, actions };
  }).sort((one, other) => one.from - other.from)));
  const here = () => {
    const sim = document.getElementById("sim");
    const [first, last] = [+(sim?.dataset.from ?? 0), Math.min(+(sim?.dataset.to ?? 0), view.state.doc.lines)];
    const marks = [];
    for (let line = first; first && line <= last; line += 1)
      marks.push(Decoration.line({ class: "cm-here" }).range(view.state.doc.line(line).from));
    view.dispatch({ effects: stand.of(Decoration.set(marks)) });
    if (first && !view.hasFocus) view.dispatch({ effects: EditorView.scrollIntoView(view.state.doc.line(first).from, { y: "nearest", yMargin: 80 }) });
  };
  document.body.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id === "findings" || document.getElementById("findings") === event.detail.elt) underline();
    if (event.detail.elt.id === "sim") here();
  });
  underline();
  here();
}

// What is typed over a selection: left to itself the browser writes it with the style of what it takes the place of,
// inline, which the page's policy forbids.
function overwrite(event, view) {
  if (event.inputType !== "insertText" || !event.data || /[()[\]{}'"]/.test(event.data[0]) || view.composing || view.state.readOnly) return false;
  if (view.state.selection.ranges.every((range) => range.empty)) return false;
  event.preventDefault();
  view.dispatch(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
  return true;
}

function look({ EditorView }) {
  const small = "var(--t-small)";
  const depths = Array.from({ length: DEEPEST + 1 }, (_, n) => [`.cm-in-${n}`, { paddingInlineStart: `calc(${n}ch + 6px)`, textIndent: `-${n}ch` }]);
  return EditorView.theme({
    ...Object.fromEntries(depths),
    "&": { blockSize: "100%", background: "var(--sunken)", color: "var(--ink)", font: "var(--t-code)" },
    "&.cm-focused": { outline: "none" },
    ".cm-scroller": { font: "var(--t-code)", overflow: "auto" },
    ".cm-content": { caretColor: "var(--ink)", paddingBlock: "8px" },
    ".cm-cursor": { borderColor: "var(--ink)" },
    ".cm-gutters": { background: "var(--sunken)", color: "var(--ink-3)", border: "0" },
    ".cm-activeLine, .cm-activeLineGutter": { background: "color-mix(in srgb, var(--hover) 60%, transparent)" },
    ".cm-here": { background: "var(--bot-soft)", boxShadow: "inset 3px 0 0 var(--bot)" },
    "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { background: "var(--marker)" },
    ".cm-lintRange-error": { background: "none", textDecoration: "underline wavy var(--harm) 1.5px", textUnderlineOffset: "4px" },
    ".cm-lintRange-warning": { background: "none", textDecoration: "underline wavy var(--wait) 1.5px", textUnderlineOffset: "4px" },
    ".cm-gutter-lint": { inlineSize: "14px" },
    ".cm-gutter-lint .cm-gutterElement": { display: "grid", placeItems: "center", padding: "0" },
    ".cm-lint-marker": { inlineSize: "8px", blockSize: "8px", borderRadius: "50%", content: "normal !important", background: "var(--wait-fill)" },
    ".cm-lint-marker-error": { borderRadius: "2px", background: "var(--harm-fill)" },
    ".cm-tooltip": { background: "var(--raised)", color: "var(--ink)", border: "1px solid var(--line)", borderRadius: "8px", boxShadow: "var(--shadow-2)", font: "var(--t-ui)", maxInlineSize: "360px" },
    ".cm-about": { padding: "6px 10px", whiteSpace: "pre-line" },
    ".cm-tooltip-autocomplete > ul": { font: "var(--t-code) !important", maxBlockSize: "240px" },
    ".cm-tooltip-autocomplete > ul > li": { padding: "3px 8px !important" },
    ".cm-tooltip-autocomplete > ul > li[aria-selected]": { background: "var(--selected) !important", color: "var(--ink) !important" },
    ".cm-completionInfo": { padding: "6px 10px", font: "var(--t-ui)", whiteSpace: "pre-line" },
    ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700", color: "var(--person)" },
    ".cm-diagnostic": { padding: "6px 10px", whiteSpace: "pre-line", borderInlineStart: "3px solid var(--harm)" },
    ".cm-diagnostic-warning": { borderColor: "var(--wait-fill)" },
    ".cm-diagnosticAction": { background: "var(--person-fill)", color: "var(--on-person)", borderRadius: "6px", padding: "3px 8px", font: small },
    ".cm-panels": { background: "var(--surface)", color: "var(--ink)", borderColor: "var(--line)" },
    ".cm-textfield, .cm-button": { font: "var(--t-ui)", background: "var(--surface)", color: "var(--ink)", border: "1px solid var(--line-strong)", borderRadius: "6px" },
  });
}

function colours({ HighlightStyle, tags }) {
  return HighlightStyle.define([
    { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--person)", fontWeight: "600" },
    { tag: [tags.comment, tags.lineComment], color: "var(--ink-3)", fontStyle: "italic" },
    { tag: [tags.string, tags.content, tags.attributeValue], color: "var(--ink)" },
    { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace], color: "var(--ink-3)" },
  ]);
}

document.addEventListener("click", (event) => {
  const place = event.target.closest("[data-goto], #diagram [data-line]");
  if (place) show(+(place.dataset.goto ?? place.dataset.line));
  const row = event.target.closest("button[name=mend]")?.closest("[data-fix]");
  if (row && mend(+row.dataset.line, row.dataset.fix)) event.preventDefault();
});
document.body.addEventListener("htmx:oobAfterSwap", (event) => {
  if (event.detail.target.id === "diagram") follow();
});
document.body.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.elt === form) say(event.detail.successful ? saved.dataset.saved : saved.dataset.failed);
});
form.addEventListener("submit", () => (field.value = text()));
field.addEventListener("input", changed);
if (!matchMedia("(pointer: coarse) and (max-width: 720px)").matches) await open();
const frame = document.getElementById("map");
if (frame) new ResizeObserver(follow).observe(frame); // also when its tab opens
if (location.hash.startsWith("#L")) show(+location.hash.slice(2) || 1);
