"""The client's package stands outside of the product: found where the wheel takes it from."""

import sys

from mlplatform import wheel

sys.path.insert(0, str(wheel.SOURCE))
