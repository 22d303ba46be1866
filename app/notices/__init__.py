"""Telling people something over WeChat: what waits to be sent, what they still accept, and what WeChat pushes to us."""
