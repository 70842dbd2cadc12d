-- Returns how many results wait for the backend, since when (microseconds) the oldest of them does ('': none waits),
-- and how many were given up.
--
-- KEYS  for each shard: pending, dead

local waiting, oldest, given_up = 0, '', 0
for number = 1, #KEYS, 2 do
  waiting = waiting + redis.call('ZCARD', KEYS[number])
  given_up = given_up + redis.call('ZCARD', KEYS[number + 1])
  local since = redis.call('ZRANGE', KEYS[number], 0, 0, 'WITHSCORES')[2]
  if since and (oldest == '' or tonumber(since) < tonumber(oldest)) then
    oldest = since
  end
end
return {waiting, oldest, given_up}
