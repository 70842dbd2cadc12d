-- Gives out no permit to dial for a while; a longer one that was said before stays.
--
-- KEYS  pace
-- ARGV  now ('': the server's time), microseconds

local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
local again = now + tonumber(ARGV[2])
if again > tonumber(redis.call('GET', KEYS[1]) or 0) then
  redis.call('SET', KEYS[1], string.format('%.0f', again), 'PX', 60000 + math.ceil(ARGV[2] / 1000))
end
return 1
