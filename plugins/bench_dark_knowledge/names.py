"""The metrics and curves that the measures return, by name."""

from __future__ import annotations

IDENTITIES = (
    "lemma1",
    "lemma1_unsharpened",
    "lemma2",
    "lemma2_unhatted",
    "lemma2_reversed",
    "lemma2_cross_entropy",
    "prop3_means",
    "prop3_constant",
    "prop3_means_uneven",
    "prop3_constant_uneven",
    "eq11",
    "eq11_printed",
    "prop4_gap",
    "eq12",
    "eq12_printed",
    "eq12_no_teacher",
    "eq12_no_teacher_printed",
    "eq12_hot",
    "eq12_hot_printed",
    "eq12_sharp",
    "eq12_sharp_printed",
    "eq1_doubled",
)
CORRELATIONS = (0.05, 0.3, 0.6)
SMALL_Q = (0.01, 0.1)
LARGE_Q = (0.5,)
SHOWN = (0.1, 0.6)
ENSEMBLES = (
    "ks_gaussian",
    "ks_one_hot_small_q",
    "ks_one_hot_large_q",
    "ks_one_hot_counts",
    "ks_balanced_cubic",
    "ks_balanced_counts",
)
ENSEMBLE_CURVES = (
    "ensemble_q",
    "ensemble_c",
    "ks_gaussian_by_place",
    "ks_one_hot_by_place",
    "ks_one_hot_counts_by_place",
    "ks_balanced_by_place",
    "ensemble_shown",
    *(f"ensemble_{name}" for name in ("gaussian", "one_hot", "balanced")),
    *(f"ensemble_{name}" for name in ("x", "cubic", "poisson", "binomial")),
)
FORMS = ("paper", "compensated")
STATISTICS = ("mae", "max", "r", "r2")
SCORED = ("no_change", "eq11", "chi_soft", "form12", "probe")
STUDENTS = (
    "student_accuracy",
    "student_accuracy_sd",
    "student_parameters",
    "student_classes",
    "teacher_accuracy",
    "teacher_parameters",
    "teacher_temperature",
    "calibration_gap",
    *(
        f"{form}_{statistic}_{estimator}"
        for form in FORMS
        for estimator in SCORED
        for statistic in (("mae", "max") if estimator == "no_change" else STATISTICS)
    ),
    *(f"{form}_{name}" for form in FORMS for name in ("gain_least", "gain_most", "prop4_gap")),
    "ks_cubic_full",
    "ks_cubic_parts",
    "ks_fitted",
    "ks_counts",
)
PROBE = (
    "probe_accuracy_hard",
    "probe_gain",
    "probe_held_accuracy",
    "probe_test_accuracy",
    "probe_chance",
)
PROBE_CURVES = ("probe_temperatures", "probe_shares", "probe_gains", "eq11_gains")
STUDENT_CURVES = (
    "temperatures",
    "shares",
    *(f"{form}_{name}" for form in FORMS for name in ("accuracy", *SCORED)),
    "spectrum_q",
    "ks_cubic_by_q",
    "ks_fitted_by_q",
    "ks_counts_by_q",
    *(f"{part}_{name}" for part in ("full", "sampled") for name in ("eigenvalues", "x", "cubic", "counts")),
)
