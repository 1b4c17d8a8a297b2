// An editor for SQL on top of a plain textarea: colours behind the text, and a list of suggestions by keyboard.
// Without this file the textarea and the button below it do the same work.
const WORDS = ("select from where group by order having limit with recursive as join left right full inner cross on using"
  + " union all except intersect distinct case when then else end and or not in is null like ilike between exists asc desc"
  + " nulls first last over partition rows preceding following current row filter cast values interval date timestamp"
  + " true false qualify offset explain describe").split(" ");
const FUNCTIONS = ("count sum avg min max median mode quantile_cont stddev round abs floor ceil sqrt ln exp greatest least coalesce"
  + " nullif date_trunc date_part extract epoch hour to_seconds strftime lower upper length substr replace trim string_agg"
  + " list row_number rank lag lead first_value last_value arg_max arg_min count_if bool_and bool_or concat try_cast").split(" ");
const PIECES = /(--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|('(?:[^']|'')*'?)|("(?:[^"]|"")*"?)|(\b\d+(?:\.\d+)?\b)|([A-Za-z_]\w*)/g;
const isWord = new Set(WORDS), isFunction = new Set(FUNCTIONS);

function colour(text, tables, into) {
  into.textContent = "";
  let last = 0;
  for (const found of text.matchAll(PIECES)) {
    const [whole, comment, string, quoted, number] = found;
    const word = whole.toLowerCase();
    const kind = comment ? "comment" : string ? "text" : quoted ? "" : number ? "number"
      : isWord.has(word) ? "word" : tables.has(word) ? "table"
      : isFunction.has(word) && text[found.index + whole.length] === "(" ? "function" : "";
    if (!kind) continue;
    into.append(text.slice(last, found.index));
    const span = document.createElement("span");
    span.className = `sql-${kind}`;
    span.textContent = whole;
    into.append(span);
    last = found.index + whole.length;
  }
  into.append(text.slice(last) + "\n");
}

// Short names in FROM and JOIN: "stop s", "stop as s" -> s means stop.
function shortNames(text, tables) {
  const names = new Map();
  for (const [, table, short] of text.matchAll(/\b(?:from|join)\s+([a-z_]\w*)(?:\s+(?:as\s+)?([a-z_]\w*))?/gi)) {
    const known = table.toLowerCase();
    if (!tables.has(known)) continue;
    names.set(known, known);
    if (short && !isWord.has(short.toLowerCase())) names.set(short.toLowerCase(), known);
  }
  return names;
}

// What may stand where the caret is: [{text, kind}], the most fitting first.
export function offers(text, caret, tables) {
  const before = text.slice(0, caret);
  if (/'(?:[^']|'')*$/.test(before.replace(/'(?:[^']|'')*'/g, "")) || /--[^\n]*$|\bas\s+\w*$/i.test(before)) return { from: caret, list: [] };
  const typed = /[A-Za-z_]\w*$/.exec(before)?.[0] ?? "";
  const from = caret - typed.length;
  const named = shortNames(text, tables);
  const owner = /([A-Za-z_]\w*)\.$/.exec(before.slice(0, from))?.[1]?.toLowerCase();
  const low = typed.toLowerCase();
  const fits = (name) => name.startsWith(low) || (low.length > 2 && name.includes(low));
  let pool;
  if (owner) {
    pool = (tables.get(named.get(owner) ?? owner) ?? []).map((c) => ({ text: c, kind: "column" }));
  } else if (/\b(?:from|join)\s+$/i.test(before.slice(0, from))) {
    pool = [...tables.keys()].map((t) => ({ text: t, kind: "table" }));
  } else {
    const used = [...new Set(named.values())];
    const columns = new Set((used.length ? used : [...tables.keys()]).flatMap((t) => tables.get(t)));
    pool = [
      ...(used.length || low ? [...columns].map((c) => ({ text: c, kind: "column" })) : []),
      ...[...tables.keys()].map((t) => ({ text: t, kind: "table" })),
      ...FUNCTIONS.map((f) => ({ text: f, kind: "function" })),
      ...WORDS.map((w) => ({ text: w, kind: "word" })),
    ];
  }
  const order = { column: 0, table: 1, word: 2, function: 3 };
  const list = pool.filter((o) => fits(o.text) && o.text !== low)
    .sort((a, b) => b.text.startsWith(low) - a.text.startsWith(low) || order[a.kind] - order[b.kind] || a.text.localeCompare(b.text));
  return { from, list: list.filter((o, i) => list.findIndex((p) => p.text === o.text) === i).slice(0, 8) };
}

