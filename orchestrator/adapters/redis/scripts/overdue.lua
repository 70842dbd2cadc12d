-- Returns the work that is due, with the times since when, the longest waiting of each set first.
--
-- KEYS  sorted sets of due work
-- ARGV  now, most to return of each set

local overdue = {}
for _, due in ipairs(KEYS) do
  for _, entry in ipairs(redis.call('ZRANGEBYSCORE', due, '-inf', ARGV[1], 'WITHSCORES', 'LIMIT', 0, ARGV[2])) do
    overdue[#overdue + 1] = entry
  end
end
return overdue
