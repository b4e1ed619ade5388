// Wires the controls and shows what the address asks for.
const byId = id => document.getElementById(id);
const data = JSON.parse(byId("data").textContent);
const cells = data.cells.map(cell => unpack(cell, data.words));
for (const cell of cells) cell.published = published(cell, data.reference ?? []);
let hot = null;
let drawn = [];

function show() {
  const cell = currentCell();
  fillTable(cell);
  drawCharts(cell);
}

function change(values) {
  Object.assign(state, values);
  writeAddress();
  show();
}

// A column that is sorted by already is turned round; else what is better comes first.
function sortBy(key) {
  const cell = currentCell(), { columns } = columnsOf(cell);
  const name = columns.find(column => column.key === key)?.name ?? key;
  const low = ["entry", "cost", "error", "macs"].includes(name) || name.startsWith("latency_") || (name === "metric" && !cell.higher);
  const [now, way] = state.sort ? [state.sort, state.dir] : ["area", "descending"];
  const turned = way === "ascending" ? "descending" : "ascending";
  Object.assign(state, { sort: key, dir: now === key ? turned : low ? "ascending" : "descending" });
  writeAddress();
  fillTable(cell);
  mark();
}

function restore() {
  readAddress();
  byId("filter").value = state.q;
  byId("axes").value = state.axes === "close" ? "close" : "";
  show();
}

function wire() {
  for (const id of ["pickers", "charts", "legend", "keys", "tools", "standings"]) byId(id).hidden = false;
  byId("suite").addEventListener("change", event => { location.href = event.target.value; });
  for (const key of ["task", "model"]) byId(key).addEventListener("change", event => change({ [key]: event.target.value, pick: "", at: "", show: "" }));
  byId("axes").addEventListener("change", event => change({ axes: event.target.value }));
  byId("show").addEventListener("change", event => change({ show: event.target.value, sort: "", dir: "" }));
  byId("filter").addEventListener("input", event => change({ q: event.target.value }));
  for (const id of ["pickers", "tools"]) byId(id).addEventListener("submit", event => event.preventDefault());
  byId("pile").addEventListener("keydown", walkPile);
  addEventListener("hashchange", restore);
  let width = 0;
  const redraw = () => {
    const now = byId("charts").clientWidth;
    if (width && now !== width) drawCharts(currentCell());
    width = now;
  };
  new ResizeObserver(() => requestAnimationFrame(redraw)).observe(byId("charts"));
}

wire();
restore();
