"""A blog's schema, and queries shown as text, so that tests state what was understood in one line."""

from collections.abc import Callable
from dataclasses import dataclass

from codemods.ir.query import (
    All,
    Any,
    Condition,
    Data,
    DataPart,
    Include,
    Named,
    Nested,
    Not,
    NumberWhen,
    Order,
    Predicate,
    Query,
    Related,
    Sort,
    SortKey,
    SortWhen,
    Step,
    When,
)
from codemods.source.span import Span

SCHEMA = """
    model User {
      id        Int       @id @default(autoincrement())
      email     String    @unique
      name      String?
      age       Int       @default(0)
      role      String    @default("USER")
      settings  Json?
      labels    String[]
      createdAt DateTime  @default(now())
      posts     Post[]
      profile   Profile?
      teams     Team[]
    }

    model Profile {
      id     Int    @id @default(autoincrement())
      bio    String
      userId Int    @unique
      user   User   @relation(fields: [userId], references: [id])
    }

    model Post {
      id       Int       @id @default(autoincrement())
      title    String
      views    Int       @default(0)
      authorId Int?
      author   User?     @relation(fields: [authorId], references: [id])
      comments Comment[]
      @@unique([authorId, title])
      @@unique([title, views], name: "seen")
    }

    model Comment {
      id     Int    @id @default(autoincrement())
      text   String
      postId Int
      post   Post   @relation(fields: [postId], references: [id])
    }

    model Team {
      id      Int    @id @default(autoincrement())
      name    String
      members User[]
    }
"""
CLIENT = 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();\n'
PACKAGE = '{"dependencies": {"@prisma/client": "6.0.0", "express": "5.0.0"}}'


@dataclass(frozen=True)
class Read:
    """A query with its parts as text."""

    query: Query
    source: str

    @property
    def where(self) -> str:
        return shown(self.source, self.query.where)

    @property
    def data(self) -> str:
        return shown(self.source, self.query.data)

    @property
    def update(self) -> str:
        return shown(self.source, self.query.update)

    @property
    def order(self) -> str:
        return ordered(self.query.order)

    @property
    def sorting(self) -> str:
        return ", ".join(sorted_by(self.source, key) for key in self.query.sorting)

    @property
    def limit(self) -> str:
        return number(self.source, self.query.page.limit)

    @property
    def include(self) -> str:
        return included(self.source, self.query.include)

    @property
    def call(self) -> str:
        return shown(self.source, self.query.call)

    @property
    def unsupported(self) -> tuple[str, ...]:
        return self.query.unsupported


ReadAll = Callable[..., list[Read]]
ReadOne = Callable[[str], Read]


def shown(source: str, part: Predicate | Data | Span | None) -> str:
    """`email = email and not (age > 3)`; values as they stand in the source."""
    match part:
        case None:
            return ""
        case Span(start, end):
            return source[start:end]
        case Condition(field, op, value, insensitive):
            return f"{field} {op.value}{'*' if insensitive else ''} {source[value.start : value.end]}"
        case All(parts):
            return " and ".join(_inner(source, each) for each in parts)
        case Any(parts):
            return " or ".join(_inner(source, each) for each in parts) or "nothing"
        case Not(inner):
            return f"not ({shown(source, inner)})"
        case Related(relation, quantifier, inner):
            return f"{relation} {quantifier} ({shown(source, inner)})"
        case Named(name, inner):
            return f"{name}: [{shown(source, inner)}]"
        case When(test, inner, otherwise, case, is_loose):
            equals = f" {'==' if is_loose else '==='} {shown(source, case)}" if case is not None else ""
            sides = (shown(source, inner) or "anything", shown(source, otherwise) or "anything")
            return f"({shown(source, test)}{equals} ? {sides[0]} : {sides[1]})"
        case Data(parts):
            return ", ".join(_part(source, each) for each in parts)


def _inner(source: str, part: Predicate) -> str:
    text = shown(source, part)
    return f"({text})" if isinstance(part, Any) else text


def _part(source: str, part: DataPart) -> str:
    if isinstance(part, Span):
        return f"...{source[part.start : part.end]}"
    if isinstance(part, Nested):
        steps = " | ".join(_step(source, step) for step in part.steps)
        loop = part.loop
        names = shown(source, loop.parameter) if loop else ""
        each = f" for each {names} of {shown(source, loop.values)}".replace("  ", " ") if loop else ""
        return f"{part.relation} {part.action.value}{each} ({steps})"
    key = f".{part.key}" if part.key else ""
    return f"{part.field} {part.change.value}{key} {source[part.value.start : part.value.end]}"


def _step(source: str, step: Step) -> str:
    """`where -> data / update`."""
    parts = (shown(source, step.data), shown(source, step.update))
    data = " / ".join(part for part in parts if part)
    return " -> ".join(part for part in (shown(source, step.where), data) if part)


def sorted_by(source: str, key: SortKey | None) -> str:
    """`[by] way`, `(a ? age desc : none)`."""
    match key:
        case None:
            return "none"
        case SortWhen(test, then, otherwise, case):
            equals = f" === {shown(source, case)}" if case is not None else ""
            return f"({shown(source, test)}{equals} ? {sorted_by(source, then)} : {sorted_by(source, otherwise)})"
        case Sort(field, descending):
            name = field if isinstance(field, str) else f"[{shown(source, field)}]"
            way = shown(source, descending) if isinstance(descending, Span) else "desc" if descending else ""
            return f"{name} {way}".rstrip()


def number(source: str, found: Span | NumberWhen | None) -> str:
    """`3`, `n ? Number(n)`."""
    if isinstance(found, NumberWhen):
        return f"{'' if found.held else '!'}{shown(source, found.test)} ? {shown(source, found.value)}"
    return shown(source, found)


def ordered(order: tuple[Order, ...]) -> str:
    """`age, name desc, author.name nulls first, count of posts`."""
    return ", ".join(_ordered_by(each) for each in order)


def _ordered_by(key: Order) -> str:
    nulls = {None: "", True: " nulls first", False: " nulls last"}[key.nulls_first]
    name = ".".join([*key.path, key.field])
    return f"{'count of ' if key.counts else ''}{name}{' desc' if key.descending else ''}{nulls}"


def included(source: str, include: tuple[Include, ...]) -> str:
    """`author{id}, posts[where; order; limit]`."""
    return ", ".join(_include(source, each) for each in include)


def _include(source: str, include: Include) -> str:
    options = (shown(source, include.where), ordered(include.order), number(source, include.page.limit))
    detail = f"[{'; '.join(options)}]" if any(options) else ""
    columns = [*(include.select or ()), *([included(source, include.include)] if include.include else [])]
    chosen = f"{{{', '.join(columns)}}}" if columns else ""
    return f"{'#' if include.count_only else ''}{include.relation}{detail}{chosen}"
