"""The log and its one door: every change of the domain is one transaction that ends in numbered events."""

from care_dispatch.log.door import Done, Key, perform, record, write
from care_dispatch.log.kinds import EventKind, register_kinds

__all__ = ["Done", "EventKind", "Key", "perform", "record", "register_kinds", "write"]