export class Editor {
  constructor(root) {
    this.root = root;
    this.area = root.querySelector("textarea");
    this.colours = root.querySelector(".sql-colours code");
    this.list = root.querySelector("[role=listbox]");
    this.says = root.querySelector("[data-sql-says]");
    const words = JSON.parse(root.querySelector("script[type='application/json']").textContent || "{}");
    this.tables = new Map(Object.entries(words.tables ?? {}));
    this.open = [];
    this.chosen = 0;
    root.classList.add("ready");
    root.querySelector(".sql-keys").hidden = false;
    this.area.setAttribute("aria-autocomplete", "list");
    this.area.setAttribute("aria-controls", this.list.id);
    this.area.addEventListener("input", () => { this.paint(); this.suggest(false); });
    this.area.addEventListener("scroll", () => this.follow());
    this.area.addEventListener("keydown", (event) => this.key(event));
    this.area.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    this.area.addEventListener("click", () => this.close());
    this.list.addEventListener("mousedown", (event) => {
      const item = event.target.closest("[role=option]");
      if (!item) return;
      event.preventDefault();
      this.take(Number(item.dataset.index));
    });
    this.paint();
  }

  paint() {
    colour(this.area.value, this.tables, this.colours);
    this.follow();
  }

  follow() {
    const behind = this.colours.parentElement;
    behind.scrollTop = this.area.scrollTop;
    behind.scrollLeft = this.area.scrollLeft;
  }

  suggest(asked) {
    const caret = this.area.selectionStart;
    if (caret !== this.area.selectionEnd) return this.close();
    const { from, list } = offers(this.area.value, caret, this.tables);
    const after = this.area.value[from - 1];
    if (!list.length || (!asked && from === caret && after !== ".")) return this.close();
    this.from = from;
    this.open = list;
    this.chosen = 0;
    this.moved = false;
    this.list.textContent = "";
    list.forEach((offer, index) => {
      const item = document.createElement("li");
      item.id = `${this.list.id}_${index}`;
      item.setAttribute("role", "option");
      item.dataset.index = index;
      const name = document.createElement("code");
      name.textContent = offer.text;
      const kind = document.createElement("small");
      kind.textContent = ` ${offer.kind}`;
      item.append(name, kind);
      this.list.append(item);
    });
    this.list.hidden = false;
    this.put();
    this.choose(0);
    this.says.textContent = `${list.length} suggestion${list.length > 1 ? "s" : ""}: ${list[0].text}`;
  }

  // The list stands below the line of the caret.
  put() {
    const style = getComputedStyle(this.area);
    const line = parseFloat(style.lineHeight) || 20;
    const before = this.area.value.slice(0, this.from).split("\n");
    const wide = this.wide ??= measure(style.font);
    const left = parseFloat(style.paddingLeft) + before.at(-1).length * wide - this.area.scrollLeft;
    this.list.style.top = `${parseFloat(style.paddingTop) + before.length * line - this.area.scrollTop}px`;
    this.list.style.left = `${Math.max(0, Math.min(left, this.area.clientWidth - this.list.offsetWidth))}px`;
  }

  choose(index) {
    const items = this.list.children;
    items[this.chosen]?.removeAttribute("aria-selected");
    this.chosen = (index + items.length) % items.length;
    items[this.chosen].setAttribute("aria-selected", "true");
    this.area.setAttribute("aria-activedescendant", items[this.chosen].id);
  }

  take(index) {
    const offer = this.open[index];
    const until = this.area.selectionStart;
    this.area.setRangeText(offer.text, this.from, until, "end");
    this.close();
    this.area.dispatchEvent(new Event("input", { bubbles: true }));
    this.close();
    this.says.textContent = `${offer.text} taken`;
  }

  close() {
    this.open = [];
    this.list.hidden = true;
    this.area.removeAttribute("aria-activedescendant");
  }

  key(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.close();
      this.area.form?.requestSubmit(this.area.form.querySelector("[data-sql-run]"));
    } else if (event.key === " " && event.ctrlKey) {
      event.preventDefault();
      this.suggest(true);
    } else if (this.open.length) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) { event.preventDefault(); this.choose(this.chosen + step); this.moved = true; }
      else if (event.key === "Escape") { event.preventDefault(); this.close(); }
      // Enter is a new line unless one has chosen with the arrows: who types on wants no surprise
      else if ((event.key === "Tab" && !event.shiftKey) || (event.key === "Enter" && this.moved)) { event.preventDefault(); this.take(this.chosen); }
      else if (event.key === "Enter") this.close();
    }
  }

  // Put the caret where the answer says that something is wrong (line and column from 1).
  point(line, column) {
    const lines = this.area.value.split("\n");
    const at = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0) + column - 1;
    const word = /^\w+/.exec(this.area.value.slice(at))?.[0].length ?? 1;
    this.area.focus();
    this.area.setSelectionRange(at, at + word);
  }
}

function measure(font) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = font;
  return pen.measureText("0000000000").width / 10;
}

export const editors = [...document.querySelectorAll("[data-sql-editor]")].map((root) => new Editor(root));
