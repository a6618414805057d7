#!/usr/bin/env bash
# Builds what Valet is compared with and spoken to by, from their Go modules:
#   otlpload       writes OTLP payload files and replays them over gRPC and HTTP
#   kfaked         a Kafka broker in memory that can throw away what it is given
#   otelcol        the OpenTelemetry Collector with OTLP, Kafka receiver and exporter
#   otelcol-ch     the OpenTelemetry Collector with OTLP and the ClickHouse exporter
# Needs Go. SHARED_TOOLS names the folder with the sources and manifests [../shared/tools, beside the project],
# PEERS_DIR where the programs go [bench/peers/.build]. Takes minutes the first time; one compiler at a time.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
tools=${SHARED_TOOLS:-$root/../shared/tools}
out=${PEERS_DIR:-$root/bench/peers/.build}

fail() { echo "bench/peers/build.sh: $*" >&2; exit 1; }

command -v go >/dev/null || fail "there is no Go; install it (Debian: golang-go) and run again"
[ -d "$tools/otlpload" ] && [ -d "$tools/kfaked" ] && [ -d "$tools/configs" ] ||
  fail "no otlpload, kfaked and configs in $tools; set SHARED_TOOLS to the folder that has them"
tools=$(cd "$tools" && pwd)

mkdir -p "$out/bin" "$out/work"
out=$(cd "$out" && pwd)
# The toolchain that is there, one package at a time: the machine may have other work.
export GOTOOLCHAIN=local GOFLAGS="-p=1 -mod=mod -buildvcs=false" CGO_ENABLED=0

# go_program NAME: a program of the tools, built where its sources are.
go_program() {
  echo "== $1"
  (cd "$tools/$1" && GOFLAGS="-p=1 -mod=readonly -buildvcs=false" nice go build -o "$out/bin/$1" .)
}

# collector NAME MANIFEST: a Collector, by the builder of the version its manifest names.
collector() {
  local name=$1 manifest=$tools/configs/$2 version folder
  version=$(sed -n 's/^ *version: *\([0-9.]*\)$/\1/p' "$manifest" | head -1)
  folder=$(sed -n 's/^ *output_path: *\(.*\)$/\1/p' "$manifest")
  [ -n "$version" ] && [ -n "$folder" ] || fail "$manifest names no version and output_path"
  echo "== $name $version"
  if [ ! -x "$out/work/builder-$version" ]; then
    GOBIN="$out/work" nice go install "go.opentelemetry.io/collector/cmd/builder@v$version"
    mv "$out/work/builder" "$out/work/builder-$version"
  fi
  (cd "$out/work" && nice "./builder-$version" --config "$manifest")
  find "$out/work/$folder" -maxdepth 1 -type f -perm -u+x -name 'otelcol*' -exec mv {} "$out/bin/$name" \;
  [ -x "$out/bin/$name" ] || fail "the builder left no program in $out/work/$folder"
}

go_program otlpload
go_program kfaked
collector otelcol builder-kafka-0155.yaml
collector otelcol-ch builder-clickhouse-0161.yaml
echo "built in $out/bin:"
ls -l "$out/bin"
