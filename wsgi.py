"""What gunicorn and the flask command load."""

import gc

gc.disable()  # until all is there: what modules make is no garbage, and looking for some takes a sixth of the start

from app.factory import create_app  # noqa: E402 - after the line above
from app.infra.config import Config  # noqa: E402 - as above

application = create_app(Config.from_process())
app = application  # the name the flask command looks for first

gc.freeze()  # and stays to the end of the process
gc.enable()
