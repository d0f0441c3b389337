"""Schemas of Mongoose as tables: what each path holds, and what has no counterpart."""

from collections.abc import Callable

import pytest
from repositories import Repository

from codemods.ir.document import Holds, Shape, Showing, Virtual
from codemods.ir.table import Reach, Table
from codemods.readers.mongoose import read_models

ReadTable = Callable[..., Table]


def _holds(table: Table) -> dict[str, Holds]:
    assert table.document is not None
    return {path.name: path.holds for path in table.document.paths}


def test_a_path_holds_what_its_type_says(table: ReadTable) -> None:
    found = table(
        """{
          name: String, count: { type: Number }, done: Boolean, at: Date, by: Schema.Types.ObjectId,
          any: {}, tags: [String], other: { type: mongoose.Schema.Types.Mixed }, labels: { type: Map, of: String },
          place: { city: String, zip: { type: String } }, kind: { type: { type: String } },
        }"""
    )
    assert found.unsupported == ()
    assert _holds(found) == {
        "name": Holds.STRING, "count": Holds.NUMBER, "done": Holds.BOOLEAN, "at": Holds.DATE, "by": Holds.ID,
        "any": Holds.OBJECT, "tags": Holds.LIST, "other": Holds.MIXED, "labels": Holds.MAP, "place": Holds.OBJECT,
        "kind": Holds.OBJECT, "__v": Holds.NUMBER,
    }  # fmt: skip


def test_elements_of_lists_have_keys_unless_the_schema_says_otherwise(table: ReadTable) -> None:
    found = table(
        "{ a: [{ x: Number }], b: [inner], c: [{ _id: false, x: Number }] }",
        before="const inner = new Schema({ y: String }, { _id: false, timestamps: true });",
    )
    assert found.document is not None
    items = {path.name: path.of.holds for path in found.document.paths if path.of is not None}
    assert items == {"a": Holds.DOCUMENT, "b": Holds.OBJECT, "c": Holds.OBJECT}


def test_time_stamps_are_paths(table: ReadTable) -> None:
    found = table("{ name: String }", "{ timestamps: { createdAt: 'made' }, versionKey: false }")
    assert found.document is not None
    assert (found.document.made, found.document.changed, found.document.version) == ("made", "updatedAt", None)
    assert list(_holds(found)) == ["name", "made", "updatedAt"]


def test_indexes_and_unique_paths(table: ReadTable) -> None:
    found = table(
        "{ a: { type: String, unique: true }, b: { type: Number, index: true }, c: Date }",
        after="schema.index({ a: 1, c: -1 }, { unique: true }); schema.index({ b: 1, c: 1 });",
    )
    assert found.uniques == (("a",), ("a", "c"))
    assert found.indexes == (("b",), ("b", "c"))


def test_options_are_kept_as_they_are_written(table: ReadTable) -> None:
    found = table(
        """{
          role: { type: String, enum: ROLES, default: "user", lowercase: true },
          rate: { type: Number, min: [1, "Too low"], max: 5, required: [true, "How many?"] },
        }""",
        before='const ROLES = ["user", "admin"];',
    )
    assert found.document is not None
    role, rate, _ = found.document.paths
    assert role.options == {"enum": '["user", "admin"]', "default": '"user"', "lowercase": "true"}
    assert rate.options == {"min": "1", "minMessage": '"Too low"', "max": "5", "required": '"How many?"'}
    assert (role.required, rate.required) == (False, True)


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("validate: (a) => a > 1", "[{ test: (a) => a > 1 }]"),
        ("validate: [(a) => a > 1, 'Low']", "[{ test: (a) => a > 1, message: 'Low' }]"),
        ("validate: { validator: (a) => a, message: 'No' }", "[{ test: (a) => a, message: 'No' }]"),
        ("validate(a) { if (!a) throw new Error('x'); }", "[{ test: function (a) { if (!a) throw new Error('x'); } }]"),
        ("validate: [validator.isEmail, 'No']", "[{ test: validator.isEmail, message: 'No' }]"),
    ],
)
def test_validators_that_stand_on_their_own_move(table: ReadTable, given: str, written: str) -> None:
    found = table(f"{{ a: {{ type: String, {given} }} }}", before='import validator from "validator";')
    assert found.document is not None
    assert (found.document.paths[0].options, found.gaps) == ({"validate": written}, ())
    assert found.document.imports == ((("validator", "default", "validator"),) if "isEmail" in given else ())


