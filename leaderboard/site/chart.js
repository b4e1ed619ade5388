// One chart: axes, the dense reference, the front, and a series for each entry.
const SPACE = "http://www.w3.org/2000/svg";

function draw(name, attributes = {}, ...children) {
  const element = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

// Bars may leave the axes, means may not; a share ends at its limits.
function extent(values, plain, { limits, zero }) {
  let [low, high] = [Math.min(...values), Math.max(...values)];
  const room = (high - low || Math.abs(high) || 1) * 0.06;
  [low, high] = [low - room, high + room];
  if (zero && plain) low = 0;
  return limits ? [Math.max(low, limits[0]), Math.min(high, limits[1])] : [low, high];
}

// plot: {title, x: axis, y: axis, dense, trained, front, close, say}; an axis: {title, of, half, write, depth, zero, limits}
function chart(plot, rows, width) {
  const height = Math.round(Math.min(330, Math.max(240, width * 0.74)));
  const box = { left: 46, right: width - 12, top: 28, bottom: height - 40 };
  const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": plot.title });
  let points = rows.flatMap(row => row.points.filter(Boolean).map(point => ({ row, point, column: point.column, x: plot.x.of(point), y: plot.y.of(point) })))
    .filter(one => one.x !== null && one.y !== null);
  if (!points.length) {
    svg.append(draw("text", { x: box.left, y: height / 2 }, "Nothing was measured here."));
    return { svg, points };
  }
  const all = points;
  if (plot.close) {
    const [xs, ys] = [within(all.map(one => one.x)), within(all.map(one => one.y))];
    points = all.filter(one => one.x >= xs[0] && one.x <= xs[1] && one.y >= ys[0] && one.y <= ys[1]);
  }
  const lines = [plot.dense, plot.trained].filter(Boolean).flatMap(([mean, half]) => [mean - (half ?? 0), mean + (half ?? 0)]);
  const [yLow, yHigh] = extent([...points.map(one => one.y), ...lines], !plot.close, plot.y);
  const [xLow, xHigh] = extent(points.map(one => one.x), !plot.close, plot.x);
  const px = linear(xLow, xHigh, box.left, box.right), py = linear(yLow, yHigh, box.bottom, box.top);
  axes(svg, plot, { ...box, px, py, xLow, xHigh, yLow, yHigh });
  const inside = draw("g", { "clip-path": `url(#${plot.clip})` });
  svg.append(draw("clipPath", { id: plot.clip }, draw("rect", { x: box.left - 4, y: box.top - 6, width: box.right - box.left + 12, height: box.bottom - box.top + 8 })), inside);
  if (plot.dense) reference(inside, "dense", plot.dense, py, box);
  if (plot.trained) reference(inside, "trained", plot.trained, py, box);
  if (plot.front?.length > 1) inside.append(draw("polyline", { class: "front", points: path(plot.front, ([x, y]) => [px(x), py(y)]) }));
  const there = new Set(points);
  for (const row of rows) series(inside, all.filter(one => one.row === row), there, { px, py, plot });
  const first = points.find(one => one.row === points[points.length - 1].row);
  for (const one of points) one.mark.setAttribute("tabindex", one === first ? 0 : -1);
  if (points.length < all.length) svg.append(draw("text", { x: box.right, y: box.top - 14, "text-anchor": "end" }, `${all.length - points.length} points lie outside`));
  return { svg, points };
}

const path = (list, place) => list.map(one => place(one).map(value => value.toFixed(1)).join(",")).join(" ");

function axes(svg, plot, box) {
  const { px, py, left, right, top, bottom } = box;
  for (const tick of roundTicks(box.yLow, box.yHigh, 6)) {
    svg.append(draw("line", { class: "grid", x1: left, x2: right, y1: py(tick), y2: py(tick) }));
    svg.append(draw("text", { x: left - 7, y: py(tick) + 4, "text-anchor": "end" }, brief(tick)));
  }
  const ticks = plot.x.depth ? depthTicks(box.xLow, box.xHigh) : roundTicks(box.xLow, box.xHigh, 6);
  for (const tick of spaced(ticks, px, 36)) {
    svg.append(draw("line", { class: "axis", x1: px(tick), x2: px(tick), y1: bottom, y2: bottom + 4 }));
    svg.append(draw("text", { x: px(tick), y: bottom + 18, "text-anchor": "middle" }, plot.x.depth ? depthLabel(tick) : brief(tick)));
  }
  svg.append(draw("line", { class: "axis", x1: left, x2: right, y1: bottom, y2: bottom }));
  svg.append(draw("text", { x: right, y: bottom + 35, "text-anchor": "end" }, plot.x.title));
  svg.append(draw("text", { x: 0, y: top - 14 }, plot.y.title));
}

function reference(host, name, [mean, half], py, { left, right }) {
  if (half !== null) {
    const size = Math.max(1, py(mean - half) - py(mean + half));
    host.append(draw("rect", { class: "band", x: left, y: py(mean + half), width: right - left, height: size }));
  }
  host.append(draw("line", { class: name, x1: left, x2: right, y1: py(mean), y2: py(mean) }));
}

function series(host, points, there, { px, py, plot }) {
  if (!points.length) return;
  const { row } = points[0];
  const group = draw("g", { class: `series c${row.colour}${row.quiet ? " quiet" : ""}`, "data-id": row.id });
  group.append(draw("polyline", { points: path(points, one => [px(one.x), py(one.y)]) }));
  let bars = "";
  for (const one of points) {
    one.left = px(one.x);
    one.top = py(one.y);
    const yHalf = plot.y.half?.(one.point), xHalf = plot.x.half?.(one.point);
    if (yHalf) bars += `M${one.left.toFixed(1)} ${py(one.y - yHalf).toFixed(1)}V${py(one.y + yHalf).toFixed(1)}`;
    if (xHalf) bars += `M${px(one.x - xHalf).toFixed(1)} ${one.top.toFixed(1)}H${px(one.x + xHalf).toFixed(1)}`;
  }
  if (bars) group.append(draw("path", { class: "bars", d: bars }));
  for (const one of points) {
    if (!there.has(one)) continue;
    const at = `translate(${one.left.toFixed(1)} ${one.top.toFixed(1)})${row.quiet ? "scale(.7)" : ""}`;
    one.mark = draw("use", { class: "point", role: "img", href: `#m${row.shape}`, transform: at });
    group.append(one.mark);
  }
  host.append(group);
}
