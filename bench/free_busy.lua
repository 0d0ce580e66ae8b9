-- Free/busy of several people over a week: each request another week of a year, from another second of its first hour on.
-- wrk ... -s free_busy.lua URL -- WEEKS PATH TOKEN BODY
--   WEEKS  a file, one line a week: where it begins, without minutes, tab, where it ends
--   BODY   what every body begins with: a JSON object, open

local weeks, next_week, headers, path, body, sent = {}, 1, {}, "", "", 0

function init(args)
  for line in io.lines(args[1]) do
    local from, to = line:match("^(%S+)\t(%S+)")
    weeks[#weeks + 1] = { from, to }
  end
  path, body = args[2], args[4]
  headers = { ["content-type"] = "application/json", ["x-acs-dingtalk-access-token"] = args[3] }
  sent = os.time() % 3600
end

function request()
  local week = weeks[next_week]
  next_week = next_week % #weeks + 1
  sent = sent + 1
  local times = string.format('"startTime":"%s:%02d:%02d+08:00","endTime":"%s+08:00"}',
    week[1], math.floor(sent / 60) % 60, sent % 60, week[2])
  return wrk.format("POST", path, headers, body .. times)
end

dofile((debug.getinfo(1, "S").source:match("^@(.*/)") or "./") .. "done.lua")
