"""Due work: rows with a due time, run by a Celery task, the sweep or the web process, whichever comes first."""
