-- When a calendar of Radicale is busy in a week: free-busy-query of RFC 4791 7.10.
-- wrk ... -s radicale_busy.lua URL -- WEEKS PATH AUTHORIZATION
--   WEEKS  as for free_busy.lua; the third and fourth column are the week in UTC

local weeks, next_week, headers, path, sent = {}, 1, {}, "", 0

local BODY = [[<?xml version="1.0" encoding="utf-8"?>
<C:free-busy-query xmlns:C="urn:ietf:params:xml:ns:caldav">
<C:time-range start="%s%02d%02dZ" end="%s"/>
</C:free-busy-query>
]]

function init(args)
  for line in io.lines(args[1]) do
    local from, to = line:match("(%S+)\t(%S+)$")
    weeks[#weeks + 1] = { from, to }
  end
  path = args[2]
  headers = { ["content-type"] = "application/xml; charset=utf-8", ["depth"] = "1", ["authorization"] = args[3] }
end

function request()
  local week = weeks[next_week]
  next_week = next_week % #weeks + 1
  sent = sent + 1
  local body = string.format(BODY, week[1], math.floor(sent / 60) % 60, sent % 60, week[2])
  return wrk.format("REPORT", path, headers, body)
end

dofile((debug.getinfo(1, "S").source:match("^@(.*/)") or "./") .. "done.lua")
