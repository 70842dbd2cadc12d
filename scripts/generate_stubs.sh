#!/bin/sh
# Generates calling/v1 from proto/. usage: scripts/generate_stubs.sh [OUT_DIR] (default: the repository's root)
set -eu
cd "$(dirname "$0")/.."
python="${PYTHON:-.venv/bin/python}"
out="${1:-.}"
PATH="$(dirname "$python"):$PATH"
mkdir -p "$out/calling/v1"
"$python" -m grpc_tools.protoc -Iproto --python_out="$out" --mypy_out="$out" proto/calling/v1/*.proto
"$python" -m grpc_tools.protoc -Iproto --grpc_python_out="$out" --mypy_grpc_out=only_async:"$out" proto/calling/v1/*_service.proto
for package in "$out/calling" "$out/calling/v1"; do : > "$package/__init__.py"; done
: > "$out/calling/py.typed"
