"""An Express application on Sequelize, whose handlers the tests write."""

from __future__ import annotations

from textwrap import dedent

PACKAGE = """
    { "name": "app", "dependencies": { "express": "^4.21.0", "sequelize": "^6.37.0", "sqlite3": "^5.1.0" } }
    """

DATABASE = """
    const { Sequelize } = require("sequelize");

    module.exports = new Sequelize({ dialect: "sqlite", storage: ":memory:", logging: false });
    """

MODELS = """
    const { DataTypes } = require("sequelize");
    const sequelize = require("./database");

    const User = sequelize.define("User", {
      name: { type: DataTypes.STRING, allowNull: false },
      email: { type: DataTypes.STRING, allowNull: false, unique: true },
      age: DataTypes.INTEGER,
      isActive: { type: DataTypes.BOOLEAN, defaultValue: true },
      role: { type: DataTypes.ENUM("reader", "writer"), defaultValue: "reader" },
    });

    const Post = sequelize.define("Post", {
      title: { type: DataTypes.STRING, allowNull: false },
      views: { type: DataTypes.INTEGER, defaultValue: 0 },
    });

    const Tag = sequelize.define("Tag", { label: { type: DataTypes.STRING, allowNull: false } }, { timestamps: false });

    User.hasMany(Post, { foreignKey: "userId", as: "posts" });
    Post.belongsTo(User, { foreignKey: "userId", as: "author" });
    Post.belongsToMany(Tag, { through: "PostTags", as: "tags" });
    Tag.belongsToMany(Post, { through: "PostTags", as: "posts" });

    module.exports = { User, Post, Tag };
    """

HEAD = """
    const express = require("express");
    const { Op } = require("sequelize");
    const sequelize = require("./database");
    const { User, Post, Tag } = require("./models");

    const app = express();
    app.use(express.json());
    """

START = """
    sequelize.sync().then(() => app.listen(process.env.PORT));

    module.exports = app;
    """


def sequelize_app(routes: str, models: str = MODELS) -> dict[str, str]:
    """The files of an application with these routes of `app`."""
    text = dedent(HEAD) + dedent(routes) + dedent(START)
    return {"package.json": PACKAGE, "src/database.js": DATABASE, "src/models.js": models, "src/app.js": text}
