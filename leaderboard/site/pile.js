// Points that lie on one another: a list of them, from which one is chosen.
const pileAt = (one, point) =>
  one.points.filter(other => Math.hypot(other.left - point.left, other.top - point.top) <= SAME);

function choose(one, point) {
  const here = pileAt(one, point).filter(other => !other.row.published);
  if (here.length < 2) {
    closePile();
    if (here.length) pick(here[0].row.id, here[0].column);
    return;
  }
  const buttons = here.map(other => {
    const button = make("button", { type: "button" }, swatch(other.row), make("span", {}, other.row.label));
    for (const kind of ["pointerenter", "focus"]) button.addEventListener(kind, () => light(other));
    for (const kind of ["pointerleave", "blur"]) button.addEventListener(kind, () => light(null));
    button.addEventListener("click", () => pick(other.row.id, other.column));
    return button;
  });
  const host = byId("pile");
  host.replaceChildren(make("p", {}, `${here.length} points lie here. Which one?`), ...buttons);
  host.hidden = false;
  buttons[0].focus();
}

function closePile() {
  byId("pile").hidden = true;
  byId("pile").replaceChildren();
}

function walkPile(event) {
  if (event.key === "Escape") closePile();
  const buttons = [...byId("pile").querySelectorAll("button")], place = buttons.indexOf(document.activeElement);
  const move = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (place < 0 || !move) return;
  event.preventDefault();
  buttons[(place + move + buttons.length) % buttons.length].focus();
}
