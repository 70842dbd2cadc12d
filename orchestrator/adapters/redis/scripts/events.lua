-- Returns at most so many events from a cursor on, that one included, or nil if there is no such consultation.
--
-- KEYS  record, events
-- ARGV  cursor or '-', count

if redis.call('EXISTS', KEYS[1]) == 0 then
  return false
end
return redis.call('XRANGE', KEYS[2], ARGV[1], '+', 'COUNT', ARGV[2])
