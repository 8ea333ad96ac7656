-- schema.sql - the workspace's database, version 1.
--
-- Embedded into the program at build time (schema_embed.awk); a new database is made from this text,
-- an older one is brought here by the steps in migrate.c.
--
-- Rules. Every table is STRICT. A key begins with tenant_id, and so does every foreign key, unique
-- constraint and index: a row cannot name a row of another tenant. Numbers (id) count per tenant
-- from 1 and come from `counters`. Times are UTC milliseconds; NULL is "none". Words (status,
-- outcome ...) are stored as the command line prints them.
-- No trigger calls an application's function or reads a table: under trusted_schema=0 the first is
-- refused, and the tenants' authorizer refuses the second.

-- Organisations whose data is walled off from each other.
CREATE TABLE tenants (
  id          INTEGER NOT NULL PRIMARY KEY CHECK (id > 0),
  name        TEXT    NOT NULL UNIQUE,
  archived    INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1)),
  created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Numbers that are kept up instead of counted.
CREATE TABLE counters (
  tenant_id     INTEGER NOT NULL,            -- 0: the workspace (the tenants' own numbers)
  family        TEXT    NOT NULL,            -- 'id': last number given; 'jobs': rows in a state
  connection_id INTEGER NOT NULL,            -- 'jobs': of this connection; 'id': 0
  name          TEXT    NOT NULL,            -- 'jobs': the state; 'id': the table
  value         INTEGER NOT NULL CHECK (value >= 0),
  PRIMARY KEY (tenant_id, family, connection_id, name)
) STRICT, WITHOUT ROWID;

-- Small facts by name.
CREATE TABLE settings (
  tenant_id   INTEGER NOT NULL,              -- 0: the workspace
  key         TEXT    NOT NULL,              -- 'pause.all', 'pause.platform.NAME', 'workspace.uuid', 'secret.NAME' (sealed) ...
  value       TEXT    NOT NULL,
  PRIMARY KEY (tenant_id, key)
) STRICT, WITHOUT ROWID;

-- Each tenant's data key, wrapped by the workspace's master key.
CREATE TABLE tenant_keys (
  tenant_id   INTEGER NOT NULL REFERENCES tenants (id),
  version     INTEGER NOT NULL CHECK (version > 0),
  wrapped     BLOB    NOT NULL,              -- the vault's form; no clear key is ever stored
  created_at  INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, version)
) STRICT, WITHOUT ROWID;

-- Public identities, each with its own time zone.
CREATE TABLE brands (
  tenant_id    INTEGER NOT NULL REFERENCES tenants (id),
  id           INTEGER NOT NULL CHECK (id > 0),
  name         TEXT    NOT NULL,
  timezone     TEXT    NOT NULL,             -- IANA name
  catch_up_min INTEGER NOT NULL CHECK (catch_up_min >= -2), -- minutes; -1 hold, -2 as configured
  color        TEXT,
  paused       INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
  archived     INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1)),
  created_at   INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, name)
) STRICT, WITHOUT ROWID;

-- Accounts. Secrets are sealed: they open only under this tenant, connection, field and key version.
CREATE TABLE platform_connections (
  tenant_id          INTEGER NOT NULL,
  id                 INTEGER NOT NULL CHECK (id > 0),
  brand_id           INTEGER NOT NULL,
  platform           TEXT    NOT NULL,
  account            TEXT    NOT NULL,       -- what people call it
  account_id         TEXT    NOT NULL,       -- the platform's own lasting id
  server             TEXT,                   -- base URL as named by the operator, or the default
  endpoint           TEXT,                   -- base URL to call, where it differs
  loopback           INTEGER NOT NULL DEFAULT 0 CHECK (loopback IN (0, 1)),
  facts              TEXT,                   -- the adapter's JSON
  status             TEXT    NOT NULL CHECK (status IN
                       ('connected', 'expired', 'revoked', 'unreachable', 'disconnected')),
  scopes             TEXT,                   -- space-separated
  client_id          TEXT,
  expires_at         INTEGER,                -- of the access token
  refresh_expires_at INTEGER,
  last_verified_at   INTEGER,
  last_error         TEXT,                   -- 'E_CODE: text'
  paused             INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
  password_sealed    BLOB,
  access_sealed      BLOB,
  refresh_sealed     BLOB,
  client_secret_sealed BLOB,
  refresh_started_at INTEGER,                -- a refresh was asked for and its answer not yet stored
  rate_limit         INTEGER,
  rate_remaining     INTEGER,
  rate_resets_at     INTEGER,
  blocked_until      INTEGER,                -- no request before this
  created_at         INTEGER NOT NULL,
  updated_at         INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, brand_id, platform, account_id),
  UNIQUE (tenant_id, id, brand_id, platform), -- what a job refers to
  FOREIGN KEY (tenant_id, brand_id) REFERENCES brands (tenant_id, id)
) STRICT, WITHOUT ROWID;

