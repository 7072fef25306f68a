"""One process at a time: whoever plays the evening holds a lock of the database, which ends with its connection."""

from django.db import connection

_EVENING = 0xCA4E  # the first half of the lock's name; the second is the center


class Alone:
    """Holds the lock as long as the connection lives; a new connection takes it anew."""

    def __init__(self, center_id: int) -> None:
        self.center_id = center_id
        self._held_by: object = None

    def held(self) -> bool:
        """False: another process plays this evening."""
        connection.ensure_connection()
        if self._held_by is not connection.connection:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_EVENING, self.center_id])
                (taken,) = cursor.fetchone()
            self._held_by = connection.connection if taken else None
        return self._held_by is not None
