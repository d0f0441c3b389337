"""Calls of Sequelize, before and after."""

from harness import CodemodTest
from sequelize_app import sequelize_app


def _migrated(codemod: CodemodTest, routes: str, name: str) -> str:
    migrated = codemod.migrate(sequelize_app(routes))
    assert migrated.outcome(name) == "migrated"
    return migrated.files["convex/app.js"]


def test_rows_are_read_by_index_in_order(codemod: CodemodTest) -> None:
    routes = """
    app.get("/users", async (req, res) => {
      res.json(await User.findAll({ where: { isActive: true }, order: [["name", "DESC"]] }));
    });
    """
    text = _migrated(codemod, routes, "GET /users")
    assert '.withIndex("by_isActive", (q) => q.eq("isActive", true))' in text
    assert '["name", "desc"]' in text


def test_a_value_that_may_be_undefined_is_an_error_as_it_was(codemod: CodemodTest) -> None:
    routes = """
    app.get("/users", async (req, res) => {
      res.json(await User.findOne({ where: { email: req.query.email } }));
    });
    """
    assert 'parameter(args.email, "email")' in _migrated(codemod, routes, "GET /users")


def test_an_instance_that_is_saved_is_patched_with_what_was_changed(codemod: CodemodTest) -> None:
    routes = """
    app.put("/users/:id", async (req, res) => {
      const user = await User.findByPk(req.params.id);
      if (!user) return res.status(404).json({ message: "none" });
      user.name = req.body.name;
      await user.save();
      res.json(user);
    });
    """
    text = _migrated(codemod, routes, "PUT /users/:id")
    assert "changed(" in text and 'patchUser(ctx, ctx.db.get("users", user.id), { name: user.name })' in text


def test_counts_come_in_their_forms(codemod: CodemodTest) -> None:
    routes = """
    app.delete("/users/:id", async (req, res) => {
      const count = await User.destroy({ where: { id: req.params.id } });
      const [changed] = await Post.update({ views: 0 }, { where: { title: "a" } });
      res.json({ count, changed });
    });
    """
    text = _migrated(codemod, routes, "DELETE /users/:id")
    assert "await countOf(" in text and "await countIn(" in text


def test_an_instance_as_plain_object_is_a_copy(codemod: CodemodTest) -> None:
    routes = """
    app.get("/users/:id", async (req, res) => {
      const user = await User.findByPk(req.params.id);
      const { email, ...shown } = user.toJSON();
      res.json({ ...shown, name: user.dataValues.name });
    });
    """
    text = _migrated(codemod, routes, "GET /users/:id")
    assert "= plain(user);" in text and "name: user.name" in text


def test_what_an_instance_does_not_show_is_left_to_its_owner(codemod: CodemodTest) -> None:
    routes = """
    app.get("/users/:id", async (req, res) => {
      const user = await User.findByPk(req.params.id);
      user.token = "secret";
      res.json(user);
    });
    """
    migrated = codemod.migrate(sequelize_app(routes))
    assert "sets `token` of the instance `user`, which is no column" in migrated.outcome("GET /users/:id")


def test_inserted_values_take_the_form_of_their_columns(codemod: CodemodTest) -> None:
    routes = """
    app.post("/users", async (req, res) => {
      res.status(201).json(await User.create(req.body));
    });
    """
    migrated = codemod.migrate(sequelize_app(routes))
    assert migrated.outcome("POST /users") == "migrated"
    table = migrated.files["convex/tables/users.js"]
    assert 'filled("User", ["name", "email", "createdAt", "updatedAt"], data, {' in table
    assert "age: readLooseInteger(age)," in table and "...fields" not in table.split("insertUser")[1]