@pytest.mark.parametrize(
    ("given", "option", "helpers"),
    [
        ("default: Kind.A", '"a"', ()),
        ("default: ONE", "1", ()),
        ("default: make", "() => ONE", (("ONE", "const ONE = 1;"),)),
        ("default: make()", "make()", (("ONE", "const ONE = 1;"), ("make", "const make = () => ONE;"))),
        ("default: () => again()", "() => again()", (("again", "function again() { return []; }"),)),
    ],
)
def test_functions_take_along_what_they_use(
    table: ReadTable, given: str, option: str, helpers: tuple[tuple[str, str], ...]
) -> None:
    before = 'const Kind = { A: "a" }; const ONE = 1; const make = () => ONE; function again() { return []; }'
    found = table(f"{{ a: {{ type: String, {given} }} }}", before=before)
    assert found.document is not None
    assert (found.document.paths[0].options, found.gaps) == ({"default": option}, ())
    assert found.document.helpers == helpers


def test_what_documents_show_is_read(table: ReadTable) -> None:
    after = """
schema.virtual("b").get(function () { return this.a; });
schema.virtual("things", { ref: "Thing", localField: "_id", foreignField: "a", justOne: true });
schema.set("toObject", { transform: (doc, ret) => ret });
"""
    found = table("{ a: String }", "{ id: false, toJSON: { virtuals: true, versionKey: false } }", after=after)
    assert found.document is not None
    assert found.unsupported == ()
    assert found.document.shape == Shape(
        (Virtual("b", "function () { return this.a; }"), Virtual("things", None, "Thing", "_id", "a", one=True)),
        Showing(virtuals=True, version=False),
        Showing(transform="(doc, ret) => ret"),
        text_key=False,
    )


def test_options_that_are_built_elsewhere_are_no_options(table: ReadTable) -> None:
    found = table("{ a: { ...shared, type: String } }", before="const shared = { required: true };")
    assert found.unsupported == ("part of `a` is built elsewhere",)


@pytest.mark.parametrize(
    ("definition", "reason", "reach"),
    [
        ("{ a: { type: String, validate: check } }", "`a` is validated by `check`", Reach.WRITES),
        ("{ a: { type: String, default: make() } }", "the default of `a` is made by `make()`", Reach.WRITES),
        ("{ a: { type: String, required: () => true } }", "`a` is required under a condition", Reach.WRITES),
    ],
)
def test_what_only_writes_need_stands_in_their_way(
    table: ReadTable, definition: str, reason: str, reach: Reach
) -> None:
    found = table(definition, before="let state = 1; const make = () => state, check = () => state++;")
    assert [(gap.reason, gap.reach) for gap in found.gaps] == [(reason, reach)]
    assert found.unsupported == ()


