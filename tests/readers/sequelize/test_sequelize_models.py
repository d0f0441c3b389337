"""Models and associations of Sequelize become tables and relations."""

from collections.abc import Callable

from repositories import Repository
from sequelize_app import MODELS, PACKAGE

from codemods.ir.table import DefaultKind, FieldType, OnDelete, RelationKind, Schema, Table
from codemods.readers.sequelize import find_queries, read_models

Tables = Callable[[str], Schema]

HEAD = 'const { DataTypes, Model } = require("sequelize");\nconst sequelize = require("./database");\n'


def _table(schema: Schema, name: str) -> Table:
    found = schema.table(name)
    assert found is not None
    return found


def test_columns_have_types_defaults_and_time_stamps(tables: Tables) -> None:
    user = _table(tables(MODELS), "User")
    assert [(field.name, field.type, field.nullable) for field in user.fields] == [
        ("id", FieldType.INT, False),
        ("name", FieldType.STRING, False),
        ("email", FieldType.STRING, False),
        ("age", FieldType.INT, True),
        ("isActive", FieldType.BOOLEAN, True),
        ("role", FieldType.ENUM, True),
        ("createdAt", FieldType.DATETIME, False),
        ("updatedAt", FieldType.DATETIME, False),
    ]
    assert user.generated_id and user.uniques == (("email",),) and not user.unsupported
    assert (user.fields[-2].default_kind, user.fields[-1].updated_at) == (DefaultKind.NOW, True)


def test_associations_add_keys_and_relations(tables: Tables) -> None:
    schema = tables(MODELS)
    key = _table(schema, "Post").field("userId")
    assert key is not None and key.references == ("User", "id") and key.on_delete is OnDelete.SET_NULL
    relations = {relation.field: relation for name in ("User", "Post") for relation in _table(schema, name).relations}
    assert relations["posts"].kind is RelationKind.HAS_MANY
    assert relations["author"].kind is RelationKind.BELONGS_TO
    tags = relations["tags"]
    assert (tags.kind, tags.through, tags.fields, tags.references) == (
        RelationKind.MANY_TO_MANY,
        "PostTags",
        ("PostId",),
        ("TagId",),
    )
    assert _table(schema, "PostTags").is_join


def test_a_class_with_init_is_a_model(tables: Tables) -> None:
    text = (
        HEAD
        + """
class Book extends Model {}
Book.init({ isbn: { type: DataTypes.UUID, defaultValue: DataTypes.UUIDV4, primaryKey: true } },
          { sequelize, modelName: "Book", timestamps: false });
module.exports = Book;
"""
    )
    book = _table(tables(text), "Book")
    assert (book.primary_key, book.generated_id) == (("isbn",), True)
    assert [field.name for field in book.fields] == ["isbn"]


def test_keys_are_named_as_sequelize_names_them(tables: Tables) -> None:
    text = (
        HEAD
        + """
const Category = sequelize.define("categories", { name: DataTypes.STRING });
const Person = sequelize.define("Person", {});
Category.belongsTo(Person);
Person.hasMany(Category);
module.exports = { Category, Person };
"""
    )
    schema = tables(text)
    assert [(each.field, each.fields) for each in _table(schema, "categories").relations] == [("Person", ("PersonId",))]
    assert [(each.field, each.fields) for each in _table(schema, "Person").relations] == [("categories", ("PersonId",))]


def test_what_changes_rows_stands_in_the_way_of_what_it_changes(tables: Tables) -> None:
    text = (
        HEAD
        + """
const User = sequelize.define("User", {
  email: { type: DataTypes.STRING, validate: { isEmail: true } },
}, { hooks: { beforeCreate(user) { user.email = user.email.trim(); } } });
User.prototype.toJSON = function () { return {}; };
module.exports = User;
"""
    )
    user = _table(tables(text), "User")
    assert user.unsupported == ("`toJSON` is a function of its own",)
    assert {gap.reason for gap in user.gaps} == {
        "`email` has `validate: isEmail`",
        "it has the hook `beforeCreate`",
    }


def test_deleted_rows_that_stay_are_left_to_their_owner(tables: Tables) -> None:
    text = HEAD + 'module.exports = sequelize.define("User", { name: DataTypes.STRING }, { paranoid: true });'
    assert _table(tables(text), "User").unsupported == ("it has the option `paranoid`",)


LOADER = """
const fs = require("fs");
const path = require("path");
const Sequelize = require("sequelize");
const db = {};
const sequelize = new Sequelize(process.env.URL);
fs.readdirSync(__dirname).filter((file) => file !== "index.js").forEach((file) => {
  const model = require(path.join(__dirname, file))(sequelize, Sequelize.DataTypes);
  db[model.name] = model;
});
Object.keys(db).forEach((name) => db[name].associate && db[name].associate(db));
module.exports = db;
"""

USER = """
module.exports = (sequelize, DataTypes) => {
  const User = sequelize.define("User", { name: DataTypes.STRING });
  User.associate = (models) => { User.hasMany(models.Post, { foreignKey: "writer", as: "posts" }); };
  return User;
};
"""

POST = """
const { Model } = require("sequelize");
module.exports = (sequelize, DataTypes) => {
  class Post extends Model {
    static associate(models) { this.belongsTo(models.User, { foreignKey: "writer" }); }
  }
  Post.init({ title: DataTypes.STRING }, { sequelize, modelName: "Post" });
  return Post;
};
"""


def test_models_of_a_folder_that_is_loaded_know_each_other(repository: Repository) -> None:
    files = {"package.json": PACKAGE, "models/index.js": LOADER, "models/user.js": USER, "models/post.js": POST}
    schema = read_models(repository(files)).schema
    assert [(each.field, each.table) for each in _table(schema, "User").relations] == [("posts", "Post")]
    assert [(each.field, each.table) for each in _table(schema, "Post").relations] == [("User", "User")]


SERVICE = """
class Users {
  constructor(model) { this.model = model; }
  list() { return this.model.findAll(); }
}
module.exports = Users;
"""

ROUTES = """
const Users = require("./service");
const { User } = require("./models");
const users = new Users(User);
module.exports = users;
"""


def test_a_service_is_given_its_model(repository: Repository) -> None:
    files = {"package.json": PACKAGE, "models/index.js": LOADER, "models/user.js": USER, "models/post.js": POST}
    workspace = repository({**files, "service.js": SERVICE, "routes.js": ROUTES})
    read = read_models(workspace)
    (found,) = find_queries(workspace, "service.js", read.schema, read.models)
    assert (found.table, found.unsupported) == ("User", ())


def test_models_that_are_loaded_come_before_others_of_their_name(repository: Repository) -> None:
    old = USER.replace("name: DataTypes.STRING", "title: DataTypes.STRING")
    files = {"package.json": PACKAGE, "models/index.js": LOADER, "models/user.js": USER, "models/post.js": POST}
    read = read_models(repository({"example/user.js": old, **files}))
    assert _table(read.schema, "User").field("name") is not None
    assert [each.code for each in read.diagnostics] == ["CX603"]
