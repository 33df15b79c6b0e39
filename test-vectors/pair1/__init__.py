"""PAIR/1, written a second time from docs/protocol.md, to keep the first implementation honest.

Plain and slow on purpose. Nothing here is constant-time and nothing is wiped: never use it to talk to anybody.
"""
