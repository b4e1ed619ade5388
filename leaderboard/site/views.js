// What can be said of a point: a title, the number to sort by, and how it is written.
function viewsOf(cell) {
  const metric = value => (cell.percent ? fixed(100 * value, 2) : brief(value));
  const signed = value => (value > 0 ? "+" : "") + metric(value);
  const plain = key => point => (point[key] === null ? DASH : brief(point[key]));
  const views = {
    metric: { title: cell.metric + (cell.percent ? " (%)" : ""), text: p => written(p.metric, p.metricHalf, p.seeds, metric) },
    difference: { title: "Difference to dense" + (cell.percent ? " (pp)" : ""), text: p => written(p.difference, p.differenceHalf, p.seeds, signed, metric) },
    error: { title: "Spectral-norm error", text: p => written(p.error, p.errorHalf, p.seeds, value => fixed(value, 3)) },
    achieved: { title: "Achieved sparsity (%)", text: p => (p.achieved === null ? DASH : fixed(100 * p.achieved, 3)) },
    macs: { title: "Multiply-adds", text: p => (p.macs === null ? DASH : counted(p.macs)) },
    speedup: { title: "Theoretical speed-up (×)", text: plain("speedup") },
    compression: { title: "Compression (×)", text: plain("compression") },
  };
  for (const name of cell.latencies) {
    const [, kind, batch] = name.split("_");
    views[name] = { title: `Latency, ${kind.toUpperCase()}, batch ${batch} (ms)`, text: plain(name) };
  }
  return Object.fromEntries(Object.entries(views).filter(([key]) => cell.has[key]));
}

const shareOf = sparsity => `${Number((100 * sparsity).toPrecision(6))} %`;

// The columns between Standing and Seeds: one measure at every sparsity, or every measure at one.
function columnsOf(cell) {
  const views = viewsOf(cell);
  const at = /^at\d+$/.test(state.show) ? Number(state.show.slice(2)) : -1;
  if (at >= 0 && at < cell.grid.length) {
    const columns = Object.entries(views).map(([key, view]) => ({ key, title: view.title, column: at, name: key, view }));
    return { title: `At sparsity ${shareOf(cell.grid[at])}`, columns, shown: state.show };
  }
  const name = Object.hasOwn(views, state.show) ? state.show : "metric", view = views[name];
  const columns = cell.grid.map((sparsity, column) => ({ key: `s${column}`, title: shareOf(sparsity), column, name, view }));
  return { title: `${view.title} at sparsity`, columns, shown: name };
}
