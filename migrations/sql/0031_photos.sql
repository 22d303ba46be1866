-- Photos that people hand in. What is known of a photo lies apart from its picture: comparing reads no pictures.

CREATE TABLE media_photos (
    book           text NOT NULL,
    id             uuid NOT NULL,
    owner_id       uuid NOT NULL,
    person_id      uuid,
    uploaded_at    timestamptz NOT NULL,
    digest         bytea NOT NULL,   -- SHA-256 of the bytes that came
    hash           bigint,           -- dHash; null: all of one colour
    mirror         bigint,           -- of the mirror image
    width          integer NOT NULL,
    height         integer NOT NULL,
    check_state    text NOT NULL,
    check_attempts smallint NOT NULL DEFAULT 0,
    check_due_at   timestamptz,      -- when WeChat is to be asked (again); null: it was, or needs not
    check_key      bytea,            -- by which WeChat fetches it, until it has judged
    subject        text,             -- what it was handed in with: report:<id>
    attached_at    timestamptz,
    like_id        uuid,             -- the photo before it that it is
    like_bits      smallint,
    CONSTRAINT pk_media_photos PRIMARY KEY (book, id),
    CONSTRAINT fk_media_photos_book FOREIGN KEY (book) REFERENCES points_books (code),
    CONSTRAINT ck_media_photos_digest CHECK (octet_length(digest) = 32),
    CONSTRAINT ck_media_photos_hashes CHECK (num_nulls(hash, mirror) IN (0, 2)),
    CONSTRAINT ck_media_photos_size CHECK (width BETWEEN 1 AND 2048 AND height BETWEEN 1 AND 2048),
    CONSTRAINT ck_media_photos_check CHECK (check_state IN ('waiting', 'pass', 'review', 'risky')),
    CONSTRAINT ck_media_photos_due CHECK (check_due_at IS NULL OR check_state = 'waiting'),
    CONSTRAINT ck_media_photos_key CHECK (octet_length(check_key) = 16),
    CONSTRAINT ck_media_photos_attached CHECK (num_nulls(subject, attached_at) IN (0, 2)),
    CONSTRAINT ck_media_photos_subject CHECK (subject ~ '^[a-z]+:[0-9a-f-]{36}$'),
    CONSTRAINT ck_media_photos_like CHECK (num_nulls(like_id, like_bits) IN (0, 2) AND like_bits BETWEEN 0 AND 64)
);
CREATE UNIQUE INDEX uq_media_photos_id ON media_photos (id); -- who holds the key of a check knows no book
CREATE INDEX ix_media_photos_book_digest ON media_photos (book, digest);
CREATE INDEX ix_media_photos_recent ON media_photos (book, attached_at) INCLUDE (id, subject, hash) WHERE attached_at IS NOT NULL;
CREATE INDEX ix_media_photos_book_subject ON media_photos (book, subject) WHERE subject IS NOT NULL;
CREATE INDEX ix_media_photos_due ON media_photos (check_due_at) WHERE check_state = 'waiting';
CREATE INDEX ix_media_photos_strays ON media_photos (uploaded_at) WHERE subject IS NULL;
CREATE INDEX ix_media_photos_uploaded_at ON media_photos (uploaded_at);
CREATE INDEX ix_media_photos_person_id ON media_photos (person_id);
GRANT SELECT, INSERT, DELETE ON media_photos TO linli_app;
GRANT UPDATE (check_state, check_attempts, check_due_at, check_key, subject, attached_at, like_id, like_bits) ON media_photos TO linli_app;

CREATE TABLE media_pictures (
    book     text NOT NULL,
    photo_id uuid NOT NULL,
    jpeg     bytea NOT NULL,
    CONSTRAINT pk_media_pictures PRIMARY KEY (book, photo_id),
    CONSTRAINT fk_media_pictures_photo FOREIGN KEY (book, photo_id) REFERENCES media_photos (book, id) ON DELETE CASCADE,
    CONSTRAINT ck_media_pictures_jpeg CHECK (octet_length(jpeg) BETWEEN 1 AND 20971520)
);
ALTER TABLE media_pictures ALTER COLUMN jpeg SET STORAGE EXTERNAL; -- a JPEG does not get smaller
GRANT SELECT, INSERT ON media_pictures TO linli_app; -- goes with its photo

-- What a photo was handed in with, and what it was like, is evidence: written once.
CREATE FUNCTION media_guard_photo() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.subject IS NOT NULL AND (NEW.subject, NEW.attached_at, NEW.like_id, NEW.like_bits)
            IS DISTINCT FROM (OLD.subject, OLD.attached_at, OLD.like_id, OLD.like_bits) THEN
        RAISE EXCEPTION 'media: a photo refused to change: what it was handed in with is written once'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'media_photo_is_written_once';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER media_photo_is_written_once BEFORE UPDATE ON media_photos FOR EACH ROW EXECUTE FUNCTION media_guard_photo();
