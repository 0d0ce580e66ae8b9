-- Updates of existing Rili events: each request names another event and carries another body.
-- wrk ... -s put.lua URL -- TARGETS TOKEN KIND
--   TARGETS  a file, one line an event: unionId of the organizer, tab, event id
--   KIND     "move" changes summary, description, start and end; "title" the summary alone

local targets, next_target, sent, kind, headers = {}, 1, 0, "move", {}

function init(args)
  for line in io.lines(args[1]) do
    local user, id = line:match("^(%S+)\t(%S+)$")
    targets[#targets + 1] = { "/v1.0/calendar/users/" .. user .. "/calendars/primary/events/" .. id, id }
  end
  headers = { ["content-type"] = "application/json", ["x-acs-dingtalk-access-token"] = args[2] }
  kind = args[3]
  -- Each run begins elsewhere, so that runs after one another do not repeat bodies.
  sent = os.time() % 1000000 * 1000
  next_target = sent % #targets + 1
end

function request()
  local target = targets[next_target]
  next_target = next_target % #targets + 1
  sent = sent + 1
  local body = '{"id":"' .. target[2] .. '","summary":"Planning ' .. sent .. '"'
  if kind == "move" then
    local day, hour, minute = sent % 28 + 1, sent % 9 + 9, sent % 60
    local wall = string.format('2026-11-%02dT%02d:%02d:00+08:00', day, hour, minute)
    local later = string.format('2026-11-%02dT%02d:%02d:00+08:00', day, hour + 1, minute)
    body = body .. ',"description":"What we know after change ' .. sent .. '"'
      .. ',"start":{"dateTime":"' .. wall .. '","timeZone":"Asia/Shanghai"}'
      .. ',"end":{"dateTime":"' .. later .. '","timeZone":"Asia/Shanghai"}'
  end
  return wrk.format("PUT", target[1], headers, body .. "}")
end

dofile((debug.getinfo(1, "S").source:match("^@(.*/)") or "./") .. "done.lua")