-- Content, written once.
CREATE TABLE posts (
  tenant_id     INTEGER NOT NULL,
  id            INTEGER NOT NULL CHECK (id > 0),
  brand_id      INTEGER NOT NULL,
  text          TEXT    NOT NULL,
  link          TEXT,
  title         TEXT,
  language      TEXT,                        -- BCP 47
  visibility    TEXT,
  first_comment TEXT,
  options       TEXT,                        -- JSON object {"PLATFORM.KEY": value}
  created_at    INTEGER NOT NULL,
  updated_at    INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, id, brand_id),          -- what a job refers to
  FOREIGN KEY (tenant_id, brand_id) REFERENCES brands (tenant_id, id)
) STRICT, WITHOUT ROWID;

-- What replaces a post's text, and perhaps its media, on one platform.
CREATE TABLE post_variants (
  tenant_id   INTEGER NOT NULL,
  post_id     INTEGER NOT NULL,
  platform    TEXT    NOT NULL CHECK (platform <> ''),
  text        TEXT,                                      -- NULL: the post's
  own_media   INTEGER NOT NULL CHECK (own_media IN (0, 1)), -- 1: media rows of this platform replace the post's
  PRIMARY KEY (tenant_id, post_id, platform),
  FOREIGN KEY (tenant_id, post_id) REFERENCES posts (tenant_id, id)
) STRICT, WITHOUT ROWID;

-- Media in their order; the bytes stand in media/<sha256>.
CREATE TABLE post_media (
  tenant_id   INTEGER NOT NULL,
  id          INTEGER NOT NULL CHECK (id > 0),
  post_id     INTEGER NOT NULL,
  platform    TEXT    NOT NULL,              -- '': of the post itself, else of that variant
  position    INTEGER NOT NULL CHECK (position >= 0),
  sha256      TEXT    NOT NULL CHECK (length(sha256) = 64),
  type        TEXT    NOT NULL,              -- MIME
  bytes       INTEGER NOT NULL CHECK (bytes >= 0),
  width       INTEGER,
  height      INTEGER,
  duration_ms INTEGER,
  alt         TEXT,
  name        TEXT,                          -- of the file it came from
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, post_id, platform, position),
  FOREIGN KEY (tenant_id, post_id) REFERENCES posts (tenant_id, id)
) STRICT, WITHOUT ROWID;

