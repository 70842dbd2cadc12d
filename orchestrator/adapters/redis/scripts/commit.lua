-- Writes one change of a consultation.
--
-- KEYS  record, turns, events, replies, inputs, due, index, dead, pending
-- ARGV  see `change.arguments`, which writes them in the order in which they are taken here
-- Returns {outcome} or {outcome, data of the record that stands there}; outcome is one of
--   written   written now, or by an earlier execution of the same change
--   taken     a new consultation was to be written, and there is one
--   missing   there is no such consultation
--   fenced    whoever makes the change talked in the call, and another one talks there since
--   stale     it has another version
--   gap       the turns do not follow those that are there

local record, turns, events, replies, inputs, due, index =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7]
local deliveries = { KEYS[8], KEYS[9] }

local taken = 0
local function take()
  taken = taken + 1
  return ARGV[taken]
end

local id = take()
local base_version, version, stamp, data = take(), take(), take(), take()
local talker = tonumber(take())
local brief, created_at = take(), take()

local standing = redis.call('HMGET', record, 'version', 'stamp', 'data', 'talker')
if standing[2] == stamp then
  redis.call('HSET', record, 'stamp', stamp) -- for WAIT, which counts who has the writes of its own connection
  return {'written'}
end
if base_version == '' then
  if standing[1] then
    redis.call('HSET', record, 'stamp', standing[2]) -- likewise: who asks again is told it is there
    return {'taken', standing[3]}
  end
elseif not standing[1] then
  return {'missing'}
elseif talker and talker < tonumber(standing[4] or 0) then
  return {'fenced'}
elseif standing[1] ~= base_version then
  return {'stale'}
end

local first_turn, turn_count = tonumber(take()), tonumber(take())
if turn_count > 0 and redis.call('LLEN', turns) + 1 ~= first_turn then
  return {'gap'}
end
for _ = 1, turn_count do
  redis.call('RPUSH', turns, take())
end

redis.call('HSET', record, 'version', version, 'stamp', stamp, 'data', data)
if talker then
  redis.call('HSET', record, 'talker', talker)
end
if base_version == '' then
  redis.call('HSET', record, 'brief', brief)
  redis.call('ZADD', index, created_at, id)
end

for number = 1, tonumber(take()) do
  redis.call('XADD', events, version .. '-' .. number, 'e', take())
end

for _ = 1, tonumber(take()) do
  local turn, reply, answered = take(), take(), take()
  redis.call('HSET', replies, turn, reply)
  if answered == '1' then
    redis.call('HDEL', inputs, turn)
  end
end

for _ = 1, tonumber(take()) do
  local kind, due_at = take(), take()
  if due_at == '' then
    redis.call('ZREM', due, kind .. ':' .. id)
  else
    redis.call('ZADD', due, due_at, kind .. ':' .. id)
  end
end

for _, list in ipairs(deliveries) do
  local since = take()
  if since == '' then
    redis.call('ZREM', list, id)
  else
    redis.call('ZADD', list, since, id)
  end
end

local has_result, result = take(), take()
if has_result == '1' then
  redis.call('HSET', record, 'result', result)
end

-- What is written after an expiry was set expires with the rest.
local expires_in = tonumber(take())
local left = expires_in > 0 and expires_in or redis.call('PTTL', record)
if left > 0 then
  for number = 1, 5 do
    redis.call('PEXPIRE', KEYS[number], left)
  end
end

redis.call('PUBLISH', take(), id)
return {'written'}
