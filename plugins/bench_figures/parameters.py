"""The parameters that figures share, so that one word means one thing in all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bench import Param

_QUANTITY = 'a metric, a dotted column, or two of them: "loss - loss_dense", "a / b"'
_COLUMNS = 'columns as conditions name them, such as "model" or "params.mode"; "method" is the contestant'

WHERE = Param(
    "where", str, [], 'conditions on records, such as "model=lenet-5" and "sparsity>=0.9"', many=True
)
NAMES = Param("names", str, [], 'other words for labels, each "label -> words"', many=True)
TITLES = (
    Param("x_label", str, "", "the title of the x axis; made of the names unless given"),
    Param("y_label", str, "", "the title of the y axis"),
)
LOG_X = Param("log_x", bool, False, "a logarithmic x axis")
LOG_Y = Param("log_y", bool, False, "a logarithmic y axis")
LOG_BOTH = (LOG_X, LOG_Y)
REFERENCE = Param("reference", str, "", 'a line to compare with: "y=x", or the y of a level one')

CURVE_X = Param("x", str, "units_kept", 'the curve along x, or "index" for the place in y')
CURVE_Y = Param("y", str, "mse_by_units", "the curve along y")
X_RELATIVE = Param("x_relative_to", str, "", "a quantity m of the record: x is shown as (x - m) / m")
Y_RELATIVE = Param("y_relative", bool, False, "divide each curve by its last value")
X_TO = Param("x_to", str, "", "where the x axis ends; all is shown unless given")
MARK = Param("mark", str, "", "a quantity whose values are marked along x, such as teacher_units")
CURVE_SHOWN = (X_RELATIVE, Y_RELATIVE, X_TO, MARK)

QUANTILES = Param("quantiles", str, ["path_quantiles"], "curves of quantiles, evenly from 0 to 1", many=True)
AGAINST = Param(
    "against", str, "", "another curve of quantiles: then quantiles against quantiles, and the line y = x"
)

MEASURE = Param("measure", str, "sv-trace", "the trace measure")
KEYS = Param(
    "keys",
    str,
    ["sv_1"],
    'what to draw of each layer, or of its metrics; "sv_*" is all that begin so',
    many=True,
)
LAYERS = Param("layers", str, ["*"], "which layers, by name or pattern", many=True)
RELATIVE = Param(
    "relative",
    str,
    "",
    "divide each line by its value at the first or the last epoch",
    choices=("", "first", "last"),
)

STYLE = Param("style", str, [], "columns that the shape of a mark shows", many=True)
SPEARMAN = Param("spearman", bool, False, "write each panel's rank correlation into its title")
BETTER = Param("better", str, "lower", "which wins", choices=("higher", "lower"))
OTHER = Param("other", str, ["pruner=magnitude"], "conditions of the one that is to be beaten", many=True)
OF_LAYERS = Param("layers", bool, False, "whether a pair is one layer of two trials")
EVEN = replace(REFERENCE, default="0.5")
HORIZONTAL = Param("horizontal", bool, False, "bars that lie, for long names")
VALUE_LABEL = Param("value_label", str, "", "the title of the colours")
LOG_COLOUR = Param("log_colour", bool, False, "colours by logarithm")
MIDDLE = Param("middle", str, "", "a number that is neither colour: smaller and larger differ in hue")


def quantity(name: str, default: str) -> Param:
    """A parameter that names numbers of records."""
    return Param(name, str, default, _QUANTITY)


def quantities(x: str, y: str) -> tuple[Param, Param]:
    """The quantities along both axes."""
    return quantity("x", x), quantity("y", y)


def category(name: str, default: Sequence[str]) -> Param:
    """A parameter that names columns whose values, joined, are categories."""
    return Param(name, str, list(default), f"{_COLUMNS}; their values are joined", many=True)


def hue(default: Sequence[str]) -> Param:
    """What colours tell apart."""
    return Param("hue", str, list(default), f"what colours tell apart: {_COLUMNS}", many=True)


def col(default: Sequence[str]) -> Param:
    """What panels tell apart."""
    return Param("col", str, list(default), f"what panels tell apart: {_COLUMNS}", many=True)


def centre(default: str) -> Param:
    """What stands for several records."""
    return Param("centre", str, default, "what stands for several records", choices=("mean", "median"))


def common(
    middle: str, spread: str, hue: Sequence[str] = ("method",), col: Sequence[str] = ()
) -> tuple[Param, ...]:
    """The parameters of figures that show several records, such as those of seeds, as one."""
    band = Param(
        "band",
        str,
        spread,
        "how far records lie apart: quartiles, the t-interval of the mean, the range, or nothing",
        choices=("iqr", "ci", "range", "none"),
    )
    colours, panels = _hue(hue), _col(col)
    return (WHERE, colours, panels, centre(middle), band, NAMES, *TITLES)


_hue, _col = hue, col
