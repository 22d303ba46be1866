"""`python -m sandbox.wechatpay`: the stand-in of WeChat Pay, which first prints the settings the application needs."""

import argparse
from pathlib import Path

from sandbox.wechatpay import server
from sandbox.wechatpay.world import APPID, Mall


def main() -> None:
    """Serve until ended."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.wechatpay")
    parser.add_argument("--port", type=int, default=8091)
    parser.add_argument("--appid", default=APPID)
    parser.add_argument("--callback-url", default="http://127.0.0.1:8080/v1/wechatpay/mall")
    parser.add_argument("--keys", type=Path, default=Path("var/wechatpay"))
    given = parser.parse_args()
    mall = Mall(appid=given.appid)
    settings = mall.write_keys(given.keys.resolve()) | {"LINLI_MALL_BASE_URL": f"http://127.0.0.1:{given.port}"}
    listening = server.listen(mall, port=given.port, callback_url=given.callback_url)
    print("\n".join(f"export {name}={value}" for name, value in settings.items()), flush=True)
    listening.serve_forever()


if __name__ == "__main__":
    main()
