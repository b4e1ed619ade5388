"""BibTeX: whole entries, and nothing that LaTeX would run."""

import re

from bench.board.about import about
from bench.board.bibtex import cite_bib, escaped, is_paper, own, paper


def balanced(text):
    bare = re.sub(r"\\[{}\\]", "", text)
    return bare.count("{") == bare.count("}")


def test_a_paper_is_its_words_and_its_number_on_arxiv():
    entry = paper("synflow", "Tanaka et al., Pruning without Data, 2020 (arXiv 2006.05467)")
    assert entry.startswith(
        "@misc{synflow,\n  note = {Tanaka et al., Pruning without Data, 2020 (arXiv 2006.05467)},"
    )
    assert "eprint = {2006.05467}" in entry
    assert balanced(entry)


def test_text_is_printed_and_not_run():
    assert escaped("100 % & \\input{x}_#~^$") == (
        "100 \\% \\& \\textbackslash{}input\\{x\\}\\_\\#\\textasciitilde{}\\textasciicircum{}\\$"
    )
    assert balanced(paper("a}{b", "}}\\end{document} 2020"))


def test_what_names_no_year_is_no_paper():
    assert is_paper("Han et al., NeurIPS 2015")
    assert is_paper("arXiv 2104.08378")
    assert not is_paper("prunebench's own")
    assert not is_paper("")


def test_the_file_names_prunebench_first_and_each_paper_once():
    data = cite_bib({"b": "B, 2001", "a": "A, 2000"}).decode()
    assert re.findall(r"@\w+\{([\w-]+),", data) == ["prunebench", "a", "b"]
    assert data.startswith(own())


def test_papers_and_summaries_come_from_the_catalog(catalog, make, change):
    records = [change(one, {"spec/model": "lenet-5"}) for one in make(suite="digits", seeds=(0,))]
    known = about(catalog, records)
    assert "Han" in known.papers["pruner", "magnitude"]
    assert ("pruner", "random") not in known.papers or is_paper(known.papers["pruner", "random"])
    assert "digits" in known.summaries["digits", "1"].lower()


def test_a_component_or_suite_that_no_plugin_has_is_left_out(catalog, make, change):
    records = [change(one, {"components/pruner/name": "nobody"}) for one in make(suite="nowhere", seeds=(0,))]
    known = about(catalog, records)
    assert ("pruner", "nobody") not in known.papers
    assert known.summaries == {}
