"""WHERE a call is: reading addresses, the gazetteer, what is known of a place, cautions, and calls that may be one."""
