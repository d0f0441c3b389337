"""Validators other than Zod, and packages that read uploads."""

from collections.abc import Callable

import pytest

from codemods.outcome import Item, ItemKind

Find = Callable[..., list[Item]]
Names = Callable[..., list[str]]

KEPT = "CX404 schema is not carried over"


@pytest.mark.parametrize(
    ("code", "name", "reason"),
    [
        (
            'import Joi from "joi";\nexport const user = Joi.object({ a: Joi.string().required() }).unknown();',
            "user",
            KEPT,
        ),
        (
            'const Joi = require("joi");\nmodule.exports = { body: Joi.object().keys({ a: Joi.any() }) };',
            "body",
            KEPT,
        ),
        ('import * as yup from "yup";\nconst user = yup.object({ a: yup.string() });', "user", KEPT),
        (
            'import { object, string } from "superstruct";\nconst User = object({ a: string() });',
            "User",
            KEPT,
        ),
        (
            'import { body } from "express-validator";\nconst rules = [body("email").isEmail().withMessage("No")];',
            "body email",
            KEPT,
        ),
        ('import Ajv from "ajv";\nconst ajv = new Ajv();\nconst check = ajv.compile(schema);', "check", "CX401 ajv"),
        (
            'import { IsEmail } from "class-validator";\nexport class Signup { @IsEmail() email: string; }',
            "Signup",
            "CX401 class-validator",
        ),
    ],
)
def test_validators(find: Find, code: str, name: str, reason: str) -> None:
    (item,) = find(code, "joi yup superstruct express-validator ajv class-validator")
    assert (item.kind, item.name, item.reason) == (ItemKind.VALIDATOR, name, reason)


def test_each_check_of_a_route_is_one_site(names: Names) -> None:
    code = (
        'import { body, param } from "express-validator";\nr.post("/:id", [param("id").isInt(), body("a").trim()], f);'
    )
    assert names(code) == ["param id", "body a"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ('import multer from "multer";\nconst up = multer({ dest: "x" });', ["multer"]),
        (
            'const multer = require("multer");\nconst up = multer();\nr.post("/", up.single("photo"), f);',
            ["multer", "multer single photo"],
        ),
        ('import multer from "multer";\nr.post("/", multer().array("a", 3), f);', ["multer array a", "multer"]),
        ('import fileUpload from "express-fileupload";\napp.use(fileUpload());', ["express-fileupload"]),
        (
            'import formidable from "formidable";\nconst form = formidable({});\nform.parse(req);',
            ["formidable", "formidable parse"],
        ),
        ("const upload = { single: (name: string) => name };\nupload.single('a');", []),
    ],
)
def test_uploads(names: Names, code: str, expected: list[str]) -> None:
    assert sorted(names(code, "multer formidable express-fileupload")) == sorted(expected)
