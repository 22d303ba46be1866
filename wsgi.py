"""What gunicorn and the flask command load."""

from app.factory import create_app
from app.infra.config import Config

application = create_app(Config.from_process())
app = application  # the name the flask command looks for first
