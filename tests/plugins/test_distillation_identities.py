"""The statements of the paper on distillation: what holds, what is off as printed, and by how much."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Generator

from bench_dark_knowledge import duality
from bench_dark_knowledge.identities import (
    Answered,
    Traces,
    best_temperature,
    calibrated,
    equation_11,
    equation_12,
    factorised_11,
    lemma_1,
    proposition_3,
    proposition_4,
)
from bench_dark_knowledge.matrices import bulk_eigenvalues, cross, one_hot, sharpened, softened

CLASSES = 7


def answered(
    seed: int = 0, *, temperature: float = 4.0, alpha: float = 8.0, gamma: float = 0.0, even: bool = True
) -> Answered:
    generator = Generator().manual_seed(seed)
    targets = torch.arange(210) % CLASSES
    if not even:
        targets = torch.minimum(targets, torch.tensor(CLASSES - 3))
    labels = one_hot(targets, CLASSES)
    student = torch.randn(210, CLASSES, generator=generator, dtype=torch.float64) + 2 * labels
    teacher = 3 * torch.randn(210, CLASSES, generator=generator, dtype=torch.float64) + 4 * labels
    return Answered(labels, student, teacher, temperature, alpha, gamma)


def lesson(temperature: float = 4.0, alpha: float = 8.0) -> duality.Lesson:
    generator = Generator().manual_seed(5)
    inputs = torch.randn(300, 9, generator=generator, dtype=torch.float64)
    labels = one_hot(torch.randint(CLASSES, (300,), generator=generator), CLASSES)
    teacher = inputs @ torch.randn(9, CLASSES, generator=generator, dtype=torch.float64)
    return duality.Lesson(inputs, labels, teacher, temperature, alpha)


def apart(one: list[torch.Tensor], other: list[torch.Tensor]) -> float:
    return max(float((a - b).abs().max()) for a, b in zip(one, other, strict=True))


def test_lemma_1_is_exact_in_the_limit_and_off_before_it() -> None:
    assert lemma_1(answered()) < 1e-15
    assert lemma_1(answered(gamma=1.0)) > 0.05


def test_ties_share_in_the_limit() -> None:
    assert sharpened(torch.tensor([[1.0, 1.0, 0.0]])).tolist() == [[0.5, 0.5, 0.0]]


def test_lemma_2_holds_over_300_steps_with_the_hat_put_back() -> None:
    taught = duality.trained(duality.distilled_loss, lesson(), 8, 300, 0)

    assert apart(taught, duality.trained(duality.dual_loss, lesson(), 8, 300, 0)) < 1e-10


@pytest.mark.parametrize("rule", [duality.unhatted_loss, duality.reversed_loss, duality.cross_entropy_loss])
def test_lemma_2_fails_without_the_hat_for_the_reversed_divergence_and_for_cross_entropy(rule) -> None:
    taught = duality.trained(duality.distilled_loss, lesson(), 8, 100, 0)

    assert apart(taught, duality.trained(rule, lesson(), 8, 100, 0)) > 1e-2


def test_the_dual_s_potential_has_the_gradient_p_dual() -> None:
    logits = torch.randn(5, CLASSES, generator=Generator().manual_seed(0), dtype=torch.float64)
    logits.requires_grad_()
    duality.potential(logits, 4.0, 8.0).sum().backward()

    expected = (4 * torch.softmax(logits, 1) + 8 * torch.softmax(logits / 4, 1)) / 12
    torch.testing.assert_close(logits.grad, expected.detach())


def test_proposition_3_holds_for_even_labels_and_with_a_constant_for_all() -> None:
    assert proposition_3(answered(), constant=False) < 1e-15
    assert proposition_3(answered(even=False), constant=False) > 1e-3
    assert proposition_3(answered(even=False), constant=True) < 1e-15


@settings(deadline=None)
@given(st.integers(0, 99), st.floats(0.5, 10), st.floats(0, 50), st.sampled_from([0.0, 0.3, 1.0]))
def test_equation_11_holds_with_t_alpha(seed: int, temperature: float, alpha: float, gamma: float) -> None:
    case = answered(seed, temperature=temperature, alpha=alpha, gamma=gamma, even=seed % 2 == 0)

    assert equation_11(case, printed=False) < 1e-12


def test_equation_11_fails_as_printed() -> None:
    assert equation_11(answered(gamma=1.0), printed=True) > 1e-4


def test_proposition_4_is_off_for_a_teacher_that_is_too_soft() -> None:
    assert proposition_4(answered(temperature=8.0, alpha=64.0)) < -0.1


def test_a_calibrated_teacher_scores_any_student_at_its_accuracy() -> None:
    generator = Generator().manual_seed(3)
    logits = 2 * torch.randn(40_000, CLASSES, generator=generator, dtype=torch.float64)
    chance = softened(logits, 1.0)
    targets = torch.multinomial(chance, 1, generator=generator)[:, 0]
    student = logits + 2 * torch.randn(40_000, CLASSES, generator=generator, dtype=torch.float64)
    accuracy = float((student.argmax(1) == targets).double().mean())

    assert abs(calibrated(student, logits, 1.0, accuracy)) < 0.01
    assert calibrated(student, logits, 8.0, accuracy) < -0.2
    assert best_temperature(3 * logits, targets) == pytest.approx(3.0, rel=0.05)


@given(st.floats(0.5, 10), st.floats(0, 1e4), st.floats(0.01, 2), st.floats(0.1, 2))
def test_equation_12_repaired_is_equation_11_where_traces_factorise(
    temperature: float, alpha: float, g: float, chi: float
) -> None:
    traces = Traces(g, chi)
    repaired = equation_12(traces, temperature, alpha, printed=False)

    assert repaired == pytest.approx(factorised_11(traces, temperature, alpha), rel=1e-12)
    assert equation_12(traces, temperature, 0.0, printed=False) == pytest.approx(1)
    assert equation_12(traces, temperature, 0.0, printed=True) == pytest.approx(1 / temperature)


def test_equation_12_has_the_limits_of_its_repair() -> None:
    chi, alpha = 0.8, 6.0

    assert equation_12(Traces(0.7 / 1e9, chi), 1e9, alpha, printed=False) == pytest.approx(1, abs=1e-6)
    sharp = Traces.of(answered(temperature=3.0, alpha=alpha))
    assert sharp.g == pytest.approx(1 / 3.0)
    expected = (3.0 + alpha * sharp.chi) / (3.0 + alpha)
    assert equation_12(sharp, 3.0, alpha, printed=False) == pytest.approx(expected)


def test_the_matrix_of_centred_rows_has_a_zero_mode_that_the_bulk_leaves_out() -> None:
    case = answered()
    matrix = cross(case.labels, sharpened(case.student))

    assert float((matrix @ torch.ones(CLASSES).double()).abs().max()) < 1e-14
    whole = torch.linalg.eigvalsh(matrix)
    bulk = bulk_eigenvalues(matrix)
    assert len(bulk) == CLASSES - 1
    torch.testing.assert_close(bulk.sum(), whole.sum())
