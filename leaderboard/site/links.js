// Pointer, keyboard and table all light up the same entry; one that is picked stays lit.
function nearest(one, event) {
  const box = one.svg.getBoundingClientRect(), factor = one.svg.viewBox.baseVal.width / box.width;
  const x = (event.clientX - box.left) * factor, y = (event.clientY - box.top) * factor;
  let best = null, least = 28;
  for (const point of one.points) {
    const far = Math.hypot(point.left - x, point.top - y);
    if (far < least) [best, least] = [point, far];
  }
  return best;
}

function listen(one) {
  one.svg.addEventListener("pointermove", event => light(nearest(one, event)));
  one.svg.addEventListener("pointerleave", () => light(null));
  one.svg.addEventListener("click", event => {
    const point = nearest(one, event);
    if (point) pick(point.row.id);
  });
  one.svg.addEventListener("focusin", event => light(one.points.find(point => point.mark === event.target)));
  one.svg.addEventListener("focusout", () => light(null));
  one.svg.addEventListener("keydown", event => step(one, event));
}

// Left and right walk along an entry, up and down through the entries of a column.
function step(one, event) {
  const here = one.points.find(point => point.mark === event.target);
  if (!here) return;
  const alike = event.key === "ArrowLeft" || event.key === "ArrowRight"
    ? one.points.filter(point => point.row === here.row)
    : one.points.filter(point => point.column === here.column).sort((a, b) => a.top - b.top);
  const move = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
  if (move) {
    event.preventDefault();
    const next = alike[(alike.indexOf(here) + move + alike.length) % alike.length];
    here.mark.setAttribute("tabindex", -1);
    next.mark.setAttribute("tabindex", 0);
    next.mark.focus();
  } else if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    pick(here.row.id);
  }
}

// The legend repeats the table's markers beside the charts; the table's buttons do the same
// for keys. Where there are many entries, the table alone is clearer.
function drawLegend(rows) {
  byId("legend").hidden = rows.length > 16;
  byId("legend").replaceChildren(...rows.map(row => {
    const swatch = draw("svg", { class: `c${row.colour}`, viewBox: "-7 -7 14 14" }, draw("use", { href: `#m${row.shape}` }));
    const item = make("li", swatch, row.label);
    item.dataset.id = row.id;
    item.addEventListener("pointerenter", () => light({ row, column: null }));
    item.addEventListener("pointerleave", () => light(null));
    item.addEventListener("click", () => pick(row.id));
    return item;
  }));
}

function light(point) {
  hot = point ? { id: point.row.id, column: point.column } : null;
  mark();
}

function mark() {
  const id = hot?.id ?? state.pick;
  for (const one of drawn) {
    one.svg.classList.toggle("some", one.points.some(point => point.row.id === id));
    for (const group of one.svg.querySelectorAll(".series")) group.classList.toggle("hot", group.dataset.id === id);
    let now = null;
    for (const point of one.points) {
      const same = hot !== null && point.row.id === hot.id && point.column === hot.column;
      point.mark.classList.toggle("now", same);
      if (same) now = point;
    }
    tell(one, now);
  }
  byId("legend").classList.toggle("some", id !== "" && drawn.some(one => one.points.some(point => point.row.id === id)));
  for (const item of byId("legend").children) item.classList.toggle("hot", item.dataset.id === id);
  for (const line of document.querySelectorAll("tr[data-id]")) {
    line.classList.toggle("hot", line.dataset.id === id);
    const picked = line.dataset.id === state.pick;
    if (picked) line.setAttribute("aria-current", "true");
    else line.removeAttribute("aria-current");
    line.querySelector("th button")?.setAttribute("aria-pressed", String(picked));
  }
}

function tell(one, point) {
  one.tip.hidden = !point;
  if (!point) return;
  one.tip.replaceChildren(make("b", point.row.label), ...one.plot.say(point).map(line => make("span", line)));
  const wide = one.svg.clientWidth, factor = wide / one.svg.viewBox.baseVal.width;
  const left = Math.min(Math.max(0, point.left * factor + 12), Math.max(0, wide - one.tip.offsetWidth));
  const above = point.top * factor - one.tip.offsetHeight + 10;
  one.tip.style.left = `${left}px`;
  one.tip.style.top = `${above < 20 ? point.top * factor + 40 : above}px`;
}

function pick(id) {
  state.pick = state.pick === id ? "" : id;
  writeAddress();
  detail(currentCell());
  mark();
}

// Every number of the picked entry, a row for each sparsity.
function detail(cell) {
  const row = cell.rows.find(one => one.id === state.pick), host = byId("detail");
  host.hidden = !row;
  if (!row) return host.replaceChildren();
  const { views } = viewsOf(cell);
  const head = make("tr", ...["Sparsity (%)", ...Object.values(views).map(view => view.title), "Seeds"].map(title => {
    const cellHead = make("th", title);
    cellHead.scope = "col";
    return cellHead;
  }));
  const lines = cell.grid.map((sparsity, column) => {
    const point = row.points[column], first = make("th", String(Number((100 * sparsity).toPrecision(8))));
    first.scope = "row";
    const values = Object.values(views).map(view => make("td", point ? view.text(point) : DASH));
    return make("tr", first, ...values, make("td", `${point ? point[9] : 0}/${cell.seeds}`));
  });
  const scroll = make("div", make("table", make("caption", make("span", "All that was measured, by the sparsity asked for.")), make("thead", head), make("tbody", ...lines)));
  scroll.className = "scroll";
  scroll.tabIndex = 0;
  host.replaceChildren(make("h2", row.label), scroll);
}
