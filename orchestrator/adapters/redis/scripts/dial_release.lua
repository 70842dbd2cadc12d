-- Returns a permit to dial, and leaves the line.
--
-- KEYS  leases, waiting, told
-- ARGV  consultation

for _, key in ipairs(KEYS) do
  redis.call('ZREM', key, ARGV[1])
end
return 1
