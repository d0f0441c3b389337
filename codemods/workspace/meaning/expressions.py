"""The value of each kind of expression."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ast_grep_py import SgNode

from codemods.source.tree import (
    CLASS_KINDS,
    FUNCTION_KINDS,
    arguments,
    member,
    named,
    operator_of,
    string_value,
    unwrap,
)
from codemods.workspace.meaning import ambient, calls, contexts, language, modules, objects, types
from codemods.workspace.meaning.values import (
    NOTHING,
    THIS,
    BuiltIn,
    ClassValue,
    ExternalValue,
    FunctionValue,
    GlobalValue,
    Instance,
    ModuleValue,
    Nothing,
    ObjectValue,
    UnknownValue,
    Value,
    is_known,
    join,
)

if TYPE_CHECKING:
    from codemods.workspace.meaning.evaluator import Evaluator

_Evaluate = Callable[["Evaluator", str, SgNode], Value]

_STRING, _NUMBER, _BOOLEAN = BuiltIn("String"), BuiltIn("Number"), BuiltIn("Boolean")
_UNARY: dict[str, Value] = {"!": _BOOLEAN, "delete": _BOOLEAN, "typeof": _STRING, "void": NOTHING}
# What no written type can make more certain.
_CERTAIN = (FunctionValue, ClassValue, ObjectValue, ModuleValue)
_COLLECTIONS = frozenset({"Map", "Set", "Array"})
_COMPARISONS = frozenset({"==", "===", "!=", "!==", "<", ">", "<=", ">=", "in", "instanceof"})


def evaluate(ev: Evaluator, file: str, node: SgNode) -> Value:
    """The value of the expression `node`."""
    kind = node.kind()
    if kind in FUNCTION_KINDS:
        return FunctionValue(file, node)
    if kind in CLASS_KINDS:
        return ClassValue(file, node)
    rule = _BY_KIND.get(kind)
    return rule(ev, file, node) if rule is not None else UnknownValue(f"a {kind.replace('_', ' ')} is not followed")


def _identifier(ev: Evaluator, file: str, node: SgNode) -> Value:
    name = node.text()
    binding = ev.bindings(file).resolve(node)
    if binding is not None:
        return ev.binding(file, binding)
    if name == "undefined":
        return NOTHING
    return modules.commonjs_name(ev, file, node) or ambient.undeclared(ev, file, name)


def _this(ev: Evaluator, file: str, node: SgNode) -> Value:
    """`this` belongs to the nearest method or field around it; arrows pass it through."""
    inner = node
    for outer in node.ancestors():
        match outer.kind():
            case "method_definition" | "public_field_definition" | "field_definition":
                return _owner(ev, file, outer)
            case "class_static_block":
                return _owner(ev, file, outer)
            case "function_expression" | "generator_function":
                parent = outer.parent()
                if parent is not None and parent.kind() == "pair":
                    return _owner(ev, file, parent)
                return _bound_this(ev, file, outer)
            case "function_declaration" | "generator_function_declaration":
                return UnknownValue("`this` of a function depends on how it is called")
        inner = outer
    return UnknownValue(f"`this` outside of any class ({inner.kind()})")


def _bound_this(ev: Evaluator, file: str, function: SgNode) -> Value:
    """`this` of a function given to a package, as an argument or by assigning it to something of the package."""
    unknown = UnknownValue("`this` of a function depends on how it is called")
    parent = function.parent()
    left = parent.field("left") if parent is not None and parent.kind() == "assignment_expression" else None
    given_to = ev.value(file, left) if left is not None else contexts.contextual(ev, file, function)
    match given_to:
        case ExternalValue(module=module, path=path):
            return ExternalValue(module, (*path, THIS))
        case _:
            return unknown


def _owner(ev: Evaluator, file: str, part: SgNode) -> Value:
    """The object or class that a method, field or property is part of, as `this` sees it."""
    body = part.parent()
    if body is not None and body.kind() == "object":
        return ObjectValue(file, body)
    cls = body.parent() if body is not None else None
    if cls is None or cls.kind() not in CLASS_KINDS:
        return UnknownValue("`this` has no class")
    own = ClassValue(file, cls)
    static = part.kind() == "class_static_block" or any(child.kind() == "static" for child in part.children())
    return own if static else Instance(own)


def _super(ev: Evaluator, file: str, node: SgNode) -> Value:
    this = _this(ev, file, node)
    cls = this.of if isinstance(this, Instance) else this
    if not isinstance(cls, ClassValue):
        return UnknownValue("`super` outside of any class")
    base = ev.heritage.base(cls)
    if isinstance(base, ClassValue) and isinstance(this, Instance):
        return Instance(base, exact=True)
    return base or UnknownValue("the class extends nothing")


def _member(ev: Evaluator, file: str, node: SgNode) -> Value:
    found = member(node)
    if found is None:
        return _indexed(ev, file, node)
    owner = ev.value(file, found[0])
    added = _added(ev, file, *found) if isinstance(owner, ExternalValue) and found[0].kind() == "identifier" else []
    return join(added) if added else ev.member(owner, found[1])


def _added(ev: Evaluator, file: str, holder: SgNode, name: str) -> list[Value]:
    """The functions that a repository gives to what a package made: `logger.requests = (req, res, next) => …`."""
    origin = modules.origin(ev, file, holder)
    if origin is None:
        return []
    path, binding = origin
    nodes = objects.assigned_nodes(ev, path, binding.declaration, name)
    return [ev.value(path, node) for node in nodes] if all(unwrap(n).kind() in FUNCTION_KINDS for n in nodes) else []


def _indexed(ev: Evaluator, file: str, node: SgNode) -> Value:
    """`a[i]`: an element of an array, or a property that only running the code can name."""
    target = node.field("object")
    owner = ev.value(file, target) if target is not None else UnknownValue("incomplete expression")
    if isinstance(owner, BuiltIn) and owner.name == "String":
        return owner
    if isinstance(owner, ObjectValue):
        return objects.any_member(ev, owner)
    index = node.field("index")
    if index is not None and index.kind() == "number" and index.text().isdigit():
        return calls.item(owner, int(index.text()))
    return calls.element(owner) or UnknownValue("the name of the property is computed")


def _call(ev: Evaluator, file: str, node: SgNode) -> Value:
    function = node.field("function")
    if function is None:
        return UnknownValue("incomplete call")
    if function.kind() == "import" or (function.text() == "require" and ev.bindings(file).resolve(function) is None):
        return _loaded(ev, file, node, is_import=function.kind() == "import")
    if function.kind() == "super":
        return NOTHING
    if function.kind() == "await_expression":
        # The grammar reads `await f<T>(x)` as `(await f)<T>(x)`.
        return calls.awaited(calls.call(ev, file, node, named(function)[0]))
    return calls.call(ev, file, node, function)


def _loaded(ev: Evaluator, file: str, node: SgNode, is_import: bool) -> Value:
    spec = string_value(next(iter(arguments(node)), None))
    if spec is None:
        return UnknownValue("the name of the module is computed")
    value = modules.imported(ev, file, spec, "*")
    return BuiltIn("Promise", value) if is_import else value


def _new(ev: Evaluator, file: str, node: SgNode) -> Value:
    constructor = node.field("constructor")
    if constructor is None:
        return UnknownValue("incomplete expression")
    made = calls.constructed(ev, ev.value(file, constructor))
    if not isinstance(made, BuiltIn) or made.name not in _COLLECTIONS:
        return made
    written = node.field("type_arguments")
    if written is not None:
        return types.collection(made.name, [ev.type(file, part) for part in named(written)])
    given = arguments(node)
    return language.collection_of(made.name, ev.value(file, given[0]) if given else None)


def _await(ev: Evaluator, file: str, node: SgNode) -> Value:
    return calls.awaited(_first(ev, file, node))


def _first(ev: Evaluator, file: str, node: SgNode) -> Value:
    inner = named(node)
    return ev.value(file, inner[0]) if inner else UnknownValue("incomplete expression")


def _last(ev: Evaluator, file: str, node: SgNode) -> Value:
    inner = named(node)
    return ev.value(file, inner[-1]) if inner else UnknownValue("incomplete expression")


def _cast(ev: Evaluator, file: str, node: SgNode) -> Value:
    """`x as T`: what x is, if that is known, else a T."""
    inner = named(node)
    value = _first(ev, file, node)
    if len(inner) < 2 or isinstance(value, _CERTAIN):
        return value
    typed = ev.type(file, inner[1])
    return typed if is_known(typed) and not isinstance(typed, Nothing) else value


def _assignment(ev: Evaluator, file: str, node: SgNode) -> Value:
    right = node.field("right")
    return ev.value(file, right) if right is not None else UnknownValue("incomplete expression")


def _ternary(ev: Evaluator, file: str, node: SgNode) -> Value:
    branches = (node.field("consequence"), node.field("alternative"))
    return join([ev.value(file, branch) for branch in branches if branch is not None])


def _binary(ev: Evaluator, file: str, node: SgNode) -> Value:
    left, right, operator = node.field("left"), node.field("right"), node.field("operator")
    if left is None or right is None or operator is None:
        return UnknownValue("incomplete expression")
    sign = operator.text()
    if sign in ("||", "??"):
        return _either(ev.value(file, left), ev.value(file, right))
    if sign == "&&":
        return ev.value(file, right)
    if sign in _COMPARISONS:
        return _BOOLEAN
    if sign == "+":
        return _sum(ev.value(file, left), ev.value(file, right))
    return _NUMBER


def _either(left: Value, right: Value) -> Value:
    """`left ?? right`. What a program keeps on the global object was put there by the same expression."""
    if isinstance(left, GlobalValue) and left.name in ambient.GLOBAL_OBJECTS and left.path:
        return right if is_known(right) else left
    return join([left, right])


def _sum(left: Value, right: Value) -> Value:
    if _STRING in (left, right):
        return _STRING
    return _NUMBER if left == right == _NUMBER else UnknownValue("a sum of unknown parts")


def _unary(ev: Evaluator, file: str, node: SgNode) -> Value:
    return _UNARY.get(operator_of(node), _NUMBER)


def _array(ev: Evaluator, file: str, node: SgNode) -> Value:
    elements: list[Value] = []
    has_spread = False
    for item in named(node):
        if item.kind() == "spread_element":
            has_spread = True
            inner = _first(ev, file, item)
            elements.append(calls.element(inner) or UnknownValue("spread of an unknown value"))
        else:
            elements.append(ev.value(file, item))
    items = tuple(elements) if elements and not has_spread else None
    return BuiltIn("Array", join(elements) if elements else None, items)


def _object(ev: Evaluator, file: str, node: SgNode) -> Value:
    return ObjectValue(file, node)


def _always(value: Value) -> _Evaluate:
    return lambda ev, file, node: value


_BY_KIND: dict[str, _Evaluate] = {
    "array": _array,
    "as_expression": _cast,
    "assignment_expression": _assignment,
    "augmented_assignment_expression": _assignment,
    "await_expression": _await,
    "binary_expression": _binary,
    "call_expression": _call,
    "false": _always(_BOOLEAN),
    "identifier": _identifier,
    "meta_property": _always(GlobalValue("import.meta")),
    "member_expression": _member,
    "new_expression": _new,
    "non_null_expression": _first,
    "null": _always(NOTHING),
    "number": _always(_NUMBER),
    "object": _object,
    "parenthesized_expression": _first,
    "regex": _always(BuiltIn("RegExp")),
    "satisfies_expression": _first,
    "sequence_expression": _last,
    "shorthand_property_identifier": _identifier,
    "string": _always(_STRING),
    "subscript_expression": _member,
    "super": _super,
    "template_string": _always(_STRING),
    "ternary_expression": _ternary,
    "this": _this,
    "true": _always(_BOOLEAN),
    "type_assertion": _last,
    "unary_expression": _unary,
    "undefined": _always(NOTHING),
    "update_expression": _always(_NUMBER),
}
