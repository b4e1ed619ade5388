// One chart: axes, the dense reference, the front, and a series for each entry.
const SPACE = "http://www.w3.org/2000/svg";

function draw(name, attributes = {}, ...children) {
  const element = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function extent(values, pad) {
  const low = Math.min(...values), high = Math.max(...values);
  const room = (high - low || Math.abs(high) || 1) * pad;
  return [low - room, high + room];
}

// plot: {title, xTitle, yTitle, x, y, yHalf, xHalf, depth, yZero, xZero, write, dense, front, say}
function chart(plot, rows, width) {
  const height = Math.round(Math.min(320, Math.max(240, width * 0.72)));
  const left = 52, right = width - 10, top = 26, bottom = height - 40;
  const points = [];
  rows.forEach(row => row.points.forEach((point, column) => {
    if (!point) return;
    const x = plot.x(point), y = plot.y(point);
    if (x === null || y === null) return;
    points.push({ row, column, x, y, xHalf: plot.xHalf?.(point) ?? 0, yHalf: plot.yHalf(point) ?? 0, point });
  }));
  const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": plot.title });
  if (!points.length) {
    svg.append(draw("text", { x: left, y: height / 2 }, "Nothing was measured here."));
    return { svg, points };
  }
  const dense = plot.dense && plot.dense[0] !== null ? plot.dense : null;
  const ys = points.flatMap(one => [one.y - one.yHalf, one.y + one.yHalf]);
  if (dense) ys.push(dense[0] - (dense[1] ?? 0), dense[0] + (dense[1] ?? 0));
  const xs = points.flatMap(one => [one.x - one.xHalf, one.x + one.xHalf]);
  let [yLow, yHigh] = extent(ys, 0.05), [xLow, xHigh] = extent(xs, 0.05);
  if (plot.yZero) yLow = Math.min(0, ...ys);
  if (plot.xZero) xLow = Math.min(0, ...xs);
  const px = linear(xLow, xHigh, left, right), py = linear(yLow, yHigh, bottom, top);
  axes(svg, plot, { px, py, xLow, xHigh, yLow, yHigh, left, right, top, bottom });
  if (dense) reference(svg, dense, py, left, right);
  if (plot.front?.length > 1) {
    const path = plot.front.map(([x, y]) => `${px(x).toFixed(1)},${py(y).toFixed(1)}`).join(" ");
    svg.append(draw("polyline", { class: "front", points: path }));
  }
  for (const row of rows) series(svg, points.filter(one => one.row === row), px, py, plot);
  points.forEach((one, index) => one.mark.setAttribute("tabindex", index ? -1 : 0));
  return { svg, points };
}

function axes(svg, plot, box) {
  const { px, py, left, right, top, bottom } = box;
  for (const tick of roundTicks(box.yLow, box.yHigh, 5)) {
    svg.append(draw("line", { class: "grid", x1: left, x2: right, y1: py(tick), y2: py(tick) }));
    svg.append(draw("text", { x: left - 7, y: py(tick) + 4, "text-anchor": "end" }, plot.yWrite(tick)));
  }
  const ticks = plot.depth ? depthTicks(box.xLow, box.xHigh) : roundTicks(box.xLow, box.xHigh, 6);
  for (const tick of spaced(ticks, px, 34)) {
    svg.append(draw("line", { class: "axis", x1: px(tick), x2: px(tick), y1: bottom, y2: bottom + 4 }));
    const label = plot.depth ? depthLabel(tick) : brief(tick);
    svg.append(draw("text", { x: px(tick), y: bottom + 18, "text-anchor": "middle" }, label));
  }
  svg.append(draw("line", { class: "axis", x1: left, x2: right, y1: bottom, y2: bottom }));
  svg.append(draw("text", { x: right, y: bottom + 35, "text-anchor": "end" }, plot.xTitle));
  svg.append(draw("text", { x: 0, y: top - 14 }, plot.yTitle));
}

function reference(svg, [mean, half], py, left, right) {
  if (half !== null) {
    const size = Math.max(1, py(mean - half) - py(mean + half));
    svg.append(draw("rect", { class: "band", x: left, y: py(mean + half), width: right - left, height: size }));
  }
  svg.append(draw("line", { class: "dense", x1: left, x2: right, y1: py(mean), y2: py(mean) }));
}

function series(svg, points, px, py, plot) {
  if (!points.length) return;
  const { row } = points[0];
  const group = draw("g", { class: `series c${row.colour}`, "data-id": row.id });
  const path = points.map(one => `${px(one.x).toFixed(1)},${py(one.y).toFixed(1)}`).join(" ");
  group.append(draw("polyline", { points: path }));
  for (const one of points) {
    one.left = px(one.x);
    one.top = py(one.y);
    const bars = draw("g", { class: "bars" });
    if (one.yHalf) bars.append(draw("line", { x1: one.left, x2: one.left, y1: py(one.y - one.yHalf), y2: py(one.y + one.yHalf) }));
    if (one.xHalf) bars.append(draw("line", { y1: one.top, y2: one.top, x1: px(one.x - one.xHalf), x2: px(one.x + one.xHalf) }));
    one.mark = draw("g", { class: "point", role: "img", "aria-label": [row.label, ...plot.say(one)].join(", ") },
      draw("use", { href: `#m${row.shape}`, x: one.left.toFixed(1), y: one.top.toFixed(1) }));
    group.append(bars, one.mark);
  }
  svg.append(group);
}
