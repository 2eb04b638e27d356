-- Reads random documents out of KEYS loaded ones.
local keys = tonumber(os.getenv("KEYS") or 100000)

function setup(thread)
    number = (number or 0) + 1
    thread:set("number", number)
end

function init(args)
    math.randomseed(number * 7919)
end

function request()
    return wrk.format("GET", "/v1/default/kv/bench/key-" .. math.random(0, keys - 1))
end
