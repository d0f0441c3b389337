"""Shows shapes of validators as text, so that tests state them in one line."""

from codemods.ir.validator import Kind, Shape, Unknown

_UNKNOWN = {Unknown.STRIP: "", Unknown.REJECT: "!", Unknown.KEEP: "+"}


def shown(shape: Shape) -> str:
    """`{ email: string .email(), age?: number | null = 3 }`; `~` marks a coerced value, `!` and `+` strict and open
    objects."""
    text = _kind(shape) + ("~" if shape.coerced else "")
    if shape.nullable:
        text += " | null"
    for check in shape.residual:
        text += f" {check}"
    return text + (f" = {shape.default}" if shape.default is not None else "")


def _kind(shape: Shape) -> str:
    children = [shown(child) for child in shape.children]
    match shape.kind:
        case Kind.OBJECT:
            fields = zip(shape.keys, shape.children, children, strict=True)
            inside = ", ".join(f"{key}{'?' if field.optional else ''}: {text}" for key, field, text in fields)
            return f"{{ {inside} }}{_UNKNOWN[shape.unknown]}" if inside else f"{{}}{_UNKNOWN[shape.unknown]}"
        case Kind.ARRAY:
            return f"[{children[0]}]"
        case Kind.TUPLE:
            return f"<{', '.join(children)}>"
        case Kind.RECORD:
            return f"record({children[0]}, {children[1]})"
        case Kind.UNION:
            return (f"{shape.enum}: " if shape.enum else "") + (" | ".join(children) or "never")
        case Kind.LITERAL:
            return shape.literal or ""
        case kind:
            return kind.value
