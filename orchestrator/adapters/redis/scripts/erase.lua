-- Erases everything of a consultation, its places in the shard's indices included.
--
-- KEYS  record, turns, events, replies, inputs, erased, due, index, dead, pending
-- ARGV  id, who erases it ('': nobody; only what is left of an expired one), milliseconds to remember that,
--       channel, kinds of work ...
-- Returns 1 if there was something to erase, or the same one erased it before; else 0.

local record, erased, due = KEYS[1], KEYS[6], KEYS[7]
local id, eraser = ARGV[1], ARGV[2]
local existed = redis.call('EXISTS', record) == 1
if existed and eraser == '' then
  return 0
end

for number = 1, 5 do
  redis.call('DEL', KEYS[number])
end
for number = 5, #ARGV do
  redis.call('ZREM', due, ARGV[number] .. ':' .. id)
end
for number = 8, 10 do
  redis.call('ZREM', KEYS[number], id)
end

if not existed then
  return redis.call('GET', erased) == eraser and 1 or 0
end
redis.call('SET', erased, eraser, 'PX', ARGV[3])
redis.call('PUBLISH', ARGV[4], id)
return 1
