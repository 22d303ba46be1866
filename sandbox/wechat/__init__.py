"""A stand-in of WeChat's server API on the loopback: for development, the demo and tests. It keeps nothing.

It behaves as WeChat does as far as Linli can tell: codes are good once and for five minutes, tokens expire, quotas run
out, subscriptions are used up, media results come back later, signed and encrypted. What the real one does beyond its
documents nobody here knows; where a rule was taken from hearsay, docs/wechat.md says so.
"""
