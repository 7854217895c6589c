/** What should not be in a build context, and by which names it is known. */
export type ContextRule = {
  readonly kind: 'secret' | 'data';
  readonly what: string;
  /** Line of an ignore file that keeps all of this kind out. */
  readonly line: string;
  readonly names?: readonly string[];
  /** Endings of names, in lower case. */
  readonly endings?: readonly string[];
  /** Names of folders that are of this kind with all they hold. */
  readonly folders?: readonly string[];
  /** Form of names, in lower case, that are known by no one ending. */
  readonly form?: RegExp;
  /** Smaller ones are left alone, in bytes. */
  readonly from?: number;
  /** What must stand in the file; without it the name is enough. */
  readonly proof?: RegExp;
};

const MB = 1_000_000;
const PRIVATE_KEY = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/;

const SECRETS: readonly Omit<ContextRule, 'kind'>[] = [
  { what: 'environment file', line: '**/.env', names: ['.env', '.envrc'] },
  // Copies of it hold the same: .env.bak, .env.production, .env~. What is encrypted may be shared.
  { what: 'environment file', line: '**/.env?*', form: /^\.env[.~_-](?!.*(?:^|\.)(?:enc|gpg|age|asc|vault|sops)$)/ },
  { what: 'environment file', line: '**/*.env', endings: ['.env'] },
  { what: 'private key', line: '**/id_*', names: ['id_rsa', 'id_dsa', 'id_ecdsa', 'id_ed25519', 'id_ecdsa_sk'] },
  {
    what: 'private key',
    line: '',
    form: /^id_[a-z0-9_-]+$|[_-](?:rsa|dsa|ecdsa|ed25519)$/,
    proof: PRIVATE_KEY,
  },
  { what: 'private key', line: '**/*.pem', endings: ['.pem'], proof: PRIVATE_KEY },
  { what: 'private key', line: '**/*.key', endings: ['.key'], proof: PRIVATE_KEY },
  { what: 'key store', line: '**/*.p12', endings: ['.p12'] },
  { what: 'key store', line: '**/*.pfx', endings: ['.pfx'] },
  { what: 'key store', line: '**/*.jks', endings: ['.jks', '.keystore'] },
  { what: 'password store', line: '**/*.kdbx', endings: ['.kdbx'] },
  { what: 'passwords of servers', line: '**/.netrc', names: ['.netrc', '_netrc'] },
  { what: 'passwords of databases', line: '**/.pgpass', names: ['.pgpass'] },
  { what: 'passwords of databases', line: '**/.my.cnf', names: ['.my.cnf', '.mylogin.cnf'], proof: /password/i },
  { what: 'passwords of git servers', line: '**/.git-credentials', names: ['.git-credentials'] },
  { what: 'password file', line: '**/.htpasswd', names: ['.htpasswd'] },
  {
    what: 'cloud credentials',
    line: '**/*credentials*.json',
    names: ['credentials.json', 'application_default_credentials.json', 'client_secret.json', 'service-account.json'],
  },
  {
    what: 'cloud credentials',
    line: '',
    form: /(?:key|account|credential|firebase|gcp|google).*\.json$|-[0-9a-f]{12}\.json$/,
    proof: /"private_key"\s*:\s*"-----BEGIN/,
  },
  { what: 'cloud credentials', line: '**/.boto', names: ['.boto', '.s3cfg'] },
  { what: 'cloud credentials', line: '**/rclone.conf', names: ['rclone.conf'] },
  { what: 'cloud credentials', line: '**/.aws', folders: ['.aws'] },
  { what: 'cluster credentials', line: '**/kubeconfig', names: ['kubeconfig'] },
  { what: 'cluster credentials', line: '**/*.kubeconfig', endings: ['.kubeconfig'] },
  { what: 'cluster credentials', line: '**/.kube', folders: ['.kube'] },
  { what: 'registry logins', line: '**/.dockerconfigjson', names: ['.dockerconfigjson', '.dockercfg'] },
  { what: 'registry logins', line: '', names: ['config.json'], proof: /"auth"\s*:\s*"[A-Za-z0-9+/]/ },
  {
    what: 'package registry token',
    line: '**/.npmrc',
    names: ['.npmrc', '.yarnrc'],
    // A token that is taken from the environment is no secret.
    proof: /^[^#;\n]*_(?:authToken|auth|password)\s*=\s*(?!\$\{)\S/im,
  },
  { what: 'package registry token', line: '**/.pypirc', names: ['.pypirc'], proof: /password/i },
  { what: 'package registry token', line: '**/pip.conf', names: ['pip.conf'], proof: /:\/\/[^\s/@]+:[^\s/@]+@/ },
  {
    what: 'infrastructure secrets',
    line: '**/*.tfvars',
    endings: ['.tfvars'],
    proof: /^\s*\w*(?:password|secret|token)\w*\s*=\s*"[^"]/im,
  },
  { what: 'infrastructure state', line: '**/*.tfstate*', endings: ['.tfstate', '.tfstate.backup'] },
  { what: 'vault token', line: '**/.vault-token', names: ['.vault-token'] },
  { what: 'VPN profile', line: '**/*.ovpn', endings: ['.ovpn'], proof: PRIVATE_KEY },
  { what: 'secrets', line: '**/secrets.*', names: ['secrets.toml', 'secrets.yaml', 'secrets.yml', 'secrets.json'] },
  { what: 'private keys', line: '**/.ssh', folders: ['.ssh'] },
  { what: 'private keys', line: '**/.gnupg', folders: ['.gnupg'] },
];

const DATA: readonly Omit<ContextRule, 'kind'>[] = [
  { what: 'database', line: '**/*.sqlite*', endings: ['.sqlite', '.sqlite3', '.sqlite-wal', '.sqlite3-wal'] },
  { what: 'database', line: '**/*.db', endings: ['.db', '.db3', '.db-wal', '.mdb', '.accdb'] },
  { what: 'database dump', line: '**/*.sql*', endings: ['.sql.gz', '.sql.zst', '.sql.xz', '.dump'], from: 100_000 },
  {
    what: 'measurements',
    line: '**/*.fits*',
    endings: ['.fits', '.fit', '.fts', '.fits.gz', '.fits.fz', '.fits.bz2'],
    from: MB,
  },
  { what: 'measurements', line: '**/*.h5', endings: ['.h5', '.hdf5', '.hdf', '.nc', '.nc4', '.root'], from: MB },
  {
    what: 'tables',
    line: '**/*.parquet',
    endings: ['.parquet', '.feather', '.arrow', '.npy', '.npz', '.mat'],
    from: MB,
  },
  {
    what: 'archive',
    line: '**/*.tar*',
    endings: ['.tar', '.tar.gz', '.tar.xz', '.tar.zst', '.tar.bz2', '.tgz', '.zip', '.7z', '.rar'],
    from: 10 * MB,
  },
  { what: 'disk image', line: '**/*.iso', endings: ['.iso', '.img', '.qcow2', '.vmdk', '.vdi', '.sif'], from: MB },
  { what: 'log', line: '**/*.log', endings: ['.log'], from: 10 * MB },
  { what: 'installed packages', line: '**/node_modules', folders: ['node_modules', 'bower_components'] },
  { what: 'Python environment', line: '**/.venv', folders: ['.venv'] },
  { what: 'Python environment', line: '**/venv', folders: ['venv'] },
  { what: 'cache', line: '**/__pycache__', folders: ['__pycache__'] },
  {
    what: 'cache',
    line: '**/.*_cache',
    folders: ['.mypy_cache', '.pytest_cache', '.ruff_cache', '.tox', '.nox', '.cache', '.eggs', '.gradle'],
  },
  { what: 'infrastructure state', line: '**/.terraform', folders: ['.terraform'] },
];

/** Any other file of this size is told of too. */
export const LARGE: ContextRule = { kind: 'data', what: 'large file', line: '', from: 100 * MB };

/** A password in the address of a git remote; git's own files are needed as a whole, so none of them is left out. */
export const PASSWORD_IN_URL: ContextRule = {
  kind: 'secret',
  what: 'password in a URL',
  line: '',
  proof: /:\/\/[^\s/@:]+:[^\s/@]+@/,
};

const RULES: readonly ContextRule[] = [
  ...SECRETS.map((rule) => ({ ...rule, kind: 'secret' as const })),
  ...DATA.map((rule) => ({ ...rule, kind: 'data' as const })),
];

// Samples are written to be shared, and this one is drawn by a desktop.
const HARMLESS = /(?:^|[.\-_])(?:example|sample|template|schema|dist|defaults?|test)s?(?:[.\-_]|$)|^thumbs\.db$/i;

const byName = indexOf((rule) => rule.names);
const byEnding = indexOf((rule) => rule.endings);
const byFolder = indexOf((rule) => rule.folders);
const FORMS = RULES.flatMap((rule) => (rule.form === undefined ? [] : [{ rule, form: rule.form }]));

/** The rule that a file's name meets; its `proof` is not looked at here. */
export function fileRule(name: string, size: number): ContextRule | null {
  const lower = name.toLowerCase();
  const rule = byName.get(lower) ?? endingRule(lower) ?? formRule(lower);
  if (rule !== null && isMeant(rule, name, size)) return rule;
  return size >= (LARGE.from ?? 0) ? LARGE : null;
}

/** The rule that a folder's name meets. */
export function folderRule(name: string): ContextRule | null {
  return byFolder.get(name) ?? null;
}

function endingRule(name: string): ContextRule | null {
  const last = name.lastIndexOf('.');
  if (last <= 0) return null;
  const before = name.lastIndexOf('.', last - 1);
  const long = before > 0 ? byEnding.get(name.slice(before)) : undefined;
  return long ?? byEnding.get(name.slice(last)) ?? null;
}

// Names of one ending are few; the forms are asked for every other file.
function formRule(name: string): ContextRule | null {
  for (const { rule, form } of FORMS) if (form.test(name)) return rule;
  return null;
}

// Nothing stands in an empty file.
function isMeant(rule: ContextRule, name: string, size: number): boolean {
  return size >= (rule.from ?? (rule.kind === 'secret' ? 1 : 0)) && !(isEnvironment(rule) && HARMLESS.test(name));
}

function isEnvironment({ what }: ContextRule): boolean {
  return what === 'environment file' || what === 'database';
}

function indexOf(words: (rule: ContextRule) => readonly string[] | undefined): ReadonlyMap<string, ContextRule> {
  return new Map(RULES.flatMap((rule) => (words(rule) ?? []).map((word) => [word, rule] as const)));
}
