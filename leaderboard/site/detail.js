// What is behind a row: its numbers at every sparsity, its records, command, code, machine and papers.
function copied(text) {
  const block = make("pre", { tabindex: "0" }, text), button = make("button", { type: "button", class: "copy" }, "Copy");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(block);
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
  return make("div", { class: "code" }, block, button);
}

const quoted = word => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`);
const commandOf = row => ["bench", "run", data.suite, ...row.only.flatMap(only => ["--only", only])].map(quoted).join(" ");

function pointTable(row, cell) {
  const views = Object.values(viewsOf(cell));
  const head = make("tr", {}, ...["Sparsity", ...views.map(view => view.title), "Seeds"].map(title => make("th", { scope: "col" }, title)));
  const lines = cell.grid.map((sparsity, column) => {
    const point = row.points[column];
    return make("tr", { "data-column": column }, make("th", { scope: "row" }, shareOf(sparsity)),
      ...views.map(view => make("td", {}, point ? view.text(point) : DASH)), make("td", {}, `${point ? point.seeds : 0}/${cell.seeds}`));
  });
  return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `All that was measured of ${row.label}` },
    make("table", {}, make("caption", {}, make("span", {}, "All that was measured, by the sparsity asked for.")), make("thead", {}, head), make("tbody", {}, ...lines)));
}

function detail(row, cell, width) {
  const said = list => list.join("; ") || "not recorded";
  const facts = [
    ["Records", make("a", { href: `../records/${row.records}` }, `${row.trials} records`)],
    ["Reproduce", copied(commandOf(row))],
    ["Plugin", `${said(row.plugins)}, component version ${row.version || "not recorded"}`],
    ["Source commit", said(row.commits)],
    ["Machine", said(row.machines)],
    ["BibTeX", copied([...row.papers, data.own].join("\n").trim())],
  ];
  const list = make("dl", { class: "plain" }, ...facts.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
  const inside = make("div", { class: "inside" }, pointTable(row, cell), list);
  return make("tr", { class: "detail" }, make("td", { colspan: width }, inside));
}
