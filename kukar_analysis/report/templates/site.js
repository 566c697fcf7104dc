"use strict";
// What a page can do beyond being read: search, sort, filter. Without it everything is readable.
// Text from data enters the page as text nodes only.

const LONG = 12; // rows; longer tables can be sorted and filtered
const NOTHING = "–"; // not on record: last, whichever way a column is sorted

function make(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// --- tables

// 1.234,5 or −0,03 at the beginning of a cell as a number; null where there is none
function number(text) {
  const found = text.match(/^[^\d+−-]*([+−-]?\d[\d.]*(?:,\d+)?)/);
  return found && Number(found[1].replaceAll(".", "").replace(",", ".").replace("−", "-"));
}

function compare(a, b, numeric, direction) {
  const [x, y] = numeric ? [number(a), number(b)] : [a, b].map((t) => (t === NOTHING ? null : t));
  if (x === null || y === null) return (x === null) - (y === null);
  return direction * (numeric ? x - y : x.localeCompare(y, "id", { numeric: true }));
}

// a sum stays below what it sums
const isTotal = (row) => row.cells[0].textContent.startsWith("Jumlah");

function sortable(table, body, rows) {
  const state = { column: -1, direction: 0 };
  const heads = [...table.tHead.rows[0].cells];
  const arrange = () => {
    const { column, direction } = state;
    const text = (row) => row.cells[column].textContent.trim();
    const numeric = direction && heads[column].classList.contains("number");
    const sorted = direction
      ? [...rows].sort((a, b) => compare(text(a), text(b), numeric, direction))
      : rows;
    body.append(...sorted.filter((row) => !isTotal(row)), ...sorted.filter(isTotal));
  };
  const buttons = heads.map((head, column) => {
    const button = make("button", { type: "button" }, ...head.childNodes);
    button.addEventListener("click", () => {
      const next = state.column === column ? { 1: -1, "-1": 0, 0: 1 }[state.direction] : 1;
      Object.assign(state, { column, direction: next });
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      if (next) head.setAttribute("aria-sort", next > 0 ? "ascending" : "descending");
      arrange();
    });
    head.append(button);
    return button;
  });
  // on paper the rows in their order; and Chromium repeats no head that holds a button
  addEventListener("beforeprint", () => {
    body.append(...rows);
    heads.forEach((head, i) => head.replaceChildren(...buttons[i].childNodes));
  });
  addEventListener("afterprint", () => {
    arrange();
    heads.forEach((head, i) => {
      buttons[i].append(...head.childNodes);
      head.append(buttons[i]);
    });
  });
}

function filterable(region, rows) {
  const input = make("input", { type: "search", autocomplete: "off" });
  const count = make("output", {}, `${rows.length} baris`);
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = rows.filter((row) => {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      return !row.hidden;
    });
    const all = shown.length === rows.length;
    count.value = all ? `${rows.length} baris` : `${shown.length} dari ${rows.length} baris`;
  });
  region.before(make("div", { className: "tools" }, make("label", {}, "Saring baris ", input), count));
}

for (const table of document.querySelectorAll(".table > table")) {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  if (rows.length > LONG) {
    filterable(table.parentElement, rows);
    sortable(table, body, rows);
  }
}

// a table or figure that fits is no stop for the keyboard
const fitting = new ResizeObserver((found) => {
  for (const { target } of found) target.tabIndex = target.scrollWidth > target.clientWidth ? 0 : -1;
});
document.querySelectorAll(".table, figure").forEach((region) => fitting.observe(region));

// --- folded parts: contents open beside a wide page, everything open on paper

const wide = matchMedia("(min-width: 78rem)");
const contents = document.querySelector(".toc > details");
const unfold = () => contents && (contents.open = wide.matches);
wide.addEventListener("change", unfold);
unfold();
addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll("main details:not([open])")) {
    part.open = true;
    addEventListener("afterprint", () => (part.open = false), { once: true });
  }
});

// --- search

const form = document.querySelector("form.search");
const asked = form.querySelector("input");
const results = document.querySelector(".results");
const up = form.dataset.index.replace(/[^/]*$/, "") || "./";
const MOST = 20; // pages shown
let loading;

// The index is a script, which a page from file:// may load; only who searches waits for it.
function load() {
  loading ??= new Promise((done) => {
    const script = make("script", { src: form.dataset.index });
    script.addEventListener("load", () => done(window.KUKAR_INDEX));
    script.addEventListener("error", () => done(null));
    document.head.append(script);
  });
  return loading;
}

// How well a section fits: all words must stand in title, heading or text; 0 where one does not
function fit(words, page, [, heading, text]) {
  const places = [[page.title, 9], [heading, 3], [text, 1]].map(([t, n]) => [t.toLowerCase(), n]);
  let sum = 0;
  for (const word of words) {
    const found = places.filter(([place]) => place.includes(word));
    if (!found.length) return 0;
    sum += found.reduce((all, [, worth]) => all + worth, 0);
  }
  return sum;
}

function find(words, pages) {
  const found = [];
  for (const page of pages) {
    const fits = page.sections.map((section) => fit(words, page, section));
    const best = Math.max(...fits);
    if (best > 0) found.push({ page, best, section: page.sections[fits.indexOf(best)] });
  }
  return found.sort((a, b) => b.best - a.best);
}

function excerpt(text, words) {
  const first = Math.min(...words.map((w) => text.toLowerCase().indexOf(w)).filter((i) => i >= 0));
  const begin = Number.isFinite(first) ? Math.max(0, text.lastIndexOf(" ", first - 50)) : 0;
  const cut = begin + 180 < text.length;
  const part = text.slice(begin, cut ? text.lastIndexOf(" ", begin + 180) : undefined);
  const shown = make("p", {}, begin ? "… " : "");
  const escaped = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  part.split(new RegExp(`(${escaped.join("|")})`, "i")).forEach((piece, i) => {
    shown.append(i % 2 ? make("mark", {}, piece) : piece);
  });
  shown.append(cut ? " …" : "");
  return shown;
}

function result({ page, section: [anchor, heading, text] }, words) {
  const href = `${up}${page.name}.html${anchor ? `#${anchor}` : ""}`;
  const link = make("a", { href }, page.title);
  const about = make("small", {}, [heading, page.region, page.year].filter(Boolean).join(" · "));
  return make("li", {}, link, make("br"), about, excerpt(text, words));
}

async function show() {
  const words = asked.value.toLowerCase().split(/\s+/).filter((word) => word.length > 1);
  const pages = words.length ? await load() : [];
  const found = pages ? find(words, pages).slice(0, MOST) : [];
  results.hidden = !words.length;
  const said = found.length === MOST ? `${MOST} halaman teratas` : `${found.length} halaman`;
  results.querySelector("[role=status]").textContent = pages
    ? `${said} memuat “${asked.value.trim()}”.`
    : `Pencarian tidak dapat dipakai: berkas ${form.dataset.index} tidak ada.`;
  results.querySelector("ol").replaceChildren(...found.map((one) => result(one, words)));
}

form.hidden = false;
asked.addEventListener("focus", load, { once: true });
asked.addEventListener("input", show);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  results.querySelector("a")?.focus();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || results.hidden) return;
  asked.value = "";
  results.hidden = true;
  asked.focus();
});
results.addEventListener("click", (event) => {
  if (event.target.closest("a")) results.hidden = true; // it may lead into this very page
});