-- The queue: one post to one connection at one time. States and moves: jobs.h, jobs.c.
CREATE TABLE publishing_jobs (
  tenant_id       INTEGER NOT NULL,
  id              INTEGER NOT NULL CHECK (id > 0),
  brand_id        INTEGER NOT NULL,
  connection_id   INTEGER NOT NULL,
  platform        TEXT    NOT NULL,          -- the connection's, for filters
  post_id         INTEGER NOT NULL,
  status          TEXT    NOT NULL CHECK (status IN ('draft', 'scheduled', 'pending', 'processing',
                    'published', 'failed', 'unknown', 'cancelled', 'held')),
  wait            TEXT    NOT NULL CHECK (wait IN ('', 'retry', 'rate', 'undo')), -- paused, auth: derived
  hold_reason     TEXT    NOT NULL CHECK (hold_reason IN ('', 'missed', 'crashes', 'operator')),
  scheduled_at    INTEGER NOT NULL,
  next_attempt_at INTEGER,                   -- scheduled, pending: not before
  attempts        INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  failures        INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0), -- transient ones
  crashes         INTEGER NOT NULL DEFAULT 0 CHECK (crashes >= 0),  -- in a row
  max_retries     INTEGER NOT NULL CHECK (max_retries >= 0),
  priority        INTEGER NOT NULL,          -- larger goes first
  remote_id       TEXT,
  remote_url      TEXT,
  error_code      TEXT,
  error_message   TEXT,
  error_class     TEXT    NOT NULL DEFAULT '' CHECK (error_class IN
                    ('', 'transient', 'rate_limited', 'auth', 'permanent', 'unknown')),
  http_status     INTEGER,
  stage           TEXT,                      -- the adapter's JSON: what it has learned so far
  content_hash    TEXT,                      -- of text and media, to find duplicates
  reserved_key    TEXT,                      -- the next attempt must use this key again ...
  reserved_key_ms INTEGER,                   -- ... which was made at this time
  created_at      INTEGER NOT NULL,
  updated_at      INTEGER NOT NULL,
  published_at    INTEGER,
  PRIMARY KEY (tenant_id, id),
  CHECK ((status IN ('scheduled', 'pending')) = (next_attempt_at IS NOT NULL)),
  CHECK ((status = 'held') = (hold_reason <> '')),
  CHECK ((status = 'published') = (published_at IS NOT NULL)),
  CHECK (failures <= max_retries + 1),
  FOREIGN KEY (tenant_id, connection_id, brand_id, platform)
    REFERENCES platform_connections (tenant_id, id, brand_id, platform),
  FOREIGN KEY (tenant_id, post_id, brand_id) REFERENCES posts (tenant_id, id, brand_id)
) STRICT, WITHOUT ROWID;

-- Lists: newest number first within one brand, platform, connection or state ...
CREATE INDEX jobs_by_brand      ON publishing_jobs (tenant_id, brand_id, id);
CREATE INDEX jobs_by_platform   ON publishing_jobs (tenant_id, platform, id);
CREATE INDEX jobs_by_connection ON publishing_jobs (tenant_id, connection_id, id);
CREATE INDEX jobs_by_status     ON publishing_jobs (tenant_id, status, id);
-- ... and by time, change, urgency.
CREATE INDEX jobs_by_when       ON publishing_jobs (tenant_id, scheduled_at, id);
CREATE INDEX jobs_by_updated    ON publishing_jobs (tenant_id, updated_at, id);
CREATE INDEX jobs_by_priority   ON publishing_jobs (tenant_id, priority, id);
-- Several conditions at once; jobs at risk of one connection.
CREATE INDEX jobs_by_queue      ON publishing_jobs (tenant_id, connection_id, status, scheduled_at, id);
-- What the publisher asks: what may a connection send next, what falls due, whose content is this.
CREATE INDEX jobs_due           ON publishing_jobs (tenant_id, connection_id, priority, next_attempt_at, id)
  WHERE status = 'pending';
CREATE INDEX jobs_planned       ON publishing_jobs (tenant_id, next_attempt_at, id)
  WHERE status = 'scheduled';
-- What failed since a moment, without looking at all that changed since.
CREATE INDEX jobs_failed        ON publishing_jobs (tenant_id, status, updated_at)
  WHERE status = 'failed';
CREATE INDEX jobs_by_post       ON publishing_jobs (tenant_id, post_id);
CREATE INDEX jobs_by_content    ON publishing_jobs (tenant_id, connection_id, content_hash, created_at)
  WHERE content_hash IS NOT NULL;

