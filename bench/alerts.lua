-- Posts of alert events for wrk: each request another one, BATCH events in it (an alert's sending
-- and its opening in turn). Ids never repeat, within a thread or between threads.
local batch = tonumber(os.getenv("BATCH") or "1")
local run = os.getenv("RUN") or "run"
local threads = 0

function setup(thread)
  thread:set("id", threads)
  threads = threads + 1
end

function init()
  sent = 0
  wrk.method = "POST"
  wrk.path = "/alerts/track"
  wrk.headers["Content-Type"] = "application/json"
end

local function event()
  local number = math.floor(sent / 2)
  local step = sent % 2 == 0 and "alert_sent" or "alert_opened"
  local alert = run .. "-" .. id .. "-" .. number
  sent = sent + 1
  return string.format(
    '{"event_id":"%s/%s","alert_id":"%s","event_type":"%s","occurred_at":"2026-11-20T19:%02d:%02d-05:00",'
      .. '"venue_id":"venue-%d","user_id":"user-%d","slot_id":"slot-%d","opened_at":"2026-11-20T18:59:00-05:00",'
      .. '"goal_match":%s,"channel":"push","message_variant":"%s"}',
    alert, step, alert, step, number % 60, (7 * number) % 60, number % 60, number % 5000, number % 900,
    number % 3 == 0 and "true" or "false", number % 2 == 0 and "A" or "B")
end

function request()
  if batch == 1 then
    return wrk.format(nil, nil, nil, event())
  end
  local events = {}
  for place = 1, batch do
    events[place] = event()
  end
  return wrk.format(nil, nil, nil, "[" .. table.concat(events, ",") .. "]")
end

function done(summary, latency)
  local failed = summary.errors.status + summary.errors.connect + summary.errors.read
    + summary.errors.write + summary.errors.timeout
  io.write(string.format(
    '\n{"requests":%d,"failed":%d,"seconds":%.3f,"median_ms":%.1f,"p99_ms":%.1f}\n',
    summary.requests, failed, summary.duration / 1e6, latency:percentile(50) / 1000,
    latency:percentile(99) / 1000))
end
