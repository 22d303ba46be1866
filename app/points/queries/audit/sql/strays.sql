-- The books are audited one by one, so rows of a book that does not exist would never be seen. They can only lie
-- between the keys of books that do, and the primary key of every table begins with the book.
SELECT 'book.missing', 'points_{table}', 'rows of books only', 'rows of a book between ' || g.lo || ' and ' || g.hi
  FROM (SELECT lag(b.id, 1, -2147483648) OVER (ORDER BY b.id) AS lo, b.id AS hi
          FROM (SELECT id FROM points_books UNION ALL SELECT 2147483647) b) g
 WHERE EXISTS (SELECT 1 FROM points_{table} x WHERE x.book_id > g.lo AND x.book_id < g.hi)
