-- When a calendar of Radicale is busy in a week: free-busy-query of RFC 4791 7.10.
-- wrk ... -s radicale_busy.lua URL -- WEEKS PATH AUTHORIZATION
--   WEEKS  as for free_busy.lua; the third and fourth column are the week in UTC

BODY = [[<?xml version="1.0" encoding="utf-8"?>
<C:free-busy-query xmlns:C="urn:ietf:params:xml:ns:caldav">
<C:time-range start="%s%02d%02dZ" end="%s"/>
</C:free-busy-query>
]]

dofile((debug.getinfo(1, "S").source:match("^@(.*/)") or "./") .. "radicale_windows.lua")
