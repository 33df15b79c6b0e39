#!/bin/sh
# What the relay is measured beside: a Redis that joins two of it, and two brokers of others.
set -eu
. "$(dirname "$0")/lib.sh"

have redis-server || install_packages redis-server
have nats-server || install_packages nats-server
have mosquitto || install_packages mosquitto
