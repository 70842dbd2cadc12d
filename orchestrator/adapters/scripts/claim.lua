-- Takes work that is due: puts it off until the lease ends, and returns it.
--
-- KEYS  sorted sets of due work
-- ARGV  now, end of the lease, most to take

local claimed = {}
local left = tonumber(ARGV[3])
for _, due in ipairs(KEYS) do
  if left == 0 then
    break
  end
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', due, '-inf', ARGV[1], 'LIMIT', 0, left)) do
    redis.call('ZADD', due, ARGV[2], member)
    claimed[#claimed + 1] = member
    left = left - 1
  end
end
return claimed
