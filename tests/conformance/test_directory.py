"""The directory through the vendor's SDK: from a name to a unionId, as integrations do it."""

from __future__ import annotations

from alibabacloud_dingtalk.contact_1_0 import models
from alibabacloud_tea_util.models import RuntimeOptions

from tests.conformance.clients import App, refused


def test_search_user(app: App) -> None:
    headers = models.SearchUserHeaders(x_acs_dingtalk_access_token=app.token)
    request = models.SearchUserRequest(query_word=app.organizer.name, offset=0, size=10, full_match_field=1)

    body = app.contact.search_user_with_options(request, headers, RuntimeOptions()).body

    assert (body.list, body.total_count, body.has_more) == ([app.organizer.userid], 1, False)


def test_search_department(app: App) -> None:
    headers = models.SearchDepartmentHeaders(x_acs_dingtalk_access_token=app.token)
    below = app.call("POST", f"/topapi/v2/department/listsub?access_token={app.token}", {}).json["result"]
    wanted = below[0]
    request = models.SearchDepartmentRequest(query_word=wanted["name"], offset=0, size=10)

    body = app.contact.search_department_with_options(request, headers, RuntimeOptions()).body

    assert wanted["dept_id"] in body.list
    assert body.total_count >= 1


def test_batch_get_user(app: App) -> None:
    headers = models.BatchGetUserHeaders(x_acs_dingtalk_access_token=app.token)
    request = models.BatchGetUserRequest(user_id_list=[app.colleague.userid, "nobody"])

    body = app.contact.batch_get_user_with_options(request, headers, RuntimeOptions()).body

    assert [(one.userid, one.unionid, one.name) for one in body.user_list] == [
        (app.colleague.userid, app.colleague.union_id, app.colleague.name)
    ]
    assert body.unauthorized_user_id_list == ["nobody"]


def test_a_refusal_reaches_the_caller(app: App) -> None:
    headers = models.SearchUserHeaders(x_acs_dingtalk_access_token=app.token)

    with refused(400, "parameter.error", "size"):
        request = models.SearchUserRequest(query_word="a", offset=0, size=101)
        app.contact.search_user_with_options(request, headers, RuntimeOptions())


def test_the_whole_directory_from_the_root(app: App) -> None:
    """Recursion of listsub, then every page of user.list: each item holds the unionId."""

    def ask(method: str, **fields: object) -> object:
        answer = app.call("POST", f"/topapi/{method}?access_token={app.token}", fields).json
        assert answer["errcode"] == 0
        return answer["result"]

    waiting, found = [1], {}
    while waiting:
        dept_id = waiting.pop()
        waiting += [one["dept_id"] for one in ask("v2/department/listsub", dept_id=dept_id)]
        cursor: int | None = 0
        while cursor is not None:
            page = ask("v2/user/list", dept_id=dept_id, cursor=cursor, size=2)
            found |= {one["userid"]: one["unionid"] for one in page["list"]}
            cursor = page.get("next_cursor")

    assert {one.userid: one.union_id for one in app.server.users}.items() <= found.items()
    assert len(found) == ask("user/count", only_active=False)["count"]
