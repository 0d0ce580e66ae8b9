-- What Radicale has in a month, series unexpanded: calendar-query of RFC 4791 7.8.
-- wrk ... -s report.lua URL -- MONTHS PATH AUTHORIZATION
--   MONTHS  as for month.lua; the third and fourth column are the month in UTC

local months, next_month, headers, path, sent = {}, 1, {}, "", 0

local BODY = [[<?xml version="1.0" encoding="utf-8"?>
<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">
<D:prop><D:getetag/><C:calendar-data/></D:prop>
<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">
<C:time-range start="%s%02d%02dZ" end="%s"/>
</C:comp-filter></C:comp-filter></C:filter>
</C:calendar-query>
]]

function init(args)
  for line in io.lines(args[1]) do
    local from, to = line:match("(%S+)\t(%S+)$")
    months[#months + 1] = { from, to }
  end
  path = args[2]
  headers = { ["content-type"] = "application/xml; charset=utf-8", ["depth"] = "1", ["authorization"] = args[3] }
end

function request()
  local month = months[next_month]
  next_month = next_month % #months + 1
  sent = sent + 1
  local body = string.format(BODY, month[1], math.floor(sent / 60) % 60, sent % 60, month[2])
  return wrk.format("REPORT", path, headers, body)
end

dofile((debug.getinfo(1, "S").source:match("^@(.*/)") or "./") .. "done.lua")
