"""Arrays in, arrays out: the loop is here, the pass is native."""
