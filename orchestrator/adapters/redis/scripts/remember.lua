-- Keeps what the callee said in a turn.
--
-- KEYS  record, inputs
-- ARGV  turn, input, talker
-- Returns the outcome: kept; missing: there is no such consultation; fenced: another one talks in the call since

local left = redis.call('PTTL', KEYS[1])
if left == -2 then
  return 'missing'
end
local talker = tonumber(ARGV[3])
if talker then
  if talker < tonumber(redis.call('HGET', KEYS[1], 'talker') or 0) then
    return 'fenced'
  end
  redis.call('HSET', KEYS[1], 'talker', talker)
end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
if left > 0 then
  redis.call('PEXPIRE', KEYS[2], left)
end
return 'kept'
