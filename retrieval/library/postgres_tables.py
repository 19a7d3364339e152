"""The tables of a library in PostgreSQL: numbered steps; one once released is never changed.

Everything hangs on a version of a report, which is never changed; a generation says which
versions are served. ``terms`` counts in how many chunks a token stands, kept by a trigger; under
the empty token a field has the length of all its texts, and ``chunks`` their number.
"""

from __future__ import annotations

STEPS = (
    """
CREATE EXTENSION IF NOT EXISTS vector;
CREATE TABLE manifest (key text PRIMARY KEY, value text NOT NULL);
CREATE TABLE generations (
    name text PRIMARY KEY, manifest text NOT NULL, lacking text NOT NULL, retired timestamptz);
CREATE TABLE reports (
    report text COLLATE "C" NOT NULL, version int NOT NULL, source text NOT NULL,
    origin text NOT NULL, content_key text NOT NULL, encoding text NOT NULL,
    added_at text NOT NULL, chars int NOT NULL, chunks int NOT NULL,
    meta text NOT NULL, warnings text NOT NULL, sections text NOT NULL,
    text text NOT NULL, raw bytea NOT NULL,
    PRIMARY KEY (report, version));
CREATE TABLE facts (
    report text COLLATE "C" NOT NULL, version int NOT NULL, ordinal int NOT NULL,
    indicator text, unit text, quantity_unit text, value text NOT NULL,
    PRIMARY KEY (report, version, ordinal),
    FOREIGN KEY (report, version) REFERENCES reports ON DELETE CASCADE);
CREATE INDEX facts_by_indicator ON facts (indicator);
CREATE TABLE chunks (
    report text COLLATE "C" NOT NULL, version int NOT NULL, ordinal int NOT NULL,
    id text NOT NULL, start int NOT NULL, "end" int NOT NULL, text text NOT NULL,
    context text NOT NULL, path text NOT NULL, role text NOT NULL, vector_key text NOT NULL,
    words tsvector NOT NULL, pairs tsvector NOT NULL,
    words_length int NOT NULL, pairs_length int NOT NULL,
    words_rounded int NOT NULL, pairs_rounded int NOT NULL,
    PRIMARY KEY (report, version, ordinal)) WITH (toast_tuple_target = 8160);
CREATE INDEX chunks_by_id ON chunks (id);
CREATE INDEX chunks_by_vector ON chunks (vector_key);
CREATE INDEX chunks_by_words ON chunks USING gin (words);
CREATE INDEX chunks_by_pairs ON chunks USING gin (pairs);
CREATE TABLE vectors (key text PRIMARY KEY, vector vector NOT NULL);
CREATE TABLE terms (
    field text COLLATE "C" NOT NULL, token text COLLATE "C" NOT NULL, count bigint NOT NULL,
    PRIMARY KEY (field, token)) WITH (fillfactor = 70);
CREATE FUNCTION count_terms() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE sign int := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
BEGIN
    INSERT INTO terms AS held (field, token, count)
    SELECT field, token, sign * count FROM (
        SELECT 'words' AS field, lexeme AS token, count(*) AS count
            FROM changed, unnest(changed.words) GROUP BY lexeme
        UNION ALL
        SELECT 'pairs', lexeme, count(*) FROM changed, unnest(changed.pairs) GROUP BY lexeme
        UNION ALL
        SELECT 'words', '', coalesce(sum(words_length), 0) FROM changed
        UNION ALL
        SELECT 'pairs', '', coalesce(sum(pairs_length), 0) FROM changed
        UNION ALL
        SELECT 'chunks', '', count(*) FROM changed) AS counted
    ORDER BY field, token
    ON CONFLICT (field, token) DO UPDATE SET count = held.count + excluded.count;
    RETURN NULL;
END $$;
CREATE TRIGGER chunks_came AFTER INSERT ON chunks REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_terms();
CREATE TRIGGER chunks_went AFTER DELETE ON chunks REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_terms();
INSERT INTO manifest VALUES ('library_id', substr(md5(random()::text), 1, 12));
""",
)
