-- Keeps what the callee said in a turn; returns 0 if there is no such consultation.
--
-- KEYS  record, inputs
-- ARGV  turn, input

local left = redis.call('PTTL', KEYS[1])
if left == -2 then
  return 0
end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
if left > 0 then
  redis.call('PEXPIRE', KEYS[2], left)
end
return 1
