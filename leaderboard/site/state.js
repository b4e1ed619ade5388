// What is on show, kept in the address: a view can be linked, and is restored from its link.
const state = { task: "", model: "", axes: "", show: "", sort: "", dir: "", q: "", pick: "", at: "" };

function readAddress() {
  const given = new URLSearchParams(location.hash.slice(1));
  for (const key of Object.keys(state)) state[key] = given.get(key) ?? "";
  if (state.dir !== "ascending") state.dir = "descending";
}

function writeAddress() {
  const kept = Object.entries(state).filter(([key, value]) => value && (key !== "dir" || state.sort));
  history.replaceState(null, "", `#${new URLSearchParams(kept)}`);
}

// The pickers narrow from left to right; a value that is not there gives way to the first that is.
function currentCell() {
  let left = cells;
  for (const key of ["task", "model"]) {
    const values = [...new Set(left.map(cell => cell[key]))];
    if (!values.includes(state[key])) state[key] = values[0];
    byId(key).replaceChildren(...values.map(value => new Option(value, value, false, value === state[key])));
    left = left.filter(cell => cell[key] === state[key]);
  }
  return left[0];
}

const matching = rows => {
  const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter(row => words.every(word => row.label.toLowerCase().includes(word)));
};
