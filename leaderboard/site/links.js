// Pointer, keyboard and table all light up the same entry and point; one that is picked stays lit.
const NEAR = 26, SAME = 7;

function nearest(one, event) {
  const box = one.svg.getBoundingClientRect(), factor = one.svg.viewBox.baseVal.width / box.width;
  const x = (event.clientX - box.left) * factor, y = (event.clientY - box.top) * factor;
  let best = null, least = NEAR;
  for (const point of one.points) {
    const far = Math.hypot(point.left - x, point.top - y) + (point.row.quiet ? 2 : 0);
    if (far < least) [best, least] = [point, far];
  }
  return best;
}

function listen(one) {
  one.svg.addEventListener("pointermove", event => light(nearest(one, event), one));
  one.svg.addEventListener("pointerleave", () => light(null));
  one.svg.addEventListener("click", event => {
    const point = nearest(one, event);
    if (point) choose(one, point);
  });
  one.svg.addEventListener("focusin", event => light(one.points.find(point => point.mark === event.target) ?? null, one));
  one.svg.addEventListener("focusout", () => light(null));
  one.svg.addEventListener("keydown", event => step(one, event));
}

// Left and right walk along an entry, up and down through the entries of a column: also where points coincide.
function step(one, event) {
  const here = one.points.find(point => point.mark === event.target);
  if (!here) return;
  const alike = event.key === "ArrowUp" || event.key === "ArrowDown"
    ? one.points.filter(point => point.column === here.column && !point.row.published === !here.row.published).sort((a, b) => a.top - b.top)
    : one.points.filter(point => point.row === here.row);
  const place = alike.indexOf(here), last = alike.length - 1;
  const next = { ArrowLeft: place - 1, ArrowUp: place - 1, ArrowRight: place + 1, ArrowDown: place + 1, Home: 0, End: last }[event.key];
  if (next !== undefined) {
    event.preventDefault();
    const to = alike[(next + alike.length) % alike.length];
    for (const point of one.points) point.mark.setAttribute("tabindex", point === to ? 0 : -1);
    to.mark.focus();
  } else if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    if (!here.row.published) pick(here.row.id, here.column);
  }
}

// The legend names those that keep their colour, in the table's markers.
function drawLegend(rows) {
  byId("legend").hidden = rows.length > 16;
  byId("legend").replaceChildren(...rows.map(row => {
    const item = make("li", { "data-id": row.id }, swatch(row), make("span", {}, row.label + (row.published ? " (published)" : "")));
    item.addEventListener("pointerenter", () => light({ row, column: NaN }));
    item.addEventListener("pointerleave", () => light(null));
    if (!row.published) item.addEventListener("click", () => pick(row.id));
    return item;
  }));
}

// `from` is the chart that is pointed into: it alone says what the point is, the others ring it.
function light(point, from = null) {
  hot = point ? { id: point.row.id, column: point.column, from } : null;
  mark();
}

function mark() {
  const id = hot?.id ?? state.pick, column = hot ? hot.column : state.at === "" ? NaN : Number(state.at);
  for (const one of drawn) {
    const some = one.points.some(point => point.row.id === id);
    one.svg.classList.toggle("some", some);
    for (const group of one.svg.querySelectorAll(".series")) group.classList.toggle("hot", group.dataset.id === id);
    let now = null;
    for (const point of one.points) {
      const same = point.row.id === id && point.column === column;
      point.mark.classList.toggle("now", same);
      if (same && hot?.from === one) now = point;
    }
    tell(one, now);
  }
  const named = [...byId("legend").children].some(item => item.dataset.id === id);
  byId("legend").classList.toggle("some", named);
  for (const item of byId("legend").children) item.classList.toggle("hot", item.dataset.id === id);
  for (const line of byId("table").querySelectorAll("tr[data-id]")) {
    line.classList.toggle("hot", line.dataset.id === id);
    for (const value of line.querySelectorAll("td[data-column]")) value.classList.toggle("now", line.dataset.id === id && Number(value.dataset.column) === column);
  }
}

function tell(one, point) {
  one.tip.hidden = !point;
  if (!point) return;
  const others = pileAt(one, point).filter(other => other !== point);
  const list = others.slice(0, 5).map(other => make("li", {}, swatch(other.row), other.row.label));
  if (others.length > 5) list.push(make("li", {}, `and ${others.length - 5} more`));
  const also = others.length ? [make("span", { class: "also" }, "Also here; click to choose:"), make("ul", {}, ...list)] : [];
  one.tip.replaceChildren(make("b", {}, point.row.label), ...sayings(point, one.cell).map(text => make("span", {}, text)), ...also);
  const wide = one.svg.clientWidth, factor = wide / one.svg.viewBox.baseVal.width, head = one.svg.offsetTop ?? 24;
  const left = Math.min(Math.max(0, point.left * factor + 14), Math.max(0, wide - one.tip.offsetWidth));
  const covers = point.left * factor + 14 > wide - one.tip.offsetWidth;
  const top = head + point.top * factor + (covers ? 16 : -10);
  one.tip.style.left = `${left}px`;
  one.tip.style.top = `${top}px`;
}

function pick(id, column = NaN) {
  const same = state.pick === id && (Number.isNaN(column) || state.at === String(column));
  Object.assign(state, { pick: same ? "" : id, at: same || Number.isNaN(column) ? "" : String(column) });
  writeAddress();
  closePile();
  const focused = document.activeElement?.closest("tr[data-id]")?.dataset.id;
  fillTable(currentCell());
  if (focused) byId("table").querySelector(`tr[data-id="${focused}"] button`)?.focus();
  mark();
}
