"""What the code posted at a point says: `p.<short>.<key version>.<mac>`, at most 28 characters."""

from app.kernel.scenes import Signing

POINT = Signing("p", mac_length=12)  # 60 bits: it is looked up by strangers, as often as they like
