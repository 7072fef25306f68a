"""CARE Dispatch: the project; settings, composition, the log, the live board and due work."""
