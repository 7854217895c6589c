#!/bin/bash
# Waits until the first argument, HOST:PORT, takes a connection; then runs what stands behind `--`.
place=$1
until (exec 3<>"/dev/tcp/${place%:*}/${place#*:}") 2>/dev/null; do sleep 0.2; done
while [ "$1" != -- ]; do shift; done
shift
exec "$@"
