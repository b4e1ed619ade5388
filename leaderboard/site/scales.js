// Scales, ticks and the way numbers are written; the same as bench/board/formats.py does.
const DASH = "\u2013", MINUS = "\u2212";

const fixed = (value, digits) =>
  (Math.abs(value) < 1e7 ? value.toFixed(digits) : value.toPrecision(3)).replace("-", MINUS);
const brief = value => String(Number(value.toPrecision(4))).replace("-", MINUS);

const counted = value => {
  const [unit, size] = [["G", 1e9], ["M", 1e6], ["k", 1e3]].find(([, size]) => value >= size) ?? ["", 1];
  return `${brief(value / size)}${unit && ` ${unit}`}`;
};

function written(mean, half, seeds, write, writeHalf = write) {
  if (mean === null || mean === undefined) return DASH;
  if (half !== null && half !== undefined) return `${write(mean)} ± ${writeHalf(half)}`;
  return seeds === null ? write(mean) : `${write(mean)} (n = ${seeds})`;
}

function linear(low, high, from, to) {
  const factor = (to - from) / (high - low || 1);
  return value => from + (value - low) * factor;
}

function roundTicks(low, high, wanted) {
  const raw = (high - low) / wanted || 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map(unit => unit * power).find(size => size >= raw);
  const ticks = [];
  for (let index = Math.ceil(low / step - 1e-9); index * step <= high + step * 1e-9; index++) {
    ticks.push(Number((index * step).toPrecision(12)));
  }
  return ticks;
}

// The sparsity axis: position −log10 of what is left; ticks where 50, 20, 10, 5, 2, 1 … % are left.
const depth = sparsity => -Math.log10(1 - sparsity);
const onAxis = sparsity => sparsity !== null && sparsity >= 0 && sparsity < 1;

function depthTicks(low, high) {
  const ticks = [0];
  for (let power = 1; power < 12; power++) {
    for (const unit of [5, 2, 1]) ticks.push(power - Math.log10(unit));
  }
  return ticks.filter(tick => tick >= low - 1e-9 && tick <= high + 1e-9);
}

const depthLabel = tick => String(Number((100 * (1 - 10 ** -tick)).toPrecision(10)));

function spaced(ticks, place, gap) {
  const kept = [];
  for (const tick of ticks) {
    if (!kept.length || Math.abs(place(tick) - place(kept[kept.length - 1])) >= gap) kept.push(tick);
  }
  return kept;
}

function quantile(ordered, share) {
  const place = share * (ordered.length - 1), low = Math.floor(place);
  return ordered[low] + (place - low) * ((ordered[low + 1] ?? ordered[low]) - ordered[low]);
}

// Tukey's fences: what lies 1.5 interquartile ranges beyond the quartiles is an outlier.
function within(values) {
  const ordered = [...values].sort((a, b) => a - b);
  const low = quantile(ordered, 0.25), high = quantile(ordered, 0.75), reach = 1.5 * (high - low);
  const kept = ordered.filter(value => value >= low - reach && value <= high + reach);
  return [kept[0], kept[kept.length - 1]];
}
