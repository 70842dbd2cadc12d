-- Returns from each sorted set the first ids after a place, as id, score, id, score ...
-- The order is by score, then by id; a place is an id and its score.
--
-- KEYS  sorted sets
-- ARGV  'up' or 'down', score or '' for the beginning, id, most of each set

local up = ARGV[1] == 'up'
local command = up and 'ZRANGEBYSCORE' or 'ZREVRANGEBYSCORE'
local from = ARGV[2] ~= '' and ARGV[2] or (up and '-inf' or '+inf')
local to = up and '+inf' or '-inf'
local place, limit = ARGV[3], tonumber(ARGV[4])

local page = {}
for _, set in ipairs(KEYS) do
  -- Those of the place's own score may lie before it: so many more are looked at.
  local equals = ARGV[2] ~= '' and redis.call('ZCOUNT', set, from, from) or 0
  local found = redis.call(command, set, from, to, 'WITHSCORES', 'LIMIT', 0, limit + equals)
  local left = limit
  for number = 1, #found, 2 do
    local id, score = found[number], found[number + 1]
    local after = true
    if tonumber(score) == tonumber(ARGV[2]) then
      after = up and id > place or (not up and id < place)
    end
    if after and left > 0 then
      page[#page + 1] = id
      page[#page + 1] = score
      left = left - 1
    end
  end
end
return page
