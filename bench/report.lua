-- What Radicale has in a month, series unexpanded: calendar-query of RFC 4791 7.8.
-- wrk ... -s report.lua URL -- MONTHS PATH AUTHORIZATION
--   MONTHS  as for month.lua; the third and fourth column are the month in UTC

BODY = [[<?xml version="1.0" encoding="utf-8"?>
<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">
<D:prop><D:getetag/><C:calendar-data/></D:prop>
<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">
<C:time-range start="%s%02d%02dZ" end="%s"/>
</C:comp-filter></C:comp-filter></C:filter>
</C:calendar-query>
]]

dofile((debug.getinfo(1, "S").source:match("^@(.*/)") or "./") .. "radicale_windows.lua")
