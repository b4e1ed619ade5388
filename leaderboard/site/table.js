// The table: built from the rows on show, sorted by a column, each row opening to what is behind it.
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

const secondsText = seconds => {
  if (seconds === null) return DASH;
  const [value, unit] = seconds < 120 ? [seconds, "s"] : seconds < 7200 ? [seconds / 60, "min"] : [seconds / 3600, "h"];
  return `${Number(value.toPrecision(3))} ${unit}`;
};

const seedsText = (row, cell) => `${row.seeds}/${cell.seeds}${row.draws > 1 ? `, ${row.draws} draws each` : ""}`;

const areaText = row => written(row.area, row.areaHalf, row.seeds, value => fixed(value, 3));

function sortValue(row, columns) {
  const column = columns.find(one => one.key === state.sort);
  if (column) return row.points[column.column]?.[column.name] ?? null;
  if (state.sort === "entry") return row.label;
  return { area: row.area, seeds: row.seeds, cost: row.cost }[state.sort] ?? null;
}

function sorted(rows, columns) {
  if (!state.sort) return rows;
  const sign = state.dir === "ascending" ? 1 : -1;
  return [...rows].sort((one, other) => {
    const a = sortValue(one, columns), b = sortValue(other, columns);
    if (a === null || b === null) return (a === null) - (b === null);
    return sign * (typeof a === "string" ? a.localeCompare(b) : a - b);
  });
}

// Without a choice, rows stand by their area: the order of the standings.
function heading(title, key, attributes = {}) {
  const button = make("button", { type: "button" }, title);
  button.addEventListener("click", () => sortBy(key));
  const head = make("th", { scope: "col", "data-sort": key, ...attributes }, button);
  if (key === (state.sort || "area") && title !== "Standing") head.setAttribute("aria-sort", state.sort ? state.dir : "descending");
  return head;
}

function headings(title, columns) {
  const tall = { rowspan: "2" };
  const first = make("tr", {}, heading("Entry", "entry", tall), heading("Standing", "area", { ...tall, class: "l" }), heading("Area", "area", tall),
    make("th", { scope: "colgroup", colspan: columns.length, class: "what" }, title), heading("Seeds", "seeds", tall), heading("Cost", "cost", tall));
  return make("thead", {}, first, make("tr", {}, ...columns.map(column => heading(column.title, column.key))));
}

function swatch(row) {
  const mark = draw("svg", { class: `swatch c${row.colour}`, viewBox: "-8 -8 16 16", "aria-hidden": "true" }, draw("use", { href: `#m${row.shape}` }));
  return mark;
}

function line(row, cell, columns) {
  const open = row.id === state.pick;
  const button = make("button", { type: "button", "aria-expanded": String(open) }, row.label);
  button.addEventListener("click", () => pick(row.id));
  const head = make("th", { scope: "row" }, swatch(row), button);
  if (row.own) head.append(make("small", {}, `own dense ${viewsOf(cell).metric.text({ metric: row.own[0], metricHalf: row.own[1], seeds: cell.seeds })}`));
  const values = columns.map(column => {
    const point = row.points[column.column];
    return make("td", { "data-column": column.column }, point ? column.view.text(point) : DASH);
  });
  const element = make("tr", { "data-id": row.id }, head, make("td", { class: "l group" }, row.group || DASH), make("td", {}, areaText(row)), ...values,
    make("td", {}, seedsText(row, cell)), make("td", {}, secondsText(row.cost)));
  if (open) element.setAttribute("aria-current", "true");
  const here = column => ({ row, column });
  for (const [kind, off] of [["pointerover", "pointerleave"], ["focusin", "focusout"]]) {
    element.addEventListener(kind, event => light(here(Number(event.target.closest("td[data-column]")?.dataset.column ?? NaN))));
    element.addEventListener(off, () => light(null));
  }
  return element;
}

function captionOf(cell) {
  const said = values => viewsOf(cell).metric.text({ metric: values[0], metricHalf: values[1], seeds: cell.seeds });
  const dense = cell.dense ? ` Dense: ${said(cell.dense)}${cell.trained ? `, trained on ${said(cell.trained)}` : ""}.` : "";
  return `${cell.task}, ${cell.model}: means over ${cell.seeds} seeds ± 95 % interval, ${cell.higher ? "larger" : "smaller"} ${cell.metric.toLowerCase()} is better.${dense}`;
}

function fillTable(cell) {
  const { title, columns, shown } = columnsOf(cell), rows = sorted(matching(cell.rows), columns);
  const body = make("tbody");
  for (const row of rows) {
    body.append(line(row, cell, columns));
    if (row.id === state.pick) body.append(detail(row, cell, columns.length + 5));
  }
  const focused = document.activeElement?.closest("#table th")?.dataset.sort;
  byId("table").setAttribute("aria-label", `Standings of ${cell.task}, ${cell.model}`);
  byId("table").replaceChildren(make("table", {}, make("caption", {}, make("span", {}, captionOf(cell))), headings(title, columns), body));
  if (focused) byId("table").querySelector(`th[data-sort="${focused}"] button`)?.focus();
  byId("count").textContent = `${rows.length} of ${cell.rows.length} entries`;
  const one = make("optgroup", { label: "One measure at every sparsity" }, ...Object.entries(viewsOf(cell)).map(([key, view]) => new Option(view.title, key, false, key === shown)));
  const all = make("optgroup", { label: "Every measure at one sparsity" }, ...cell.grid.map((sparsity, index) => new Option(`At ${shareOf(sparsity)}`, `at${index}`, false, `at${index}` === shown)));
  byId("show").replaceChildren(one, all);
  figuresOf(cell);
}

function figuresOf(cell) {
  const host = byId("figures");
  host.hidden = !cell.figures;
  if (!cell.figures) return;
  const link = (path, text) => make("a", { href: `../${path}` }, text);
  host.replaceChildren("Figures for papers: ", ...cell.figures.flatMap(([title, svg, png], index) =>
    [index ? "; " : "", `${title} (`, link(svg, "SVG"), ", ", link(png, "PNG"), ")"]), ".");
}
