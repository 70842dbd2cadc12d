-- Returns {stamp, the record's data, the turns of a range}; or nil if there is no such consultation; or only the stamp
-- if it is the one the reader knows.
--
-- KEYS  record, turns
-- ARGV  first and last index, from 0; the stamp the reader knows

local stamp, data = unpack(redis.call('HMGET', KEYS[1], 'stamp', 'data'))
if not stamp or stamp == ARGV[3] then
  return stamp
end
return {stamp, data, redis.call('LRANGE', KEYS[2], ARGV[1], ARGV[2])}
