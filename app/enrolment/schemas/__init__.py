"""JSON of enrolment, and the sentences about rows."""
