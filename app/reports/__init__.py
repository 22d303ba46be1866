"""Problems that residents report, and what came of them."""
