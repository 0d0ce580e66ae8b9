-- PUT of existing events into one collection of Radicale: each request another event, another body.
-- wrk ... -s radicale.lua URL -- HREFS AUTHORIZATION
--   HREFS  a file, one line an event: path, tab, UID

local targets, next_target, sent, headers = {}, 1, 0, {}

function init(args)
  for line in io.lines(args[1]) do
    local path, uid = line:match("^(%S+)\t(%S+)$")
    targets[#targets + 1] = { path, uid }
  end
  headers = { ["content-type"] = "text/calendar; charset=utf-8", ["authorization"] = args[2] }
  sent = os.time() % 1000000 * 1000
end

function request()
  local target = targets[next_target]
  next_target = next_target % #targets + 1
  sent = sent + 1
  local day, hour, minute = sent % 28 + 1, sent % 9 + 9, sent % 60
  local lines = {
    "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Rili//bench//EN",
    "BEGIN:VEVENT", "UID:" .. target[2], "DTSTAMP:20261101T000000Z",
    string.format("DTSTART;TZID=Asia/Shanghai:202611%02dT%02d%02d00", day, hour, minute),
    string.format("DTEND;TZID=Asia/Shanghai:202611%02dT%02d%02d00", day, hour + 1, minute),
    "SUMMARY:Planning " .. sent, "DESCRIPTION:What we know after change " .. sent,
    "ORGANIZER:mailto:user0@example.com",
  }
  for person = 1, 5 do
    lines[#lines + 1] = "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:user" .. person .. "@example.com"
  end
  lines[#lines + 1] = "END:VEVENT"
  lines[#lines + 1] = "END:VCALENDAR"
  return wrk.format("PUT", target[1], headers, table.concat(lines, "\r\n") .. "\r\n")
end

dofile((debug.getinfo(1, "S").source:match("^@(.*/)") or "./") .. "done.lua")
