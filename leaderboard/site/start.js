// Wires the controls and shows what the address asks for.
function show() {
  const cell = currentCell();
  cells.forEach((one, number) => { byId(`cell-${number}`).hidden = one !== cell; });
  fillTable(cell, cells.indexOf(cell));
  drawCharts(cell);
  detail(cell);
}

function change(values) {
  Object.assign(state, values);
  writeAddress();
  show();
}

function sortBy(key) {
  const first = key === "entry" || key === "cost" ? "ascending" : "descending";
  const turned = state.dir === "ascending" ? "descending" : "ascending";
  change({ sort: key, dir: state.sort === key ? turned : first });
}

function button(host, action) {
  const inside = make("button", ...host.childNodes);
  inside.type = "button";
  inside.addEventListener("click", action);
  host.append(inside);
}

if (cells.length) {
  for (const id of ["pickers", "charts", "legend", "keys", "tools"]) byId(id).hidden = false;
  cells.forEach(unpack);
  for (const head of document.querySelectorAll("th[data-sort]")) button(head, () => sortBy(head.dataset.sort));
  for (const line of document.querySelectorAll("tr[data-id]")) {
    line.querySelector("svg").setAttribute("aria-hidden", "true");
    button(line.querySelector("th span"), () => pick(line.dataset.id));
    const column = () => ({ row: { id: line.dataset.id }, column: null });
    line.addEventListener("pointerenter", () => light(column()));
    line.addEventListener("pointerleave", () => light(null));
    line.addEventListener("focusin", () => light(column()));
    line.addEventListener("focusout", () => light(null));
  }
  for (const key of ["suite", "task", "model"]) {
    byId(key).addEventListener("change", event => change({ [key]: event.target.value, pick: "" }));
  }
  byId("show").addEventListener("change", event => change({ show: event.target.value }));
  byId("filter").addEventListener("input", event => change({ q: event.target.value }));
  for (const id of ["pickers", "tools"]) byId(id).addEventListener("submit", event => event.preventDefault());
  addEventListener("hashchange", () => { readAddress(); byId("filter").value = state.q; show(); });
  let width = 0;
  const redraw = () => {
    const now = byId("charts").clientWidth;
    if (now === width) return;
    width = now;
    drawCharts(currentCell());
  };
  new ResizeObserver(() => requestAnimationFrame(redraw)).observe(byId("charts"));
  readAddress();
  byId("filter").value = state.q;
  show();
}
