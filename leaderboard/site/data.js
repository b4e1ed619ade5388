// Unpacks the page's data: columns of short numbers become rows of named ones.
const numbers = text => text.split(",").map(word => (word === "" ? null : Number(word)));
const scaled = (value, unit) => (value === null ? null : value * unit);
const pair = (values, unit) => (values ? [values[0] * unit, values.length > 1 ? values[1] * unit : null] : null);

function unpack(cell, words) {
  const width = cell.grid.length, { unit } = cell;
  const units = { metric: unit, metricHalf: unit, difference: unit, differenceHalf: unit, error: 1e-4, errorHalf: 1e-4 };
  const columns = Object.entries(cell.points).map(([name, text]) => [name, numbers(text).map(value => scaled(value, units[name] ?? 1))]);
  cell.latencies = columns.map(([name]) => name).filter(name => name.startsWith("latency_"));
  cell.has = Object.fromEntries(columns.map(([name]) => [name, true]));
  const point = place => {
    const one = { place, column: place % width, seeds: cell.seeds };
    for (const [name, values] of columns) one[name] = values[place];
    if (one.metric === null || one.metric === undefined) return null;
    one.asked = cell.grid[one.column];
    one.achieved = one.achieved === null || one.achieved === undefined ? null : one.asked + one.achieved * 1e-5;
    return one;
  };
  const each = Object.fromEntries(["mark", "area", "areaHalf", "whole", "draws", "trials", "cost"].map(name => [name, numbers(cell[name])]));
  const [ids, files, groups] = [cell.id, cell.records, cell.group].map(text => text.split(","));
  const front = cell.front === "" ? [] : numbers(cell.front);
  cell.rows = cell.label.map((label, row) => {
    const [plugins, commits, machines, only, papers] = cell.sources[row].split("|").map(
      group => group.split(" ").filter(Boolean).map(number => words[Number(number)]));
    const mark = each.mark[row];
    return {
      id: ids[row], label, group: groups[row], seeds: each.whole[row], draws: each.draws[row], trials: each.trials[row], cost: each.cost[row],
      area: scaled(each.area[row], 1e-4), areaHalf: scaled(each.areaHalf[row], 1e-4), records: files[row],
      colour: mark % 6, shape: (mark + Math.floor(mark / 24)) % 8, version: cell.version[row],
      own: pair(cell.own[row], unit), plugins, commits, machines, only, papers,
      leads: front.some(place => Math.floor(place / width) === row),
      points: cell.grid.map((_, column) => point(row * width + column)),
    };
  });
  cell.front = front.map(place => cell.rows[Math.floor(place / width)].points[place % width]);
  cell.dense = pair(cell.dense, unit);
  cell.trained = pair(cell.trained, unit);
  return cell;
}

// Published points stand beside the rows: drawn, named, and never in the table.
function published(cell, reference) {
  const here = reference.filter(one => one.task === cell.task && one.model === cell.model);
  const methods = [...new Set(here.map(one => one.method))];
  return methods.map((method, number) => ({
    id: `published-${number}`, label: method, published: true, leads: true, colour: "p", shape: 0,
    points: here.filter(one => one.method === method).sort((a, b) => a.sparsity - b.sparsity).map((one, column) => ({
      column, metric: one.value, metricHalf: null, error: one.spectral_error ?? null, errorHalf: null,
      achieved: one.sparsity, source: one.source, seeds: null,
    })),
  }));
}
