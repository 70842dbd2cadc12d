-- Returns the record's data and the turns of a range, or nil.
--
-- KEYS  record, turns
-- ARGV  first and last index, from 0

local data = redis.call('HGET', KEYS[1], 'data')
if not data then
  return false
end
return {data, redis.call('LRANGE', KEYS[2], ARGV[1], ARGV[2])}