@pytest.mark.parametrize(
    ("definition", "options", "after", "reason"),
    [
        ("{ a: { type: Date, expires: 60 } }", "{}", "", "`a` has the option `expires`"),
        ("{ a: { type: String, get: (a) => a } }", "{}", "", "`a` has the option `get`"),
        ("{ a: String }", "{ strict: false }", "", "its schema has the option `strict`"),
        ("{ a: String }", "{ toJSON: { depopulate: true } }", "", "its schema has the option `toJSON.depopulate`"),
        ("{ a: String }", "{}", "schema.virtual('b').set(() => 1);", "virtual `b`"),
        ("{ a: String }", "{}", "schema.virtual('b').get(() => other);", "virtual `b` uses what stands around it"),
        ("{ a: String }", "{}", "schema.plugin(other);", "plugin `other`"),
        ("{ a: String }", "{}", "enrich(schema);", "it is handed to `enrich`"),
        ("{ a: String }", "{}", "schema.pre(/^find/, () => {});", 'hook `pre("/^find/")`'),
        ("{ a: String }", "{}", "schema.methods.toJSON = function () { return state; };", "it has its own `toJSON`"),
        ("{ a: Buffer }", "{}", "", "`a` has the type `Buffer`, which has no counterpart"),
        ("{ ...base, a: String }", "{}", "", "part of the schema is built elsewhere: `{ ...base, a: String }`"),
    ],
)
def test_what_shows_in_reads_stands_in_the_way_of_all_calls(
    table: ReadTable, definition: str, options: str, after: str, reason: str
) -> None:
    assert table(
        definition, options, "const base = {}, other = {}; other.a = 1; let state = 1; state = 2;", after
    ).unsupported == (reason,)


def test_a_setting_of_mongoose_itself_concerns_every_table(table: ReadTable) -> None:
    found = table("{ a: String }", after='mongoose.plugin(require("x"));')
    assert found.unsupported == ("every schema is changed by `mongoose.plugin` (src/thing.js)",)


def test_hooks_that_get_errors_leave_reads_alone(table: ReadTable) -> None:
    found = table("{ a: String }", after='schema.post("save", function (error, doc, next) {});')
    assert [(gap.reason, gap.reach) for gap in found.gaps] == [('hook `post("save")`', Reach.CREATES)]
    assert found.unsupported == ()


@pytest.mark.parametrize(
    ("hook", "event", "after", "is_query"),
    [
        ('schema.post("save", (doc) => {});', "save", True, False),
        ('schema.pre("validate", function (next) { next(); });', "validate", False, False),
        ('schema.pre("deleteOne", { document: true, query: false }, function () {});', "deleteOne", False, False),
        ('schema.post("remove", function () {});', "deleteOne", True, False),
        ('schema.pre("findOneAndUpdate", function () {});', "findOneAndUpdate", False, True),
    ],
)
def test_hooks_say_when_they_run(table: ReadTable, hook: str, event: str, after: bool, is_query: bool) -> None:
    found = table("{ a: String }", after=hook)
    assert found.document is not None
    assert [(each.name, each.after, each.is_query) for each in found.document.hooks] == [(event, after, is_query)]
    assert (found.gaps, found.unsupported) == ((), ())


def test_hooks_before_saving_and_methods_are_functions_of_the_source(table: ReadTable) -> None:
    after = """
schema.pre("save", async function () { this.a = "b"; });
schema.methods.first = function () { return this.a; };
schema.method("second", function () { return this.a; });
schema.methods.third = () => 3;
"""
    document = table("{ a: String }", after=after).document
    assert document is not None
    assert [method.name for method in document.methods] == ["first", "second"]
    assert [hook.file for hook in document.hooks] == ["src/thing.js"]


def test_a_model_can_be_given_the_definition_itself(repository: Repository) -> None:
    text = 'import { model } from "mongoose";\nmodel("Thing", { a: { type: String, required: true } });'
    package = '{"name": "app", "dependencies": {"express": "4", "mongoose": "8"}}'
    found = read_models(repository({"package.json": package, "src/thing.js": text})).schema.tables[0]
    assert found.document is not None
    assert [(path.name, path.required) for path in found.document.paths] == [("a", True), ("__v", False)]
    assert found.unsupported == ()


def test_empty_objects_may_be_kept(table: ReadTable) -> None:
    found = table("{ a: Object, b: String }", "{ minimize: false }")
    assert found.document is not None
    assert [path.options for path in found.document.paths[:2]] == [{"keepsEmpty": "true"}, {}]
    assert found.unsupported == ()
