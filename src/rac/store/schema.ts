/**
 * RAC's database, one text per version; `PRAGMA user_version` says how many have run. A text that was released never changes: what comes
 * later is a text of its own. Times are milliseconds since 1970; secrets are only there as SHA-256 digests, or encrypted.
 */
export const SCHEMA: readonly string[] = [
  `
  CREATE TABLE account (
    name TEXT PRIMARY KEY,
    password_hash TEXT NOT NULL,
    admin INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL
  ) STRICT;

  -- Sessions of the web page and of the command line, refresh tokens of engines, access tokens of CI.
  CREATE TABLE credential (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES account (name) ON DELETE CASCADE ON UPDATE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('session', 'refresh', 'access')),
    secret_hash TEXT NOT NULL UNIQUE,
    label TEXT NOT NULL DEFAULT '',
    -- JSON: {"names": ["me/app"], "actions": ["push", "pull"]}; null: all that the account may do.
    scope TEXT,
    created_at INTEGER NOT NULL,
    used_at INTEGER,
    expires_at INTEGER
  ) STRICT;
  CREATE INDEX credential_of ON credential (account, kind);

  -- A name of the registry, from its first push or its claim on.
  CREATE TABLE name (
    name TEXT PRIMARY KEY,
    -- The DNS label under which the proxy serves it.
    label TEXT NOT NULL UNIQUE,
    owner TEXT REFERENCES account (name) ON UPDATE CASCADE,
    visibility TEXT NOT NULL DEFAULT 'public' CHECK (visibility IN ('public', 'private')),
    created_at INTEGER NOT NULL,
    claimed_at INTEGER,
    last_push_at INTEGER,
    -- Only of unclaimed names.
    expires_at INTEGER,
    -- What its owner wants: 'on' serves requests, 'off' was stopped by hand, 'held' is a stranger's image under a claimed name.
    wanted TEXT NOT NULL DEFAULT 'on' CHECK (wanted IN ('on', 'off', 'held')),
    pinned_release INTEGER,
    current_release INTEGER
  ) STRICT;
  CREATE INDEX name_owner ON name (owner);

  CREATE TABLE collaborator (
    name TEXT NOT NULL REFERENCES name (name) ON DELETE CASCADE,
    account TEXT NOT NULL REFERENCES account (name) ON DELETE CASCADE ON UPDATE CASCADE,
    may_push INTEGER NOT NULL,
    PRIMARY KEY (name, account)
  ) STRICT;

  -- Notifications of the registry, kept before they are answered.
  CREATE TABLE event (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    tag TEXT NOT NULL,
    digest TEXT NOT NULL,
    actor TEXT,
    address TEXT NOT NULL DEFAULT '',
    pushed_at INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    done_at INTEGER,
    tries INTEGER NOT NULL DEFAULT 0,
    next_try_at INTEGER NOT NULL DEFAULT 0,
    problem TEXT
  ) STRICT;
  CREATE INDEX event_waiting ON event (name, sequence) WHERE done_at IS NULL;

  -- Every digest that was deployed, or tried; never changed after it has ended, but for its state.
  CREATE TABLE release (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL REFERENCES name (name) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    digest TEXT NOT NULL,
    actor TEXT,
    created_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pulling', 'starting', 'ready', 'failed', 'superseded', 'refused', 'collected')),
    -- JSON of what the image says (AppSpec) and of what it says wrongly (list of texts).
    app TEXT,
    warnings TEXT NOT NULL DEFAULT '[]',
    problem TEXT,
    ready_at INTEGER,
    size_bytes INTEGER
  ) STRICT;
  CREATE INDEX release_of ON release (name, id);

  CREATE TABLE variable (
    name TEXT NOT NULL REFERENCES name (name) ON DELETE CASCADE,
    key TEXT NOT NULL,
    -- AES-256-GCM: nonce, cipher text, tag; base64.
    sealed TEXT NOT NULL,
    set_at INTEGER NOT NULL,
    set_by TEXT NOT NULL,
    PRIMARY KEY (name, key)
  ) STRICT;

  -- Who did what; never updated.
  CREATE TABLE audit (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    address TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT ''
  ) STRICT;
  CREATE INDEX audit_subject ON audit (subject, sequence);

  CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  `,
  `
  -- Starts that a request asked for: the newest of each name. \`ms\` is from asking to the first answer; \`problem\` of those that failed.
  CREATE TABLE wake (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL REFERENCES name (name) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    tier TEXT NOT NULL,
    ms REAL NOT NULL,
    problem TEXT
  ) STRICT;
  CREATE INDEX wake_of ON wake (name, id);

  CREATE TABLE usage (
    name TEXT PRIMARY KEY REFERENCES name (name) ON DELETE CASCADE,
    requests INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    last_at INTEGER NOT NULL
  ) STRICT;
  `,
  `
  -- How often something was tried; paid_at: when all of it is paid off.
  CREATE TABLE throttle (key TEXT PRIMARY KEY, paid_at INTEGER NOT NULL) STRICT;

  -- Where an account has logged in before: others who guess its password do not keep it out there.
  CREATE TABLE known_address (
    account TEXT NOT NULL REFERENCES account (name) ON DELETE CASCADE ON UPDATE CASCADE,
    address TEXT NOT NULL,
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (account, address)
  ) STRICT;

  -- A name that its owner wants to give away, until the other one claims it.
  CREATE TABLE offer (
    name TEXT PRIMARY KEY REFERENCES name (name) ON DELETE CASCADE,
    account TEXT NOT NULL REFERENCES account (name) ON DELETE CASCADE ON UPDATE CASCADE,
    offered_at INTEGER NOT NULL
  ) STRICT;

  -- Who first asked to push an unclaimed name: counts against what one address may hold, also before the push has come.
  CREATE TABLE asked (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    asked_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX asked_holder ON asked (holder);

  -- Pushes that came with a token older than the claim which forbids them.
  CREATE TABLE refused (name TEXT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (name, digest)) STRICT;
  `,
  `
  -- Why RAC itself has stopped a name, for instance over its disk limit; null: it has not.
  ALTER TABLE name ADD COLUMN halted TEXT;
  `,
  `
  -- What was heard of a tag is asked for every tag each minute.
  CREATE INDEX event_of ON event (name, tag, sequence);
  `,
  `
  -- Who was let in to push, and when last: whose push it was is not known where its notification is lost. Without an account it is ''.
  CREATE TABLE let_in (
    name TEXT NOT NULL,
    account TEXT NOT NULL,
    address TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (name, account, address)
  ) STRICT;
  `,
  `
  -- What is always on is looked for every two seconds, among thousands that are not.
  CREATE INDEX release_always_on ON release (id) WHERE instr(app, '"alwaysOn":true') > 0;
  `,
];
