// The three charts of a cell: metric and spectral error against sparsity, and one against the other.
const MANY = 10;

function plotsOf(cell) {
  const views = viewsOf(cell), scale = cell.percent ? 100 : 1;
  const up = value => (value === null || value === undefined ? null : value * scale);
  const metric = { title: views.metric.title, of: p => up(p.metric), half: p => up(p.metricHalf), limits: cell.percent ? [-1, 101] : [0, Infinity] };
  const error = { title: "Spectral-norm error", of: p => p.error ?? null, half: p => p.errorHalf, zero: true };
  const sparsity = { title: "Sparsity (%), log scale", of: p => (onAxis(p.achieved) ? depth(p.achieved) : null), depth: true };
  const dense = cell.dense?.map(up), trained = cell.trained?.map(up);
  const front = cell.front.filter(Boolean).map(point => [sparsity.of(point), metric.of(point)]);
  const close = state.axes === "close";
  return [
    { x: sparsity, y: metric, front, dense, trained, close, clip: "clip-0", title: `${cell.metric} against sparsity` },
    { x: sparsity, y: error, close, clip: "clip-1", title: "Spectral-norm error against sparsity" },
    { x: error, y: metric, dense, trained, close, clip: "clip-2", title: `${cell.metric} against spectral-norm error` },
  ];
}

function sayings(one, cell) {
  const views = viewsOf(cell), lines = [`${one.point.achieved === null ? DASH : Number((100 * one.point.achieved).toPrecision(5))} % sparsity`];
  for (const key of ["metric", "difference", "error"]) {
    if (views[key] && !(one.row.published && key === "difference")) lines.push(`${views[key].title}: ${views[key].text(one.point)}`);
  }
  return one.row.published ? [...lines, `Published, not ours: ${one.point.source}`] : lines;
}

function drawCharts(cell) {
  const rows = [...matching(cell.rows), ...cell.published], plots = plotsOf(cell);
  const many = rows.length > MANY;
  for (const row of rows) row.quiet = many && !row.leads;
  // The best are drawn last, on top of the others, and those that keep their colour above the grey ones.
  const ordered = [...rows.filter(row => row.quiet).reverse(), ...rows.filter(row => !row.quiet).reverse()];
  // All figures stand before any is measured: their number decides their width.
  const figures = plots.map(plot => make("figure", {}, make("figcaption", {}, plot.title)));
  byId("charts").replaceChildren(...figures);
  drawn = plots.map((plot, index) => {
    const tip = make("div", { class: "tip", hidden: "" });
    const one = { ...chart(plot, ordered, Math.max(260, figures[index].clientWidth)), tip, plot, cell };
    for (const point of one.points) point.mark.setAttribute("aria-label", [point.row.label, ...sayings(point, cell)].join(", "));
    figures[index].append(one.svg, tip);
    listen(one);
    return one;
  });
  drawLegend(rows.filter(row => !row.quiet));
  byId("key-quiet").hidden = !rows.some(row => row.quiet);
  byId("key-trained").hidden = !cell.trained;
  byId("key-published").hidden = !cell.published.length;
  closePile();
  mark();
}
