// The page: state in the address, one cell on show, table and charts linked.
const byId = id => document.getElementById(id);
const cells = JSON.parse(byId("data").textContent);
const make = (name, ...children) => {
  const element = document.createElement(name);
  element.append(...children);
  return element;
};

// The data is packed: whole numbers in small units; names stand in the table alone.
const times = (value, unit) => (value === null ? null : value * unit);

function unpack(cell, number) {
  const lines = byId(`cell-${number}`).querySelectorAll("tbody tr");
  cell.dense = cell.dense.map(value => times(value, cell.unit));
  const units = [cell.unit, cell.unit, cell.unit, cell.unit, 1e-4, 1e-4, 1e-5, 1, 1, 1];
  cell.rows = cell.rows.map(([colour, shape, area, seeds, cost, points], index) => ({
    id: lines[index].dataset.id, label: lines[index].querySelector("span").textContent, colour, shape, area, seeds, cost,
    points: points.map(point => point && point.map((value, place) => times(value, units[place]))),
  }));
}

// A point: metric 0, half 1, difference 2, half 3, spectral error 4, half 5, achieved 6, compression 7,
// speed-up 8, seeds 9.
function viewsOf(cell) {
  const scale = cell.percent ? 100 : 1;
  const metric = value => (cell.percent ? fixed(100 * value, 2) : brief(value));
  const signed = value => (value > 0 ? "+" : "") + metric(value);
  const views = {
    metric: { title: cell.metric + (cell.percent ? " (%)" : ""), at: 0, text: p => written(p[0], p[1], p[9], metric) },
    difference: {
      title: "Difference to dense" + (cell.percent ? " (pp)" : ""), at: 2,
      text: p => (p[2] === null ? DASH : signed(p[2]) + (p[3] === null ? ` (n = ${p[9]})` : ` ± ${metric(p[3])}`)),
    },
    error: { title: "Spectral-norm error", at: 4, text: p => written(p[4], p[5], p[9], value => fixed(value, 3)) },
    achieved: { title: "Achieved sparsity (%)", at: 6, text: p => (p[6] === null ? DASH : fixed(100 * p[6], 3)) },
    compression: { title: "Compression (×)", at: 7, text: p => (p[7] === null ? DASH : brief(p[7])) },
    speedup: { title: "Theoretical speed-up (×)", at: 8, text: p => (p[8] === null ? DASH : brief(p[8])) },
  };
  return { views, scale };
}

const state = { suite: "", task: "", model: "", show: "metric", sort: "", dir: "", q: "", pick: "" };
let hot = null;
let drawn = [];

function readAddress() {
  const given = new URLSearchParams(location.hash.slice(1));
  for (const key of Object.keys(state)) state[key] = given.get(key) ?? (key === "show" ? "metric" : "");
  if (state.dir !== "ascending") state.dir = "descending";
}

function writeAddress() {
  const kept = Object.entries(state).filter(([key, value]) =>
    value && !(key === "show" && value === "metric") && (key !== "dir" || state.sort));
  history.replaceState(null, "", `#${new URLSearchParams(kept)}`);
}

// The pickers narrow from left to right; a value that is not there gives way to the first that is.
function currentCell() {
  let left = cells;
  for (const key of ["suite", "task", "model"]) {
    const values = [...new Set(left.map(cell => cell[key]))];
    if (!values.includes(state[key])) state[key] = values[0];
    byId(key).replaceChildren(...values.map(value => new Option(value, value, false, value === state[key])));
    left = left.filter(cell => cell[key] === state[key]);
  }
  return left[0];
}

const shown = cell => {
  const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
  return cell.rows.filter(row => words.every(word => row.label.toLowerCase().includes(word)));
};

function sortValue(row, view) {
  if (state.sort === "entry") return row.label;
  if (/^s\d+$/.test(state.sort)) return row.points[Number(state.sort.slice(1))]?.[view.at] ?? null;
  return ["area", "seeds", "cost"].includes(state.sort) ? row[state.sort] : null;
}

function sorted(cell, view) {
  const rows = [...cell.rows];
  if (!state.sort) return rows;
  const sign = state.dir === "ascending" ? 1 : -1;
  return rows.sort((one, other) => {
    const a = sortValue(one, view), b = sortValue(other, view);
    if (a === null || b === null) return (a === null) - (b === null);
    return sign * (typeof a === "string" ? a.localeCompare(b) : a - b);
  });
}

function fillTable(cell, number) {
  const { views } = viewsOf(cell);
  const view = Object.hasOwn(views, state.show) ? views[state.show] : views.metric;
  const section = byId(`cell-${number}`), body = section.querySelector("tbody");
  const visible = new Set(shown(cell).map(row => row.id));
  for (const row of sorted(cell, view)) {
    const line = body.querySelector(`[data-id="${row.id}"]`);
    line.hidden = !visible.has(row.id);
    row.points.forEach((point, column) => {
      line.cells[column + 3].textContent = point ? view.text(point) : DASH;
    });
    body.append(line);
  }
  section.querySelector(".what").textContent = `${view.title} at sparsity`;
  for (const head of section.querySelectorAll("th[data-sort]")) {
    if (head.dataset.sort === state.sort) head.setAttribute("aria-sort", state.dir);
    else head.removeAttribute("aria-sort");
  }
  byId("count").textContent = `${visible.size} of ${cell.rows.length} entries`;
  byId("show").replaceChildren(
    ...Object.entries(views).map(([key, one]) => new Option(one.title, key, false, one === view)));
}

function plotsOf(cell) {
  const { views, scale } = viewsOf(cell);
  const up = value => (value === null ? null : value * scale);
  const axis = point => (onAxis(point[6]) ? depth(point[6]) : null);
  const say = one => [
    `${depthLabel(depth(one.point[6] ?? 0)).slice(0, 7)} % sparsity`, `${views.metric.title}: ${views.metric.text(one.point)}`,
    `${views.error.title}: ${views.error.text(one.point)}`];
  const metric = { y: p => up(p[0]), yHalf: p => up(p[1]), yTitle: views.metric.title, yWrite: brief, dense: cell.dense.map(up), say };
  const front = cell.front.map(([row, column]) => cell.rows[row].points[column]).map(p => [depth(p[6]), up(p[0])]);
  const sparsity = { x: axis, depth: true, xTitle: "Sparsity (%), log scale" };
  const error = { y: p => p[4], yHalf: p => p[5], yTitle: views.error.title, yWrite: brief, yZero: true, say };
  return [
    { ...metric, ...sparsity, front, title: `${cell.metric} against sparsity` },
    { ...error, ...sparsity, title: "Spectral-norm error against sparsity" },
    { ...metric, x: p => p[4], xHalf: p => p[5], xZero: true, xTitle: views.error.title, title: `${cell.metric} against spectral-norm error` },
  ];
}

function drawCharts(cell) {
  const rows = shown(cell), plots = plotsOf(cell);
  // All figures stand before any is measured: their number decides their width.
  const figures = plots.map(plot => make("figure", make("figcaption", plot.title)));
  byId("charts").replaceChildren(...figures);
  drawn = plots.map((plot, index) => {
    const tip = make("div");
    tip.className = "tip";
    tip.hidden = true;
    const one = { ...chart(plot, rows, Math.max(260, figures[index].clientWidth)), tip, plot };
    figures[index].append(one.svg, tip);
    listen(one);
    return one;
  });
  drawLegend(rows);
  mark();
}