-- One try at a job each, numbered from 1 per job.
CREATE TABLE publishing_attempts (
  tenant_id    INTEGER NOT NULL,
  job_id       INTEGER NOT NULL,
  n            INTEGER NOT NULL CHECK (n > 0),
  key          TEXT    NOT NULL,             -- idempotency or record key, stored before any request
  key_time_ms  INTEGER NOT NULL,             -- when the key was made
  started_at   INTEGER NOT NULL,
  sent_at      INTEGER,                      -- set durably before the first commit-like request leaves
  deadline     INTEGER,                      -- a lost answer is settled after this
  finished_at  INTEGER,
  outcome      TEXT    NOT NULL DEFAULT '' CHECK (outcome IN ('', 'published', 'transient',
                 'rate_limited', 'auth', 'permanent', 'unknown', 'absent', 'interrupted')),
  http_status  INTEGER,
  code         TEXT,
  message      TEXT,                         -- the platform's own words
  settle_reads INTEGER NOT NULL DEFAULT 0 CHECK (settle_reads >= 0),
  settle_at    INTEGER,                      -- next read-back
  PRIMARY KEY (tenant_id, job_id, n),
  CHECK ((finished_at IS NULL) = (outcome = '')),
  CHECK (settle_at IS NULL OR outcome = 'unknown'),
  FOREIGN KEY (tenant_id, job_id) REFERENCES publishing_jobs (tenant_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX attempts_to_settle ON publishing_attempts (tenant_id, settle_at, job_id)
  WHERE settle_at IS NOT NULL;

-- Files at the media host, put there for platforms that fetch. The row stands before the file does, and goes after it:
-- so none is forgotten, whatever ends the program in between.
CREATE TABLE media_objects (
  tenant_id  INTEGER NOT NULL,
  id         INTEGER NOT NULL CHECK (id > 0),
  job_id     INTEGER NOT NULL,
  sha256     TEXT    NOT NULL CHECK (length(sha256) = 64),
  kind       TEXT    NOT NULL CHECK (kind IN ('s3', 'webdav', 'command')), -- of host
  name       TEXT    NOT NULL,               -- what it is called there; nobody can guess it
  target     TEXT,                           -- the address to put and delete it; NULL: the command knows
  url        TEXT,                           -- where platforms fetch it; NULL: not known to be there; '': deleted once
  dropping   INTEGER NOT NULL DEFAULT 0 CHECK (dropping IN (0, 1)), -- being removed: serves no job any more
  tries      INTEGER NOT NULL DEFAULT 0 CHECK (tries >= 0), -- to remove it, in vain
  next_at    INTEGER NOT NULL,               -- no try to remove it before
  created_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, job_id) REFERENCES publishing_jobs (tenant_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX media_objects_by_job ON media_objects (tenant_id, job_id);

-- The audit trail: one chain per tenant, and one of the workspace (tenant_id 0).
-- Gapless by foreign key: an entry needs the one before it, and none can be taken away.
CREATE TABLE publishing_logs (
  tenant_id     INTEGER NOT NULL CHECK (tenant_id >= 0),
  seq           INTEGER NOT NULL CHECK (seq > 0),
  at            INTEGER NOT NULL,
  actor         TEXT    NOT NULL,            -- OS user or --operator
  terminal      TEXT,
  action        TEXT    NOT NULL,            -- 'job.publish', 'brand.add' ...
  brand_id      INTEGER,
  job_id        INTEGER,
  connection_id INTEGER,
  outcome       TEXT,                        -- new state, or 'ok' / 'failed'
  code          TEXT,
  message       TEXT,                        -- secrets removed
  duration_ms   INTEGER NOT NULL,
  chain_key     TEXT,                        -- id of the chain's key, where a segment begins
  hash          BLOB    NOT NULL CHECK (length(hash) = 32), -- keyed, over the hash before and all fields
  owner         INTEGER GENERATED ALWAYS AS (nullif(tenant_id, 0)) VIRTUAL REFERENCES tenants (id),
  before        INTEGER GENERATED ALWAYS AS (nullif(seq - 1, 0)) VIRTUAL,
  PRIMARY KEY (tenant_id, seq),
  FOREIGN KEY (tenant_id, before) REFERENCES publishing_logs (tenant_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX logs_by_job ON publishing_logs (tenant_id, job_id, seq) WHERE job_id IS NOT NULL;

-- REPLACE deletes first, and with recursive_triggers=ON that fires the second.
CREATE TRIGGER publishing_logs_no_update BEFORE UPDATE ON publishing_logs
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER publishing_logs_no_delete BEFORE DELETE ON publishing_logs
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;

-- Exchanges with platforms that are no publishing.
CREATE TABLE platform_sync_logs (
  tenant_id     INTEGER NOT NULL REFERENCES tenants (id),
  id            INTEGER NOT NULL CHECK (id > 0),
  connection_id INTEGER,                     -- NULL before a first login
  platform      TEXT    NOT NULL,
  op            TEXT    NOT NULL,            -- login refresh verify settle takedown facts revoke
  at            INTEGER NOT NULL,
  duration_ms   INTEGER NOT NULL,
  http_status   INTEGER,
  outcome       TEXT    NOT NULL,            -- 'ok' or an error class
  code          TEXT,
  message       TEXT,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, connection_id) REFERENCES platform_connections (tenant_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX sync_logs_by_connection ON platform_sync_logs (tenant_id, connection_id, id);

-- What the planner is told of the tables' sizes: a busy workspace of one large tenant, so that no plan rests on
-- tenant_id alone (without figures SQLite takes ten rows a tenant for granted). Never measured anew: plans stay as tested.
ANALYZE sqlite_schema;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('tenants', 'tenants', '10 1'),
  ('counters', 'counters', '3000 3000 1500 6 1'),
  ('settings', 'settings', '20 20 1'),
  ('tenant_keys', 'tenant_keys', '10 10 1'),
  ('brands', 'brands', '50 50 1'),
  ('brands', 'sqlite_autoindex_brands_2', '50 50 1'),
  ('platform_connections', 'platform_connections', '300 300 1'),
  ('platform_connections', 'sqlite_autoindex_platform_connections_2', '300 300 6 2 1'),
  ('platform_connections', 'sqlite_autoindex_platform_connections_3', '300 300 1 1 1'),
  ('posts', 'posts', '500000 500000 1'),
  ('posts', 'sqlite_autoindex_posts_2', '500000 500000 1 1'),
  ('post_variants', 'post_variants', '100000 100000 2 1'),
  ('post_media', 'post_media', '200000 200000 1'),
  ('post_media', 'sqlite_autoindex_post_media_2', '200000 200000 2 2 1'),
  ('publishing_jobs', 'publishing_jobs', '1000000 1000000 1'),
  ('publishing_jobs', 'jobs_by_brand', '1000000 1000000 20000 1'),
  ('publishing_jobs', 'jobs_by_platform', '1000000 1000000 100000 1'),
  ('publishing_jobs', 'jobs_by_connection', '1000000 1000000 3300 1'),
  ('publishing_jobs', 'jobs_by_status', '1000000 1000000 100000 1'),
  ('publishing_jobs', 'jobs_by_when', '1000000 1000000 5 1'),
  ('publishing_jobs', 'jobs_by_updated', '1000000 1000000 5 1'),
  ('publishing_jobs', 'jobs_by_priority', '1000000 1000000 300000 1'),
  ('publishing_jobs', 'jobs_by_queue', '1000000 1000000 3300 400 2 1'),
  ('publishing_jobs', 'jobs_due', '10000 10000 30 10 2 1'),
  ('publishing_jobs', 'jobs_planned', '100000 100000 5 1'),
  ('publishing_jobs', 'jobs_failed', '10000 10000 10000 5'),
  ('publishing_jobs', 'jobs_by_post', '1000000 1000000 2'),
  ('publishing_jobs', 'jobs_by_content', '1000000 1000000 3300 2 1'),
  ('publishing_attempts', 'publishing_attempts', '1000000 1000000 1 1'),
  ('publishing_attempts', 'attempts_to_settle', '1000 1000 5 1'),
  ('media_objects', 'media_objects', '50 50 1'),
  ('media_objects', 'media_objects_by_job', '50 50 2'),
  ('publishing_logs', 'publishing_logs', '5000000 5000000 1'),
  ('publishing_logs', 'logs_by_job', '4000000 4000000 5 1'),
  ('platform_sync_logs', 'platform_sync_logs', '100000 100000 1'),
  ('platform_sync_logs', 'sync_logs_by_connection', '100000 100000 300 1');
