"""The operations on HTTP callbacks: one line each."""

from __future__ import annotations

from rili.api import callbacks
from rili.api.router import Parameter, Route
from rili.model import scopes
from rili.model.app_kinds import NOT_PERSONAL, ONLY_INTERNAL
from rili.wire.callback import CallBack, CallBackDone, CallBackFailedResult, FailedCallbacks, RegisterCallBack

ACCESS_TOKEN = Parameter("access_token", "The app's token. 应用的 access_token。")
BEGIN_TIME = Parameter("beginTime", "What happened from then on, in ms. 起始时间（毫秒）。", int)
END_TIME = Parameter("endTime", "And until then, included, in ms. 结束时间（毫秒，含）。", int)

# fmt: off
CALLBACK_ROUTES = (
    Route("POST", "/call_back/register_call_back", callbacks.register_call_back, "register_call_back",
          "Be told of events at an address (old family). 注册事件回调接口（旧版）。", None,
          RegisterCallBack, CallBackDone, (ACCESS_TOKEN,), tag="topapi", form=True, kinds=ONLY_INTERNAL),
    Route("POST", "/call_back/update_call_back", callbacks.update_call_back, "update_call_back",
          "At another address, or of other events (old family). 更新事件回调接口（旧版）。", None,
          RegisterCallBack, CallBackDone, (ACCESS_TOKEN,), tag="topapi", form=True, kinds=ONLY_INTERNAL),
    Route("GET", "/call_back/get_call_back", callbacks.get_call_back, "get_call_back",
          "What was registered (old family). 查询事件回调接口（旧版）。", None, None, CallBack,
          (ACCESS_TOKEN,), tag="topapi", kinds=ONLY_INTERNAL),
    Route("GET", "/call_back/delete_call_back", callbacks.delete_call_back, "delete_call_back",
          "Be told no more (old family). 删除事件回调接口（旧版）。", None, None, CallBackDone,
          (ACCESS_TOKEN,), tag="topapi", kinds=ONLY_INTERNAL),
    Route("GET", "/call_back/get_call_back_failed_result", callbacks.get_call_back_failed_result,
          "get_call_back_failed_result",
          "What the app was not told, once (old family). 获取推送失败的事件列表（旧版）。", None, None,
          CallBackFailedResult, (ACCESS_TOKEN,), tag="topapi", kinds=NOT_PERSONAL),
    Route("GET", "/v1.0/event/callbacks/failedResults", callbacks.get_failed_results, "GetCallBackFaileResult",
          "What the app was not told. 获取推送失败的事件列表。", scopes.APP_BASE, None, FailedCallbacks,
          (BEGIN_TIME, END_TIME), tag="event", kinds=NOT_PERSONAL),
)
# fmt: on
