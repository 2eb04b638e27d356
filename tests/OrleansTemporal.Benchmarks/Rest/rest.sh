#!/usr/bin/env bash
# Measures the server over REST with wrk: random GETs and durable PUTs of 1 KB documents over 100,000 keys.
#
#   tests/OrleansTemporal.Benchmarks/Rest/rest.sh             builds, starts, loads, measures, prints medians of 3 rounds
#   KEYS=10000 SECONDS_PER_ROUND=5 ROUNDS=1 CONNECTIONS=16    change the size of it
#
# GET and PUT rounds alternate, so that a noisy neighbour meets both.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
export KEYS=${KEYS:-100000}
seconds=${SECONDS_PER_ROUND:-10} rounds=${ROUNDS:-3} connections=${CONNECTIONS:-64} port=${PORT:-5099}
batch=500

fail() { echo "$1" >&2; exit 1; }
command -v wrk > /dev/null || fail "wrk is missing: apt-get install wrk"
command -v curl > /dev/null || fail "curl is missing: apt-get install curl"

dotnet build "$root/src/OrleansTemporal.Server" -c Release -v q -nologo -clp:NoSummary
work=$(mktemp -d)
server=
finish() {
    if [[ -n $server ]]; then kill "$server" 2> /dev/null || true; wait "$server" 2> /dev/null || true; fi
    rm -rf "$work"
}
trap finish EXIT

mkdir "$work/data"
url=http://127.0.0.1:$port
dotnet "$root/src/OrleansTemporal.Server/bin/Release/net10.0/OrleansTemporal.Server.dll" \
    --urls "$url" --OrleansTemporal:DataDirectory "$work/data" > "$work/server.log" 2>&1 &
server=$!
for _ in $(seq 300); do
    curl -fs "$url/health/ready" > /dev/null 2>&1 && break
    kill -0 "$server" 2> /dev/null || { cat "$work/server.log" >&2; fail "the server ended"; }
    sleep 0.1
done
curl -fs "$url/health/ready" > /dev/null || fail "the server is not ready"

echo "loading $KEYS documents of 1 KB"
filling=$(printf '0123456789abcdef%.0s' $(seq 60))
for ((from = 0; from < KEYS; from += batch)); do
    awk -v from="$from" -v to="$((from + batch < KEYS ? from + batch : KEYS))" -v filling="$filling" 'BEGIN {
        printf "{\"operations\":["
        for (i = from; i < to; i++)
            printf "%s{\"put\":{\"key\":\"key-%d\",\"value\":{\"id\":\"load-%d\",\"amount\":%d,\"text\":\"%s\"}}}", (i > from ? "," : ""), i, i, i, filling
        printf "]}" }' |
        curl -sS --fail-with-body -H 'Content-Type: application/json' --data-binary @- "$url/v1/default/kv/bench/batch" > "$work/answer" ||
        { cat "$work/answer" >&2; fail "loading failed at $from"; }
done

measure() { # name, script: appends "requests/s p50 p99" to a file
    RUN=$round$RANDOM wrk -t2 -c"$connections" -d"${seconds}s" --latency -s "$here/$2" "$url" > "$work/wrk.out" || fail "wrk failed"
    if grep -qE 'Non-2xx|Socket errors' "$work/wrk.out"; then
        cat "$work/wrk.out" >&2
        fail "$1: some requests were not answered with success"
    fi
    awk '/Requests\/sec:/ { rate = $2 } /50%/ { median = $2 } /99%/ { high = $2 } END { print rate, median, high }' "$work/wrk.out" | tee -a "$work/$1" |
        awk -v name="$1" '{ printf "%s: %d requests/s, p50 %s, p99 %s\n", name, $1, $2, $3 }'
}

round=0
measure warm-up get.lua > /dev/null
for ((round = 1; round <= rounds; round++)); do
    measure GET get.lua
    measure PUT put.lua
done

echo
for name in GET PUT; do
    sort -g "$work/$name" | awk -v name="$name" -v connections="$connections" '{ rate[NR] = $1; line[NR] = $0 }
        END { split(line[int((NR + 1) / 2)], middle, " ")
              printf "%s 1 KB, %d connections: median of %d rounds %d requests/s (p50 %s, p99 %s; %d to %d)\n", name, connections, NR, middle[1], middle[2], middle[3], rate[1], rate[NR] }'
done
echo "working set of the server: $(awk '/VmRSS/ { print int($2 / 1024) }' "/proc/$server/status") MiB, data folder: $(du -sm "$work/data" | cut -f1) MiB"
