# SPDX-License-Identifier: Apache-2.0
"""The C++ of a project obeys what HLS compilers ask for; each rule is shown to bite."""

from __future__ import annotations

from pathlib import Path

import pytest

from flow.emit.hls import hls_plan
from flow.simulate.csim import ap_types
from tests.hls.cpp_rules import ParseError, findings
from tests.hls.designs import residual_case

HEADER = (
    "#include <vector>\n#include <cstdlib>\n#include <string>\nstruct config { static const unsigned size = 4; };\n"
)
HEADER += "struct number { int v; };\nnumber operator*(const number &, const number &);\n"
HEADER += "bool operator<(const number &, unsigned);\n"

BAD = {
    "heap": [
        "int *f() { return new int(3); }",
        "void f(int *p) { delete p; }",
        "void *f() { return malloc(4); }",
        "template <class T> T *f() { return new T[3]; }",
    ],
    "recursion": [
        "int f(int n) { return n == 0 ? 0 : f(n - 1); }",
        "template <unsigned N> int f(int n) { return n == 0 ? 0 : f<N>(n - 1); }",
        "template <class T> T f(T n) { return n == 0 ? n : f(n - 1); }",
    ],
    "virtual": ["struct s { virtual int f() { return 1; } };", "struct s { virtual ~s() {} };"],
    "container": [
        "void f() { std::vector<int> v; (void)v; }",
        "template <class T> struct s { std::vector<T> v; };",
        "void f() { std::string s; (void)s; }",
    ],
    "loop without a label": [
        "int f() { int s = 0; for (unsigned i = 0; i < 4; ++i) s += 1; return s; }",
        "template <class C> int f() { int s = 0; for (unsigned i = 0; i < C::size; ++i) s += 1; return s; }",
    ],
    "loop without a constant bound": [
        "int f(unsigned n) { int s = 0; l: for (unsigned i = 0; i < n; ++i) s += 1; return s; }",
        "void f(int n) { l: while (n > 0) --n; }",
        "void f(int n) { l: do --n; while (n > 0); }",
        "int f() { int s = 0; l: for (unsigned i = 0; i < 4; ++i) { i = 0; s += 1; } return s; }",
        "int f() { int s = 0; l: for (unsigned i = 0;; ++i) s += 1; return s; }",
        "template <class C> int f(int n) { int s = 0; l: for (int i = 0; i < n; ++i) ++s; return s + C::size; }",
    ],
    "product, quotient or remainder of data": [
        "int f(int a, int b) { return a * b; }",
        "int f(int a) { return a * 3; }",
        "template <class T> T f(T a) { return a * a; }",
        "template <unsigned N> unsigned f(unsigned a) { return a % N; }",
        "void f(int &a) { a *= 3; }",
        "int f(const int *a, unsigned i) { return a[i * 5]; }",
        "number f(number a, number b) { return a * b; }",
        "template <class T> T f(T a, number b) { return T(a * b); }",
    ],
}

GOOD = """
template <class C, unsigned N> unsigned f() {
    static const unsigned count = C::size * N / 2;
    unsigned sum = 0;
rows:
    for (unsigned i = 0; i < count; ++i) {
    columns:
        for (unsigned j = 0; j < C::size * N; ++j) sum += i + j;
    }
    return sum;
}
template unsigned f<config, 3>();
"""


def judged(folder: Path, text: str) -> set[str]:
    source = folder / "case.cpp"
    source.write_text(HEADER + text)
    return {found.rule for found in findings(source, [folder], ["-std=c++14"])}


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule, texts in BAD.items() for text in texts])
def test_each_rule_bites(rule: str, text: str, tmp_path: Path) -> None:
    assert judged(tmp_path, text) == {rule}


def test_constants_may_be_multiplied(tmp_path: Path) -> None:
    assert judged(tmp_path, GOOD) == set()


def test_code_that_does_not_compile_is_no_clean_code(tmp_path: Path) -> None:
    with pytest.raises(ParseError, match="unknown type name"):
        judged(tmp_path, "no_such_type f();")


@pytest.mark.parametrize("standard", ["c++11", "c++14"])
def test_a_whole_project_is_clean(standard: str, tmp_path: Path) -> None:
    hls_plan(residual_case()).write(tmp_path)
    firmware = tmp_path / "firmware"
    arguments = [f"-std={standard}", "-I", str(firmware), "-isystem", str(ap_types())]
    assert not [str(found) for found in findings(firmware / "ern_top.cpp", [firmware], arguments)]
