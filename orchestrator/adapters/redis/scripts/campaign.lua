-- Writes one change of a campaign.
--
-- KEYS  record, items, orders, waiting, wished, open, events, due
-- ARGV  see `campaign_change.arguments`, which writes them in the order in which they are taken here
-- Returns {outcome} or {outcome, data of the record that stands there}; outcome is one of
--   written   written now, or by an earlier execution of the same change
--   taken     a new campaign was to be written, and there is one
--   missing   there is no such campaign
--   stale     it has another version

local record, items, orders, waiting, wished, open, events, due =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8]

local taken = 0
local function take()
  taken = taken + 1
  return ARGV[taken]
end

local id = take()
local base_version, version, stamp, data = take(), take(), take(), take()

local standing = redis.call('HMGET', record, 'version', 'stamp', 'data')
if standing[2] == stamp then
  return {'written'}
end
if base_version == '' then
  if standing[1] then
    return {'taken', standing[3]}
  end
elseif not standing[1] then
  return {'missing'}
elseif standing[1] ~= base_version then
  return {'stale'}
end

redis.call('HSET', record, 'version', version, 'stamp', stamp, 'data', data)

for _ = 1, tonumber(take()) do
  local person, item, place, score = take(), take(), take(), take()
  redis.call('HSET', items, person, item)
  redis.call('ZREM', waiting, person)
  redis.call('ZREM', wished, person)
  redis.call('SREM', open, person)
  if place == 'waiting' then
    redis.call('ZADD', waiting, score, person)
  elseif place == 'wished' then
    redis.call('ZADD', wished, score, person)
  elseif place == 'open' then
    redis.call('SADD', open, person)
  else
    redis.call('HDEL', orders, person)
  end
end

for _ = 1, tonumber(take()) do
  redis.call('HSET', orders, take(), take())
end

if take() == '1' then
  redis.call('DEL', orders, waiting, wished)
end

local event_count = tonumber(take())
for number = 1, event_count do
  redis.call('XADD', events, version .. '-' .. number, 'e', take())
end

local due_at = take()
if due_at == '' then
  redis.call('ZREM', due, 'campaign:' .. id)
else
  redis.call('ZADD', due, due_at, 'campaign:' .. id)
end

local expires_in = tonumber(take())
local left = expires_in > 0 and expires_in or redis.call('PTTL', record)
if left > 0 then
  for number = 1, 7 do
    redis.call('PEXPIRE', KEYS[number], left)
  end
end

local channel = take()
if event_count > 0 then
  redis.call('PUBLISH', channel, id)
end
return {'written'}
