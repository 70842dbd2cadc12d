-- Gives out permits to dial: a steady pace (GCRA without a burst), so many calls at once, and one to a number.
--
-- KEYS  leases (who holds a permit, by its end), pace (when the next may be given), waiting (who waits, by line and
--       arrival), told (who waits, by when to ask again), phone (who was called at that number last); times in microseconds
-- ARGV  now ('': the server's time), consultation, microseconds a permit is held, microseconds between two permits
--       (0: any), most at once (0: any), line
-- Returns 0, or the microseconds after which to ask again.

local leases, pace, waiting, told, phone = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local asking, hold = ARGV[2], tonumber(ARGV[3])
local interval, most, line = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])

local SHORTEST, LONGEST = 20000, 60000000 -- what is answered as a wait
local BUSY = 2000000 -- when all calls there may be are being made: until the first in line looks again ...
local BUSY_EACH = 50000 -- ... and how much later each that waits behind
local ENGAGED = 5000000 -- while the number is called by another consultation
local LATE = 10000000 -- who comes so much later than told is gone
local LINE = 1e13 -- more than a time in milliseconds

local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end

redis.call('ZREMRANGEBYSCORE', leases, '-inf', now)
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', told, '-inf', now - LATE)) do
  redis.call('ZREM', waiting, gone)
  redis.call('ZREM', told, gone)
end

local held = redis.call('ZSCORE', leases, asking)
if held and interval == 0 then
  return 0
end

-- Whoever waits for a number keeps nobody else waiting.
local holder = redis.call('GET', phone)
if holder and holder ~= asking and redis.call('ZSCORE', leases, holder) then
  redis.call('ZREM', waiting, asking)
  redis.call('ZREM', told, asking)
  return ENGAGED
end

-- Who holds a permit and comes back died before the dialling, or did not get the answer: the call keeps its room, and
-- takes a new place in the pace. It is free if nobody else can have got a permit since.
local fresh = held and now - (tonumber(held) - hold) < interval
local free_at = fresh and now or math.max(now, tonumber(redis.call('GET', pace) or now))
local full = not held and most > 0 and redis.call('ZCARD', leases) >= most
local before = held and 0 or redis.call('ZCOUNT', waiting, '-inf', '(' .. string.format('%.0f', line * LINE))

if free_at <= now and not full and before == 0 then
  redis.call('ZREM', waiting, asking)
  redis.call('ZREM', told, asking)
  redis.call('ZADD', leases, now + hold, asking)
  redis.call('SET', phone, asking, 'PX', math.ceil(hold / 1000))
  redis.call('PEXPIRE', leases, math.max(redis.call('PTTL', leases), math.ceil(hold / 1000)))
  if interval > 0 then
    redis.call('SET', pace, string.format('%.0f', now + interval), 'PX', math.ceil((interval + LONGEST) / 1000))
  end
  return 0
end

if not redis.call('ZSCORE', waiting, asking) then
  redis.call('ZADD', waiting, line * LINE + math.floor(now / 1000), asking)
end
local rank = redis.call('ZRANK', waiting, asking)
local wait = free_at - now + rank * interval
if full then
  wait = math.max(wait, BUSY + rank * BUSY_EACH)
end
wait = math.min(math.max(wait, SHORTEST), LONGEST)
redis.call('ZADD', told, now + wait, asking)
for _, key in ipairs({ waiting, told }) do
  redis.call('PEXPIRE', key, (LONGEST + LATE) / 1000)
end
return wait
