-- Puts documents of 1 KB, each with a value that was never put before, to random keys.
local keys = tonumber(os.getenv("KEYS") or 100000)
local run = os.getenv("RUN") or "0"
local headers = { ["Content-Type"] = "application/json" }
local filling = string.rep("0123456789abcdef", 60)
local count = 0

function setup(thread)
    number = (number or 0) + 1
    thread:set("number", number)
end

function init(args)
    math.randomseed(number * 104729 + tonumber(run))
end

function request()
    count = count + 1
    local body = string.format('{"id":"%s-%d-%d","amount":%d,"text":"%s"}', run, number, count, math.random(1000000), filling)
    return wrk.format("PUT", "/v1/default/kv/bench/key-" .. math.random(0, keys - 1), headers, body)
end
