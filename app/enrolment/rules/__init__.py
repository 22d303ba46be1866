"""What a file says: opening it safely, finding its columns, reading its cells, judging its rows."""
