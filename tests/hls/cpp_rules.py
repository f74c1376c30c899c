# SPDX-License-Identifier: Apache-2.0
"""What HLS compilers refuse, or what may become a DSP block, found on the syntax tree of a real C++ parser (libclang).

Only code of the given folders is judged, not the headers of the vendor or of C++.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import clang.cindex as clang
from clang.cindex import CursorKind, TokenKind

HEAP = {"malloc", "calloc", "realloc", "free"}
CONTAINERS = {
    "array", "basic_string", "bitset", "deque", "forward_list", "function", "list", "map", "multimap", "multiset",
    "priority_queue", "queue", "set", "shared_ptr", "stack", "string", "unique_ptr", "unordered_map", "unordered_set",
    "vector",
}  # fmt: skip
LOOPS = {CursorKind.FOR_STMT, CursorKind.WHILE_STMT, CursorKind.DO_STMT, CursorKind.CXX_FOR_RANGE_STMT}
FUNCTIONS = {
    CursorKind.FUNCTION_DECL,
    CursorKind.FUNCTION_TEMPLATE,
    CursorKind.CXX_METHOD,
    CursorKind.CONSTRUCTOR,
    CursorKind.DESTRUCTOR,
}
COSTLY = {"*", "/", "%", "*=", "/=", "%="}
CONSTANTS = {CursorKind.TEMPLATE_NON_TYPE_PARAMETER, CursorKind.ENUM_CONSTANT_DECL}


class ParseError(Exception):
    """The parser itself refused the file."""


@dataclass(frozen=True)
class Finding:
    """One broken rule."""

    rule: str
    place: str
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.rule}: {self.text}"


def findings(source: Path, folders: list[Path], arguments: list[str]) -> list[Finding]:
    """Broken rules of a translation unit, in code below `folders`.

    Raises:
        ParseError: the source does not compile.
    """
    builtin = subprocess.run(["g++", "-print-file-name=include"], capture_output=True, text=True, check=True)
    # The package of libclang carries no stddef.h of its own.
    arguments = [*arguments, "-isystem", builtin.stdout.strip()]
    unit = clang.Index.create().parse(str(source), args=arguments)
    errors = [str(found) for found in unit.diagnostics if found.severity >= clang.Diagnostic.Error]
    if errors:
        raise ParseError("; ".join(errors[:3]))
    roots = [str(folder.resolve()) for folder in folders]
    return list(dict.fromkeys(_walk(unit.cursor, [], roots)))


def _ours(cursor: clang.Cursor, roots: list[str]) -> bool:
    file = cursor.location.file
    return file is not None and any(str(Path(file.name).resolve()).startswith(root) for root in roots)


def _walk(cursor: clang.Cursor, above: list[clang.Cursor], roots: list[str]) -> Iterator[Finding]:
    for child in cursor.get_children():
        if not above and not _ours(child, roots):
            continue
        yield from _check(child, [*above, cursor])
        yield from _walk(child, [*above, cursor], roots)


def _check(cursor: clang.Cursor, above: list[clang.Cursor]) -> Iterator[Finding]:
    kind = cursor.kind
    if kind in (CursorKind.CXX_NEW_EXPR, CursorKind.CXX_DELETE_EXPR):
        yield _finding("heap", cursor)
    if kind == CursorKind.CALL_EXPR and cursor.spelling in HEAP:
        yield _finding("heap", cursor)
    if kind in (CursorKind.CALL_EXPR, CursorKind.DECL_REF_EXPR, CursorKind.OVERLOADED_DECL_REF):
        enclosing = [parent for parent in above if parent.kind in FUNCTIONS]
        if any(_same_function(cursor, function) for function in enclosing):
            yield _finding("recursion", cursor)
    if kind == CursorKind.CXX_METHOD and cursor.is_virtual_method():
        yield _finding("virtual", cursor)
    if kind == CursorKind.DESTRUCTOR and any(token.spelling == "virtual" for token in cursor.get_tokens()):
        yield _finding("virtual", cursor)
    if kind in (CursorKind.TYPE_REF, CursorKind.TEMPLATE_REF) and _is_container(cursor):
        yield _finding("container", cursor)
    if kind in LOOPS:
        if above[-1].kind != CursorKind.LABEL_STMT:
            yield _finding("loop without a label", cursor)
        if not _bounded(cursor):
            yield _finding("loop without a constant bound", cursor)
    if kind in (CursorKind.BINARY_OPERATOR, CursorKind.COMPOUND_ASSIGNMENT_OPERATOR, CursorKind.CALL_EXPR):
        yield from _check_product(cursor)


def _same_function(cursor: clang.Cursor, function: clang.Cursor) -> bool:
    """Whether a call or reference means a function it sits in."""
    if cursor.spelling != function.spelling:
        return False
    referenced = cursor.referenced
    if referenced is None:
        return True
    candidates = [referenced, clang.conf.lib.clang_getSpecializedCursorTemplate(referenced)]
    if referenced.kind == CursorKind.OVERLOADED_DECL_REF:
        return True
    return any(found is not None and found.get_usr() == function.get_usr() for found in candidates)


def _is_container(cursor: clang.Cursor) -> bool:
    referenced = cursor.referenced
    if referenced is None or referenced.spelling not in CONTAINERS:
        return False
    parent = referenced.semantic_parent
    while parent is not None and parent.kind == CursorKind.NAMESPACE:
        if parent.spelling == "std":
            return True
        parent = parent.semantic_parent
    return False


def _bounded(loop: clang.Cursor) -> bool:
    """`for (unsigned i = constant; i < constant; ++i)`, with i written nowhere in the body."""
    if loop.kind != CursorKind.FOR_STMT:
        return False
    children = list(loop.get_children())
    if len(children) != 4 or children[0].kind != CursorKind.DECL_STMT:
        return False
    declared = list(children[0].get_children())
    condition = [token.spelling for token in children[1].get_tokens()]
    if len(declared) != 1 or condition[:1] != [declared[0].spelling] or condition[1:2] not in (["<"], ["<="]):
        return False
    operands = _operands(children[1])
    step = "".join(token.spelling for token in children[2].get_tokens())
    if step not in (f"++{declared[0].spelling}", f"{declared[0].spelling}++") or len(operands) != 2:
        return False
    return _constant(operands[1]) and not _written(declared[0], children[3])


def _written(variable: clang.Cursor, body: clang.Cursor) -> bool:
    """Whether a loop counter is assigned in the body."""
    for cursor in body.walk_preorder():
        tokens = [token.spelling for token in cursor.get_tokens()]
        if cursor.kind == CursorKind.UNARY_OPERATOR and {"++", "--"} & set(tokens) and variable.spelling in tokens:
            return True
        if cursor.kind in (CursorKind.BINARY_OPERATOR, CursorKind.COMPOUND_ASSIGNMENT_OPERATOR):
            left = [token.spelling for token in next(cursor.get_children()).get_tokens()]
            if left == [variable.spelling] and len(tokens) > 1 and tokens[1] in {"=", "+=", "-=", "<<=", ">>="}:
                return True
    return False


def _operands(cursor: clang.Cursor) -> list[clang.Cursor]:
    """Both sides of a binary expression; an overloaded operator is a call whose middle child is the operator."""
    children = list(cursor.get_children())
    overloaded = cursor.kind == CursorKind.CALL_EXPR and len(children) == 3
    return [children[0], children[2]] if overloaded else children


def _check_product(cursor: clang.Cursor) -> Iterator[Finding]:
    operands = _operands(cursor)
    if len(operands) != 2:
        return
    first = len(list(operands[0].get_tokens()))
    tokens = [token.spelling for token in cursor.get_tokens()]
    operator = tokens[first] if first < len(tokens) else ""
    if operator in COSTLY and not (_constant(operands[0]) and _constant(operands[1])):
        yield _finding("product, quotient or remainder of data", cursor)


def _constant(cursor: clang.Cursor) -> bool:
    """Whether an expression consists of literals, template parameters, static constants and CONFIG:: members."""
    tokens = list(cursor.get_tokens())
    names = {}
    for found in cursor.walk_preorder():
        if found.kind in (CursorKind.DECL_REF_EXPR, CursorKind.MEMBER_REF_EXPR):
            names[found.spelling] = found.referenced
    for place, token in enumerate(tokens):
        if token.kind != TokenKind.IDENTIFIER:
            continue
        qualified = any(0 <= p < len(tokens) and tokens[p].spelling == "::" for p in (place - 1, place + 1))
        if not qualified and not _constant_declaration(names.get(token.spelling)):
            return False
    return bool(tokens)


def _constant_declaration(declaration: clang.Cursor | None) -> bool:
    if declaration is None:
        return False
    if declaration.kind in CONSTANTS:
        return True
    static = declaration.storage_class == clang.StorageClass.STATIC
    return declaration.kind == CursorKind.VAR_DECL and static and declaration.type.is_const_qualified()


def _finding(rule: str, cursor: clang.Cursor) -> Finding:
    file = cursor.location.file
    text = " ".join(token.spelling for token in list(cursor.get_tokens())[:12])
    return Finding(rule, f"{Path(file.name).name if file else '?'}:{cursor.location.line}", text)
