"""`python -m sandbox.wechat --port 8090`: the stand-in for development, with the people of the demo neighbourhood."""

import argparse
import signal
import sys
import threading

import httpx

from app.notices.service.templates import load_templates
from sandbox.neighbourhood.people import roster
from sandbox.wechat import desk, server
from sandbox.wechat.world import World

RESULTS_EVERY_SECONDS = 5.0


def main() -> None:
    """Serve until ended."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.wechat")
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--push-url", default="http://127.0.0.1:8080/v1/wechat/push")
    given = parser.parse_args()
    # ended by a signal it has nothing to finish, and says nothing
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    everybody = roster()
    world = World()
    world.add_people([*(holder.person.name for holder in everybody.holders), *(each.name for each in everybody.staff)])
    templates = load_templates(None)
    world.templates = {
        each.template_id: {field.keyword: field.keyword for field in each.fields} for each in templates.values()
    }
    stand_in = server.make(world, port=given.port, push_url=given.push_url)
    threading.Thread(target=push_results, args=(stand_in,), daemon=True).start()
    print(f"WeChat stand-in on {stand_in.url}", flush=True)
    stand_in.server.serve_forever()


def push_results(stand_in: server.StandIn) -> None:
    """Push what was checked, every few seconds."""
    ended = threading.Event()
    while not ended.wait(RESULTS_EVERY_SECONDS):
        with stand_in.app.app_context():
            for trace_id in list(stand_in.world.media):
                check = stand_in.world.media.pop(trace_id)
                try:
                    desk.push(desk.media_result(stand_in.world, check))
                except (OSError, httpx.HTTPError) as error:
                    print(f"a result could not be pushed: {type(error).__name__}", flush=True)


if __name__ == "__main__":
    main()
