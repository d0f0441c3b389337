"""Prisma calls written for Convex: the code type-checks, and does what Prisma did."""

import shutil
from pathlib import Path

import pytest
from convex_project import ConvexProject, Json
from database_app import PrismaSource, call_all, write_project

from codemods.writers.javascript import strip_types

HERE = Path(__file__).parent
OPTIONAL = ["a", "b", "done", "mail", "maybe", "take"]
BROKEN = {"message": "Error: Server Error"}
"""What an error without data looks like from outside, as in production."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> ConvexProject:
    root = tmp_path_factory.mktemp("database")
    schema, code = (HERE / "schema.prisma").read_text(), (HERE / "app.ts").read_text()
    project = write_project(root / "out", PrismaSource(root / "source", schema, code, OPTIONAL))
    assert project.codegen() == []
    return project


@pytest.fixture(scope="module")
def plain_project(project: ConvexProject, tmp_path_factory: pytest.TempPathFactory) -> ConvexProject:
    """The same project in JavaScript."""
    root = tmp_path_factory.mktemp("plain")
    for path in (project.root / "convex").rglob("*.ts"):
        relative = path.relative_to(project.root)
        if "_generated" not in relative.parts:
            target = root / relative.with_suffix(".js")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(strip_types(path.read_text()))
    shutil.copy(project.root / "package.json", root)
    plain = ConvexProject(root)
    assert plain.codegen() == []
    return plain


def run(project: ConvexProject, *calls: tuple[str, Json]) -> list[Json]:
    return call_all(project, calls)


def emails(rows: Json) -> list[str]:
    return [row["email"] for row in rows]


def titles(rows: Json) -> list[str]:
    return [row["title"] for row in rows]


def test_the_code_runs_without_its_types(plain_project: ConvexProject) -> None:
    assert plain_project.bundle() == []
    results = run(
        plain_project,
        ("createTeam", {"name": "A", "slug": "a"}),
        ("x=createUser", {"email": "ann@x.io"}),
        ("moveUser", {"id": "{x}", "slug": "a"}),
        ("createUser", {"email": "ann@x.io"}),
        ("deleteUser", "{x}"),
    )
    assert results[2]["team"]["name"] == "A"
    assert results[3]["code"] == "P2002"
    assert results[4]["email"] == "ann@x.io"


USERS = [
    ("createUser", {"email": "Ann@x.io", "name": "Ann"}),
    ("createUser", {"email": "bob@x.io"}),
    ("createUser", {"email": "cyd@x.io", "name": "Cyd"}),
]


def test_the_code_type_checks_and_follows_the_rules_of_convex(project: ConvexProject) -> None:
    assert project.tsc() == []
    assert project.eslint() == []
    assert project.bundle() == []


def test_an_insert_fills_in_defaults_and_keeps_the_shape_of_a_row(project: ConvexProject) -> None:
    [user] = run(project, ("createUser", {"email": "Ann@x.io"}))
    assert isinstance(user.pop("id"), str)
    assert user.pop("createdAt") == user.pop("updatedAt") == "2024-01-15T09:00:00.000Z"
    assert user == {
        "email": "ann@x.io",
        "name": None,
        "role": "USER",
        "points": 0,
        "balance": None,
        "resetToken": None,
        "tags": [],
        "settings": {},
        "bornAt": None,
        "teamId": None,
    }


def test_columns_may_be_called_like_what_an_insert_calls(project: ConvexProject) -> None:
    day = "2024-01-15T09:00:00.000Z"
    [slot] = run(project, ("createSlot", {"day": day, "time": "10:00", "code": "a", "unique": True}))
    assert isinstance(slot.pop("id"), str)
    assert slot == {"day": day, "time": "10:00", "code": "a", "unique": True}


def test_unknown_and_missing_columns_are_errors(project: ConvexProject) -> None:
    unknown, missing, listed = run(
        project,
        ("createUserFully", {"email": "ann@x.io", "nickname": "A"}),
        ("createUserFully", {"name": "Ann"}),
        ("listUsers", None),
    )
    assert unknown == missing == BROKEN
    assert listed == []


def test_a_row_is_found_by_id_and_by_unique_column(project: ConvexProject) -> None:
    results = run(
        project,
        ("x=createUser", {"email": "ann@x.io"}),
        ("getUser", "{x}"),
        ("getUserByEmail", "ann@x.io"),
        ("getUser", "no id at all"),
        ("getUser", ""),
        ("getUserByEmail", "bob@x.io"),
        ("getUserOrThrow", "no id at all"),
        ("userCard", "{x}"),
    )
    assert results[0] == results[1] == results[2]
    assert results[3:6] == [None, None, None]
    assert results[6]["code"] == "P2025"
    assert set(results[7]) == {"id", "email", "createdAt", "bornAt"}


def test_a_garbage_id_is_equal_to_no_foreign_key(project: ConvexProject) -> None:
    results = run(
        project,
        ("t=createTeam", {"name": "A", "slug": "a"}),
        ("x=createUser", {"email": "ann@x.io", "teamId": "{t}"}),
        ("usersOfTeam", "{t}"),
        ("usersOfTeam", "garbage"),
        ("getUserInTeam", {"id": "{x}", "teamId": "{t}"}),
        ("getUserInTeam", {"id": "{x}", "teamId": "{x}"}),
        ("getUserInTeam", {"id": "{t}", "teamId": "{t}"}),
    )
    assert emails(results[2]) == ["ann@x.io"]
    assert results[3] == []
    assert results[4]["email"] == "ann@x.io"
    assert results[5:] == [None, None]


def test_unique_columns_are_checked_but_for_null(project: ConvexProject) -> None:
    results = run(
        project,
        ("createUser", {"email": "ann@x.io", "resetToken": "t"}),
        ("createUser", {"email": "bob@x.io"}),
        ("createUser", {"email": "cyd@x.io", "resetToken": None}),
        ("createUser", {"email": "ANN@x.io"}),
        ("createUser", {"email": "dan@x.io", "resetToken": "t"}),
        ("countUsers", None),
    )
    assert results[3] == {
        "code": "P2002",
        "message": "Unique constraint failed on the fields: (`email`)",
        "meta": {"modelName": "User", "target": ["email"]},
    }
    assert results[4]["meta"]["target"] == ["resetToken"]
    assert results[5] == 3


def test_null_matches_null_and_an_optional_unique_column_may_hold_it_often(project: ConvexProject) -> None:
    results = run(
        project,
        *USERS,
        ("getUserByResetToken", None),
        ("usersWithoutTeam", None),
        ("getUserByTokenAndRole", {"token": "t", "role": "USER"}),
    )
    assert results[3]["email"] == "ann@x.io"
    assert len(results[4]) == 3
    assert results[5] is None


def test_compound_keys_are_unique_together(project: ConvexProject) -> None:
    results = run(
        project,
        ("t=createTeam", {"name": "A", "slug": "a"}),
        ("u=createTeam", {"name": "B", "slug": "b"}),
        ("p=createProject", {"name": "One", "code": "X", "teamId": "{t}"}),
        ("createProject", {"name": "Two", "code": "X", "teamId": "{u}"}),
        ("createProject", {"name": "Three", "code": "X", "teamId": "{t}"}),
        ("q=createProject", {"name": "Four", "code": "Y", "teamId": "{t}"}),
        ("recodeProject", {"id": "{q}", "code": "X"}),
        ("recodeProject", {"id": "{q}", "code": "Y"}),
        ("projectByCode", {"teamId": "{u}", "code": "X"}),
    )
    assert results[4]["meta"] == {"modelName": "Project", "target": ["teamId", "code"]}
    assert results[6]["code"] == "P2002"
    assert results[7]["code"] == "Y"
    assert results[8]["name"] == "Two"


def test_foreign_keys_must_exist(project: ConvexProject) -> None:
    results = run(
        project,
        ("createUser", {"email": "ann@x.io", "teamId": "nowhere"}),
        ("t=createTeam", {"name": "A", "slug": "a"}),
        ("x=createUser", {"email": "ann@x.io", "teamId": "{t}"}),
        ("createUser", {"email": "bob@x.io", "teamId": "{x}"}),
        ("changeUser", {"id": "{x}", "data": {"teamId": "nowhere"}}),
        ("changeUser", {"id": "{x}", "data": {"teamId": None}}),
    )
    assert results[0]["code"] == results[3]["code"] == results[4]["code"] == "P2003"
    assert results[0]["meta"] == {"modelName": "User", "field_name": "User_teamId_fkey (index)"}
    assert results[5]["teamId"] is None


def test_a_patch_skips_undefined_writes_null_and_keeps_the_rest(project: ConvexProject) -> None:
    results = run(
        project,
        ("x=createUser", {"email": "ann@x.io", "name": "Ann"}),
        ("renameUser", {"id": "{x}"}),
        ("renameUser", {"id": "{x}", "name": "Anna"}),
        ("renameUser", {"id": "{x}", "name": None}),
        ("renameUser", {"id": "nobody", "name": "X"}),
        ("changeUser", {"id": "{x}", "data": {"bornAt": "2000-01-02T00:00:00Z", "tags": ["a"]}}),
        ("changeUser", {"id": "{x}", "data": {"bornAt": "2000-01-02"}}),
    )
    created, untouched, renamed, cleared, missing, changed, refused = results
    assert untouched == created
    assert renamed["name"] == "Anna"
    assert renamed["updatedAt"] > created["updatedAt"]
    assert renamed["createdAt"] == created["createdAt"]
    assert cleared["name"] is None
    assert missing["code"] == "P2025"
    assert (changed["bornAt"], changed["tags"]) == ("2000-01-02T00:00:00.000Z", ["a"])
    assert refused == BROKEN


def test_a_unique_column_may_be_patched_to_its_own_value_only(project: ConvexProject) -> None:
    results = run(
        project,
        ("createUser", {"email": "ann@x.io"}),
        ("createUser", {"email": "bob@x.io"}),
        ("changeUserByEmail", {"email": "ann@x.io", "to": "ann@x.io"}),
        ("changeUserByEmail", {"email": "ann@x.io", "to": "bob@x.io"}),
        ("changeUserByEmail", {"email": "ann@x.io", "to": "new@x.io"}),
        ("changeUserByEmail", {"email": "ann@x.io", "to": "newer@x.io"}),
    )
    assert results[2] == {"email": "ann@x.io"}
    assert results[3]["code"] == "P2002"
    assert results[4] == {"email": "new@x.io"}
    assert results[5]["code"] == "P2025"


def test_numbers_are_counted_up_and_null_stays_null(project: ConvexProject) -> None:
    results = run(
        project,
        ("x=createUser", {"email": "ann@x.io"}),
        ("reward", {"id": "{x}", "by": 5}),
        ("changeUser", {"id": "{x}", "data": {"balance": 3}}),
        ("reward", {"id": "{x}", "by": 2}),
    )
    assert results[1] == {"points": 5, "balance": None}
    assert results[3] == {"points": 7, "balance": 2}


def test_upsert_creates_or_changes(project: ConvexProject) -> None:
    results = run(
        project,
        ("upsertUser", {"email": "ann@x.io", "name": "A"}),
        ("upsertUser", {"email": "ann@x.io", "name": "B"}),
        ("ensureUser", "ann@x.io"),
        ("countUsers", None),
    )
    assert [result["name"] for result in results[:3]] == ["A", "B", "B"]
    assert results[0]["id"] == results[1]["id"]
    assert results[2]["updatedAt"] == results[1]["updatedAt"]
    assert results[3] == 1


def test_connect_and_disconnect(project: ConvexProject) -> None:
    results = run(
        project,
        ("createTeam", {"name": "A", "slug": "a"}),
        ("x=createUser", {"email": "ann@x.io"}),
        ("moveUser", {"id": "{x}", "slug": "a"}),
        ("moveUser", {"id": "{x}", "slug": "b"}),
        ("leaveTeam", "{x}"),
        ("createTaskByEmail", {"title": "T", "email": "ann@x.io"}),
        ("createTaskByEmail", {"title": "T", "email": "nobody@x.io"}),
    )
    assert results[2]["team"]["slug"] == "a"
    assert results[3]["code"] == "P2025"
    assert results[4] == {"teamId": None}
    assert results[5]["title"] == "T"
    assert results[6]["code"] == "P2025"


def test_rows_come_in_the_order_of_their_creation_or_as_asked(project: ConvexProject) -> None:
    results = run(
        project,
        *USERS,
        ("listUsers", None),
        ("listUsersByName", None),
        ("pageByName", {"skip": 0, "take": 2}),
        ("newestUsers", {"skip": 1, "take": 1}),
        ("newestUsers", {"skip": 0, "take": -1}),
    )
    assert emails(results[3]) == ["ann@x.io", "bob@x.io", "cyd@x.io"]
    assert [row["name"] for row in results[4]] == ["Ann", "Cyd", None]
    assert [row["name"] for row in results[5]] == [None, "Cyd"]
    assert emails(results[6]) == ["bob@x.io"]
    assert results[7] == BROKEN


def test_enums_sort_as_they_are_declared(project: ConvexProject) -> None:
    results = run(
        project,
        ("createUserFully", {"email": "u@x.io"}),
        ("createUserFully", {"email": "a@x.io", "role": "ADMIN"}),
        ("createUserFully", {"email": "e@x.io", "role": "EDITOR"}),
        ("createUserFully", {"email": "b@x.io", "role": "ADMIN"}),
        ("createUserFully", {"email": "c@x.io", "role": "OWNER"}),
        ("listUsersByRole", None),
    )
    assert results[4] == BROKEN
    assert emails(results[5]) == ["a@x.io", "b@x.io", "e@x.io", "u@x.io"]


def test_comparisons_leave_null_out(project: ConvexProject) -> None:
    results = run(
        project,
        *USERS,
        ("x=createUserFully", {"email": "dan@x.io", "balance": -5, "bornAt": "1990-05-01T00:00:00Z"}),
        ("usersNamedOtherwise", "Ann"),
        ("usersNotNamed", "Ann"),
        ("poorUsers", 10),
        ("usersBornBefore", "2000-01-01"),
        ("usersBornAt", "1990-05-01T00:00:00Z"),
        ("usersBornAt", "nonsense"),
        ("usersExcept", ["ann@x.io", "bob@x.io"]),
    )
    assert emails(results[4]) == emails(results[5]) == ["cyd@x.io"]
    assert emails(results[6]) == emails(results[7]) == emails(results[8]) == ["dan@x.io"]
    assert results[9] == BROKEN
    assert emails(results[10]) == ["cyd@x.io", "dan@x.io"]


def test_undefined_is_no_condition_and_under_or_no_alternative(project: ConvexProject) -> None:
    results = run(
        project,
        *USERS,
        ("eitherOf", {"a": "ann@x.io", "b": "Cyd"}),
        ("eitherOf", {"b": "Cyd"}),
        ("eitherOf", {}),
        ("x=createUser", {"email": "dan@x.io"}),
        ("createTask", {"title": "T", "authorId": "{x}"}),
        ("tasksOf", {"authorId": "{x}"}),
        ("tasksOf", {"authorId": "{x}", "done": True}),
        ("tasksDueBetween", {}),
        ("tasksDueBetween", {"from": "2020-01-01"}),
    )
    assert emails(results[3]) == ["ann@x.io", "cyd@x.io"]
    assert emails(results[4]) == ["cyd@x.io"]
    assert results[5] == []
    assert titles(results[8]) == ["T"]
    assert results[9] == []
    assert titles(results[10]) == ["T"]
    assert results[11] == []


def test_text_is_searched_before_rows_are_taken(project: ConvexProject) -> None:
    results = run(
        project,
        *USERS,
        ("createUserFully", {"email": "adm@x.io", "role": "ADMIN", "name": "Cyd"}),
        ("searchUsers", {"q": "X.IO", "role": "USER"}),
        ("searchUsers", {"q": "Cy", "role": "USER"}),
        ("searchUsers", {"q": "Cy", "role": "ADMIN"}),
    )
    assert emails(results[4]) == ["ann@x.io", "bob@x.io"]
    assert emails(results[5]) == ["cyd@x.io"]
    assert emails(results[6]) == ["adm@x.io"]


def test_lists_of_ids(project: ConvexProject) -> None:
    results = run(
        project,
        ("x=createUserFully", {"email": "ann@x.io", "points": 3}),
        ("y=createUserFully", {"email": "bob@x.io", "points": 5}),
        ("someUsers", ["{y}", "{x}", "{y}", "garbage"]),
        ("someUsers", []),
        ("someRichUsers", {"ids": ["{x}", "{y}"], "least": 4}),
        ("countByPoints", {"from": 3, "to": 4}),
    )
    assert emails(results[2]) == ["ann@x.io", "bob@x.io"]
    assert results[3] == []
    assert emails(results[4]) == ["bob@x.io"]
    assert results[5] == 1


def test_lists_of_values_look_at_the_index_once_for_each(project: ConvexProject) -> None:
    born = {"bornAt": "1990-05-01T00:00:00Z"}
    results = run(
        project,
        ("createUserFully", {"email": "ann@x.io", "points": 3, **born}),
        ("createUserFully", {"email": "bob@x.io", "points": 5, **born}),
        ("createUserFully", {"email": "cyd@x.io", **born}),
        ("usersByEmail", {"emails": ["bob@x.io", "ann@x.io", "bob@x.io", None, "dan@x.io"], "least": 0}),
        ("usersByEmail", {"emails": ["bob@x.io", "ann@x.io"], "least": 4}),
        ("usersBornOn", ["1990-05-01", "1990-05-01", "2000-01-01"]),
        ("rename", {"from": "ann@x.io", "to": "Ann"}),
    )
    assert emails(results[3]) == ["ann@x.io", "bob@x.io"]
    assert emails(results[4]) == ["bob@x.io"]
    assert emails(results[5]) == ["cyd@x.io", "bob@x.io"]
    assert results[6]["name"] == "Ann"


def test_an_undefined_key_finds_no_row_but_fails(project: ConvexProject) -> None:
    results = run(
        project,
        *USERS,
        ("changeSomebody", {"name": "X"}),
        ("somebody", {"name": "Ann"}),
        ("somebody", {"mail": "ann@x.io"}),
        ("somebody", {"mail": "ann@x.io", "name": "Bob"}),
        ("listUsersByName", None),
    )
    assert results[3] == results[4] == BROKEN
    assert results[5]["email"] == "ann@x.io"
    assert results[6] is None
    assert [row["name"] for row in results[7]] == ["Ann", "Cyd", None]


def test_variables_that_change_are_read_before(project: ConvexProject) -> None:
    assert run(project, ("firstTaskOf", "ann@x.io"), ("firstTaskOf", "ann@x.io")) == [0, 0]


def test_bulk_writes_count_their_rows(project: ConvexProject) -> None:
    results = run(
        project,
        ("t=createTeam", {"name": "A", "slug": "a"}),
        ("createUser", {"email": "ann@x.io", "teamId": "{t}"}),
        ("createUser", {"email": "bob@x.io", "teamId": "{t}"}),
        ("promoteTeam", {"teamId": "{t}", "role": "ADMIN"}),
        ("promoteTeam", {"teamId": "{t}", "role": "ADMIN"}),
        ("tokenForAll", "n"),
        ("deleteUsersNamed", "n-x"),
        ("countUsers", None),
    )
    assert results[3:] == [{"count": 2}, {"count": 0}, {"count": 2}, {"count": 2}, 0]


def test_deleting_cascades_detaches_and_refuses(project: ConvexProject) -> None:
    results = run(
        project,
        ("t=createTeam", {"name": "A", "slug": "a"}),
        ("x=createUser", {"email": "ann@x.io", "teamId": "{t}"}),
        ("y=createUser", {"email": "bob@x.io"}),
        ("setProfile", {"userId": "{y}", "bio": "Hi"}),
        ("k=createTask", {"title": "T", "authorId": "{x}", "reviewerId": "{y}"}),
        ("c=comment", {"text": "one", "taskId": "{k}", "authorId": "{x}"}),
        ("comment", {"text": "two", "taskId": "{k}", "authorId": "{y}", "parentId": "{c}"}),
        ("deleteUser", "{x}"),
        ("deleteUser", "{y}"),
        ("commentTexts", None),
        ("tasksOf", {"authorId": "{x}"}),
        ("deleteUser", "{y}"),
        ("deleteTeam", "{t}"),
        ("getUser", "{x}"),
    )
    assert results[7]["code"] == "P2003"
    assert results[7]["meta"]["field_name"] == "Task_authorId_fkey (index)"
    assert results[8]["email"] == "bob@x.io"
    assert results[9] == ["one"]
    assert results[10][0]["reviewer"] is None
    assert results[11]["code"] == "P2025"
    assert results[12]["slug"] == "a"
    assert results[13]["teamId"] is None


def test_rows_that_go_with_others_are_deleted_once(project: ConvexProject) -> None:
    results = run(
        project,
        ("x=createUser", {"email": "ann@x.io"}),
        ("k=createTask", {"title": "T", "authorId": "{x}"}),
        ("c=comment", {"text": "a", "taskId": "{k}", "authorId": "{x}"}),
        ("d=comment", {"text": "b", "taskId": "{k}", "authorId": "{x}", "parentId": "{c}"}),
        ("comment", {"text": "c", "taskId": "{k}", "authorId": "{x}", "parentId": "{d}"}),
        ("deleteComments", "{k}"),
        ("commentTexts", None),
        ("commentAll", [{"text": "1", "taskId": "{k}", "authorId": "{x}"}]),
        ("commentTexts", None),
        ("deleteTask", "{k}"),
        ("commentTexts", None),
    )
    assert results[5:7] == [{"count": 3}, []]
    assert results[7:9] == [{"count": 1}, [">1"]]
    assert results[10] == []


def test_relations_are_loaded_as_asked(project: ConvexProject) -> None:
    results = run(
        project,
        ("t=createTeam", {"name": "A", "slug": "a"}),
        ("x=createUser", {"email": "ann@x.io", "teamId": "{t}"}),
        ("y=createUser", {"email": "bob@x.io"}),
        ("p=createProject", {"name": "One", "code": "X", "teamId": "{t}"}),
        ("k=createTask", {"title": "T", "authorId": "{y}", "reviewerId": "{x}", "projectId": "{p}"}),
        ("comment", {"text": "one", "taskId": "{k}", "authorId": "{x}"}),
        ("comment", {"text": "two!", "taskId": "{k}", "authorId": "{y}"}),
        ("tasksOf", {"authorId": "{y}"}),
        ("profileOf", "{y}"),
        ("setProfile", {"userId": "{y}", "bio": "Hi"}),
        ("profileOf", "{y}"),
        ("join", [{"userId": "{y}", "projectId": "{p}"}, {"userId": "{x}", "projectId": "{p}"}]),
        ("join", [{"userId": "{y}", "projectId": "{p}"}]),
        ("membership", {"userId": "{y}", "projectId": "{p}"}),
        ("deleteProject", "{p}"),
        ("membership", {"userId": "{y}", "projectId": "{p}"}),
    )
    [task] = results[7]
    assert task["reviewer"] == {"email": "ann@x.io", "team": {"name": "A"}}
    assert [(each["text"], each["author"]["email"]) for each in task["comments"]] == [("two!", "bob@x.io")]
    assert task["_count"] == {"comments": 2}
    assert (results[8]["profile"], results[8]["_count"]) == (None, {"tasks": 1})
    assert results[10]["profile"] == {"userId": results[2]["id"], "bio": "Hi"}
    assert results[11] == {"count": 2}
    assert results[12]["code"] == "P2002"
    assert (results[13]["user"]["email"], results[13]["project"]["code"]) == ("bob@x.io", "X")
    assert results[14:] == [0, None]


def test_conditions_on_relations(project: ConvexProject) -> None:
    results = run(
        project,
        ("t=createTeam", {"name": "A", "slug": "a"}),
        ("x=createUser", {"email": "ann@x.io"}),
        ("p=createProject", {"name": "One", "code": "X", "teamId": "{t}"}),
        ("k=createTask", {"title": "T1", "authorId": "{x}", "projectId": "{p}"}),
        ("createTask", {"title": "T2", "authorId": "{x}"}),
        ("comment", {"text": "hi!", "taskId": "{k}", "authorId": "{x}"}),
        ("tasksOfTeam", "{t}"),
        ("tasksOfTeam", "{x}"),
        ("tasksWithoutComments", None),
        ("tasksWhereAllSay", "hi!"),
        ("tasksWhereAllSay", "ho!"),
        ("otherTasks", {"id": "{k}"}),
        ("activeOf", {"q": "{x}"}),
    )
    assert [titles(rows) for rows in results[6:]] == [["T1"], [], ["T2"], ["T1", "T2"], ["T2"], ["T2"], ["T1", "T2"]]


def test_keys_that_are_no_ids_stay_columns(project: ConvexProject) -> None:
    results = run(
        project,
        ("createCountry", {"code": "NO", "name": "Norway"}),
        ("createCity", {"name": "Oslo", "code": "NO", "price": "12.50"}),
        ("createCity", {"name": "Rome", "code": "IT", "price": 1}),
        ("recodeCountry", {"from": "NO", "to": "NOR"}),
        ("createCountry", {"code": "NOR", "name": "Norway"}),
    )
    assert results[0] == {"code": "NO", "name": "Norway"}
    assert (results[1]["price"], results[1]["population"], results[1]["country"]) == ("12.5", 5, results[0])
    assert results[2]["code"] == "P2003"
    assert results[3]["cities"] == [{"name": "Oslo"}]
    assert results[4]["code"] == "P2002"


def test_values_that_wait_are_computed_before(project: ConvexProject) -> None:
    results = run(project, *USERS, ("slowId", "bob@x.io"), ("firstByTeam", None), ("tasksByPriority", {}))
    assert emails(results[3]) == ["bob@x.io"]
    assert results[4]["email"] == "cyd@x.io"
    assert results[5] == []


def test_a_condition_that_was_assembled_asks_for_what_it_holds(project: ConvexProject) -> None:
    made = [("createTaskByEmail", {"title": title, "email": "bob@x.io"}) for title in ("Ask Ann", "Build", "Call Ann")]
    *_, everything, some, nothing, mine = run(
        project,
        *USERS,
        *made,
        ("searchTasks", {}),
        ("searchTasks", {"a": "ANN", "done": False}),
        ("searchTasks", {"a": "", "done": True}),
        ("searchTasks", {"a": "bob@x.io", "b": {"mine": "Ann@x.io"}}),
    )
    assert everything == {"titles": ["Ask Ann", "Build", "Call Ann"], "total": 3, "mine": 3}
    assert some == {"titles": ["Ask Ann", "Call Ann"], "total": 2, "mine": 3}
    assert nothing == {"titles": [], "total": 0, "mine": 3}
    assert mine == {"titles": ["Ask Ann", "Build", "Call Ann"], "total": 3, "mine": 0}


def test_rows_are_sorted_as_a_request_asks(project: ConvexProject) -> None:
    made = [("createTaskByEmail", {"title": title, "email": "bob@x.io"}) for title in ("B", "C", "A")]
    *_, titles, down, named, created, wrong, odd = run(
        project,
        *USERS,
        *made,
        ("sortTasks", {"way": "asc"}),
        ("sortTasks", {"way": "desc", "first": True, "later": 1}),
        ("sortTasks", {"by": "title", "way": "desc", "skip": 1}),
        ("sortTasks", {"by": "id", "way": "asc"}),
        ("sortTasks", {"by": "nothing", "way": "asc"}),
        ("sortTasks", {"by": "title", "way": "up"}),
    )
    assert titles == {"some": ["A", "B", "C"], "chosen": ["B", "C", "A"]}
    assert down == {"some": ["C"], "chosen": ["A", "C", "B"]}
    assert named["some"] == ["B", "A"]
    assert created["some"] == ["B", "C", "A"]
    assert wrong == odd == BROKEN
