"""What the general figures put on their axes: labels, lines, values; and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest

import bench
from bench.board.images import paper_style
from bench.testing.figure_frame import figure_frame

MEANS = figure_frame().query("`spec.model` == 'mlp' and `spec.pruner` == 'magnitude'")


@pytest.fixture
def draw(catalog):
    def drawn(figure, frame=None, **params):
        with paper_style():
            return catalog.get("figure", figure).make(params)(figure_frame() if frame is None else frame)

    return drawn


def legend(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_curves_are_medians_over_records_with_quartiles(draw):
    where = ["model=mlp", "pruner=magnitude,random", "sparsity=0.9"]
    [axes] = draw("curves", where=where, log_y=True).axes
    frame = figure_frame()
    kept = frame[(frame["spec.model"] == "mlp") & (frame["spec.sparsity"] == 0.9)]
    curves = np.array(kept[kept["spec.pruner"] == "magnitude"]["curves.mse_by_units"].tolist())
    first, _ = axes.lines
    assert np.allclose(first.get_ydata(), np.median(curves, axis=0))
    assert list(first.get_xdata()) == [0, 1, 2, 3, 4, 5, 6]
    low = axes.collections[0].get_paths()[0].vertices[:, 1].min()
    assert low == pytest.approx(np.quantile(curves, 0.25, axis=0).min())
    assert (axes.get_xlabel(), axes.get_ylabel(), axes.get_yscale()) == (
        "Units kept", "Mean squared error", "log",
    )  # fmt: skip


def test_a_relative_curve_is_scaled_by_the_metric_and_its_last_value(draw):
    figure = draw(
        "curves",
        hue=["model"],
        x_relative_to="teacher_units",
        y_relative=True,
        mark="teacher_units",
        x_to="0.5",
    )
    [axes] = figure.axes
    line = axes.lines[0]
    assert np.allclose(line.get_xdata(), (np.arange(7) - 3) / 3)
    assert line.get_ydata()[-1] == pytest.approx(1)
    assert axes.lines[-1].get_xdata() == pytest.approx([0, 0])
    assert axes.get_xlim() == pytest.approx((-1 - 0.03 * 1.5, 0.5))
    assert legend(figure) == ["lenet-5", "mlp", "Teacher units"]


def test_curves_over_other_places_are_interpolated_within_their_ends(draw):
    frame = figure_frame().iloc[:2].copy()
    frame["curves.a"] = [(0, 2), (0, 1, 4)]
    frame["curves.b"] = [(0.0, 2.0), (2.0, 2.0, 2.0)]
    [axes] = draw("curves", frame, x="a", y="b", hue=["model"], centre="mean", band="none").axes
    assert list(axes.lines[0].get_xdata()) == [0, 1, 2, 4]
    assert list(axes.lines[0].get_ydata()) == [1.0, 1.5, 2.0, 2.0]


def test_a_trend_has_means_with_intervals_and_the_line_to_compare_with(draw):
    [axes] = draw("trend", where=["model=mlp", "pruner=magnitude"], reference="0.75").axes
    means = MEANS.groupby("spec.sparsity")["metrics.accuracy"].mean()
    assert np.allclose(axes.lines[0].get_ydata(), means)
    assert list(axes.lines[0].get_xdata()) == [0.5, 0.9]
    assert axes.lines[1].get_ydata() == [0.75, 0.75]
    [bars] = axes.collections
    low = bench.analysis.estimate(MEANS[MEANS["spec.sparsity"] == 0.5]["metrics.accuracy"].tolist()).low
    assert bars.get_segments()[0][0][1] == pytest.approx(low)


def test_a_scatter_has_a_mark_a_record_and_rank_correlations_by_panel(draw):
    figure = draw("scatter", col=["model"], style=["sparsity"], spearman=True, reference="y=x")
    frame = figure_frame()
    for axes in figure.axes:
        name = axes.get_title().partition(" ")[0]
        part = frame[frame["spec.model"] == name]
        rho = part["metrics.spectral_error"].rank().corr(part["metrics.accuracy"].rank())
        assert axes.get_title() == f"{name} (\u03c1 = {rho:.2f})".replace("-0", "\u22120")
        marks = [line for line in axes.lines if line.get_linestyle() == "None"]
        assert sum(len(line.get_xdata()) for line in marks) == len(part)
    assert legend(figure)[0] == "Method"
    assert legend(figure)[-3:] == ["Sparsity", "0.5", "0.9"]


@pytest.mark.parametrize("horizontal", [False, True])
def test_bars_are_means_by_category(draw, horizontal):
    figure = draw("bars", where=["model=mlp", "sparsity=0.9"], horizontal=horizontal, reference="0.5")
    [axes] = figure.axes
    sizes = [bar.get_width() if horizontal else bar.get_height() for bar in axes.patches]
    assert len(sizes) == 3
    assert sizes[1] == pytest.approx(MEANS[MEANS["spec.sparsity"] == 0.9]["metrics.accuracy"].mean())
    words = axes.get_yticklabels() if horizontal else axes.get_xticklabels()
    assert [word.get_text() for word in words] == ["\\$\\frac{", "magnitude", "random"]


def test_traces_count_a_dense_network_once_and_keep_keys_apart(draw):
    figure = draw("traces", keys=["sv_*"], layers=["fc1"], relative="first", col=["model"])
    assert [axes.get_title() for axes in figure.axes] == ["lenet-5", "mlp"]
    assert [len(axes.lines) for axes in figure.axes] == [2, 2]
    assert all(line.get_ydata()[0] == 1 for axes in figure.axes for line in axes.lines)
    assert list(figure.axes[0].lines[0].get_xdata()) == [0, 1, 2]


def test_quantiles_become_distribution_functions_from_zero_to_one(draw):
    [axes] = draw("distributions", figure_frame().iloc[:1]).axes
    values = figure_frame()["curves.path_quantiles"].iloc[0]
    assert list(axes.lines[0].get_xdata()[1:-1]) == list(values)
    assert np.allclose(axes.lines[0].get_ydata(), [0, *np.linspace(0, 1, 11), 1])


def test_quantiles_against_themselves_lie_on_the_diagonal(draw):
    [axes] = draw("distributions", against="path_quantiles", hue=["model"], where=["model=mlp"]).axes
    line, _ = axes.lines
    assert np.allclose(line.get_xdata(), line.get_ydata())


def test_a_heat_map_has_a_number_a_cell(draw):
    axes, _ = draw("heatmap", where=["model=mlp"]).axes
    shown = [text.get_text() for text in axes.texts]
    assert len(shown) == 6
    assert shown[2] == f"{MEANS[MEANS['spec.sparsity'] == 0.5]['metrics.accuracy'].mean():.3f}"
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["0.5", "0.9"]


def test_other_words_stand_for_labels_and_several_columns_are_joined(draw):
    figure = draw(
        "trend",
        hue=["model", "seed"],
        where=["pruner=random"],
        names=["mlp · seed 0 -> The first", "Model · Seed -> Network"],
    )
    assert legend(figure)[:4] == ["lenet-5 · seed 0", "lenet-5 · seed 1", "lenet-5 · seed 2", "The first"]
    assert figure.legends[0].get_title().get_text() == "Network"


@pytest.mark.parametrize("count", [3, 16])
def test_any_number_of_methods_has_colours_of_its_own_and_room_in_the_legend(draw, count):
    frame = figure_frame().iloc[:count].copy()
    frame["spec.pruner"] = frame["entry"] = [f"method-{place:02}" for place in range(count)]
    figure = draw("scatter", frame)
    assert len({line.get_color() for line in figure.axes[0].lines}) == count
    figure.draw_without_rendering()
    assert figure.legends[0].get_window_extent().height <= figure.bbox.height
    assert legend(figure) == [f"method-{place:02}" for place in range(count)]


@pytest.mark.parametrize(
    ("figure", "params", "message"),
    [
        ("curves", {"y": "mse_by_unit"}, "no record has 'mse_by_unit'"),
        ("curves", {"x": "path_quantiles"}, "differ in length"),
        ("curves", {"x_to": "far"}, "is no number"),
        ("trend", {"reference": "x=y"}, "is no line"),
        ("trend", {"hue": ["colour"]}, "no record has 'colour'"),
        ("trend", {"names": ["random"]}, "not 'label -> words'"),
        ("bars", {"reference": "y=x", "horizontal": True}, "is no level"),
        ("heatmap", {"middle": "zero"}, "is no number"),
    ],
)
def test_what_is_mistaken_is_the_users_error(draw, figure, params, message):
    with pytest.raises(bench.UserError, match=message):
        draw(figure, **params)


@pytest.mark.parametrize(
    ("figure", "params"),
    [
        ("curves", {"where": ["model=vgg19"]}),
        ("traces", {"measure": "unknown"}),
        ("scatter", {"log_x": True, "x": "accuracy - accuracy"}),
    ],
)
def test_what_records_do_not_give_is_unsupported_with_a_reason(draw, figure, params):
    with pytest.raises(bench.Unsupported, match=r"no (selected )?record has"):
        draw(figure, **params)
