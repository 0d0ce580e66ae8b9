-- Reads of existing Rili events, each request another.
-- wrk ... -s get.lua URL -- TARGETS TOKEN
--   TARGETS  a file, one line an event: unionId of the organizer, tab, event id

local paths, next_path, headers = {}, 1, {}

function init(args)
  for line in io.lines(args[1]) do
    local user, id = line:match("^(%S+)\t(%S+)$")
    paths[#paths + 1] = "/v1.0/calendar/users/" .. user .. "/calendars/primary/events/" .. id
  end
  headers = { ["x-acs-dingtalk-access-token"] = args[2] }
end

function request()
  local path = paths[next_path]
  next_path = next_path % #paths + 1
  return wrk.format("GET", path, headers)
end

dofile((debug.getinfo(1, "S").source:match("^@(.*/)") or "./") .. "done.lua")
