-- Months of a Rili calendar, each to its last page, whoever of the clients asks for the next one.
-- wrk ... -s month.lua URL -- MONTHS PATH TOKEN KIND
--   MONTHS  a file, one line a month: where it begins, without minutes, tab, where it ends
--   KIND    "other": each from another second on, so that none was asked for before; "same": always the first month

local months, next_month, headers, path, kind, sent = {}, 1, {}, "", "other", 0
local waiting, first, last = {}, 1, 0 -- what the next pages are asked with

function init(args)
  for line in io.lines(args[1]) do
    local from, to = line:match("^(%S+)\t(%S+)")
    months[#months + 1] = { from, to }
  end
  path, kind = args[2], args[4]
  headers = { ["x-acs-dingtalk-access-token"] = args[3] }
  sent = os.time() % 3600
end

local function begin()
  if kind == "same" then
    return "timeMin=" .. months[1][1] .. ":00:00%2B08:00&timeMax=" .. months[1][2] .. "%2B08:00&maxResults=100"
  end
  local month = months[next_month]
  next_month = next_month % #months + 1
  sent = sent + 1
  return string.format("timeMin=%s:%02d:%02d%%2B08:00&timeMax=%s%%2B08:00&maxResults=100",
    month[1], math.floor(sent / 60) % 60, sent % 60, month[2])
end

function request()
  local query = waiting[first]
  if query then
    waiting[first], first = nil, first + 1
  else
    query = begin()
  end
  return wrk.format("GET", path .. "?" .. query, headers)
end

function response(status, _, body)
  local token = body:match('^{"nextToken":"([%w_-]+)"')
  if token then
    last = last + 1
    waiting[last] = "nextToken=" .. token
  elseif status == 200 and not body:find('^{"nextToken":null') then
    error("nextToken does not come first any more")
  end
end

dofile((debug.getinfo(1, "S").source:match("^@(.*/)") or "./") .. "done.lua")
