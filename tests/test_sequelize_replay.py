"""Calls of Sequelize on SQLite beside what becomes of them."""

from __future__ import annotations

from pathlib import Path

from sequelize_app import sequelize_app
from side_by_side import compare

ROUTES = """
app.get("/", (req, res) => res.json({ ok: true }));

app.get("/users", async (req, res) => {
  const users = await User.findAll({ order: [["name", "ASC"]], attributes: { exclude: ["createdAt", "updatedAt"] } });
  res.json(users);
});

app.get("/users/found", async (req, res) => {
  try {
    const { count, rows } = await User.findAndCountAll({
      where: { [Op.or]: [{ name: { [Op.like]: `%${req.query.q}%` } }, { email: req.query.mail }] },
      order: [["email", "DESC"]],
      limit: 2,
      offset: 1,
    });
    res.json({ count, names: rows.map((user) => user.name) });
  } catch (error) {
    res.status(500).json({ message: error.message });
  }
});

app.get("/users/aged", async (req, res) => {
  const users = await User.findAll({
    where: { age: { [Op.gte]: req.query.from, [Op.ne]: 40 }, isActive: true },
    order: [["age", "DESC"]],
  });
  const oldest = await User.max("age");
  const total = await User.count({ where: { role: ["reader", "writer"] } });
  res.json({ names: users.map((user) => user.name), oldest, total });
});

app.get("/users/new", async (req, res) => {
  const since = req.query.since ? new Date(req.query.since) : 0;
  const users = await User.findAll({ where: { createdAt: { [Op.between]: [since, new Date("2100-01-01")] } } });
  res.json(users.map((user) => user.name));
});

app.get("/users/:id", async (req, res) => {
  const user = await User.findByPk(req.params.id, { include: [{ model: Post, as: "posts", attributes: ["title"] }] });
  if (!user) return res.status(404).json({ message: "none" });
  const { createdAt, updatedAt, ...shown } = user.toJSON();
  res.json({ ...shown, dated: createdAt instanceof Date });
});

app.post("/users", async (req, res) => {
  try {
    const user = await User.create(req.body);
    const { id, name, email, isActive, role } = user.get({ plain: true });
    res.status(201).json({ id, name, email, isActive, role });
  } catch (error) {
    res.status(400).json({ name: error.name, message: error.message });
  }
});

app.put("/users/:id", async (req, res) => {
  try {
    const [count] = await User.update(req.body, { where: { id: req.params.id } });
    res.json({ count });
  } catch (error) {
    res.status(400).json({ name: error.name, message: error.message });
  }
});

app.patch("/users/:id", async (req, res) => {
  const user = await User.findOne({ where: { id: req.params.id } });
  if (!user) return res.status(404).json({ message: "none" });
  user.name = req.body.name;
  await user.save();
  await user.update({ age: 41, isActive: false });
  res.json({ name: user.name, age: user.age, isActive: user.isActive });
});

app.delete("/users/:id", async (req, res) => {
  const count = await User.destroy({ where: { id: req.params.id } });
  res.json({ count });
});

app.post("/users/:id/posts", async (req, res) => {
  const made = await sequelize.transaction(async (t) => {
    const posts = await Post.bulkCreate(
      req.body.titles.map((title) => ({ title, userId: req.params.id })),
      { transaction: t },
    );
    return posts;
  });
  res.status(201).json({ titles: made.map((post) => post.title) });
});

app.get("/posts", async (req, res) => {
  const posts = await Post.findAll({
    include: [{ model: User, as: "author", where: { name: req.query.author }, attributes: ["name"] }],
    order: [["title", "ASC"]],
    attributes: ["title", "views"],
  });
  res.json(posts);
});
"""

REQUESTS = """
# @name ann
POST /users
Content-Type: application/json

{"name": "Ann", "email": "ann@x.org", "age": "41", "nick": "a"}
###
# @name bob
POST /users
Content-Type: application/json

{"name": "Bob", "email": "bob@x.org", "age": 30, "role": "writer"}
###
# @name cid
POST /users
Content-Type: application/json

{"name": "Cid", "email": "cid@x.org"}
###
POST /users
Content-Type: application/json

{"name": "Ann", "email": "ann@x.org"}
###
POST /users
Content-Type: application/json

{"email": "eve@x.org"}
###
POST /users
Content-Type: application/json

{}
###
POST /users
Content-Type: application/json

{"name": {"a": 1}, "email": "obj@x.org"}
###
GET /users
###
GET /users/found?q=n&mail=bob@x.org
###
GET /users/found?q=
###
GET /users/aged?from=25
###
GET /users/new
###
GET /users/new?since=2099-01-01
###
GET /users/none
###
POST /users/{{ann.response.body.id}}/posts
Content-Type: application/json

{"titles": ["One", "Two"]}
###
GET /users/{{ann.response.body.id}}
###
GET /posts?author=Ann
###
GET /posts?author=Bob
###
PUT /users/{{bob.response.body.id}}
Content-Type: application/json

{"name": "Robert", "age": 40, "nick": "b"}
###
PUT /users/{{bob.response.body.id}}
Content-Type: application/json

{"name": null}
###
PUT /users/{{bob.response.body.id}}
Content-Type: application/json

{"email": "ann@x.org"}
###
PATCH /users/{{cid.response.body.id}}
Content-Type: application/json

{"name": "Cy"}
###
GET /users/aged?from=1
###
DELETE /users/{{ann.response.body.id}}
###
DELETE /users/{{ann.response.body.id}}
###
GET /users
"""


def test_models_instances_and_errors_do_what_they_did(tmp_path: Path) -> None:
    found = compare(tmp_path, sequelize_app(ROUTES), REQUESTS, entry="src/app.js")
    assert found.differences == [], "\n".join([found.note, *found.differences])
