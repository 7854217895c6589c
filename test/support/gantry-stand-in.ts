import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The same contract as Gantry's: what is read at the start, what is read at each webhook, and who makes the database. */
const SERVER = `import http.server, json, os, sqlite3, sys

DB = os.environ["DB_FILE"]
GITLAB, TOKEN = os.environ["GITLAB_URL"], os.environ["GITLAB_API_TOKEN"]
PROMETHEUS = os.environ["PROMETHEUS_URL"]
COOKIE = os.environ.get("PROMETHEUS_COOKIE", "")
LEVEL = os.environ.get("LOG_LEVEL", "WARNING")

def open_db():
    db = sqlite3.connect(DB, timeout=30)
    db.execute("PRAGMA journal_mode=WAL")
    return db

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        if self.path == "/v1/jobs":
            with open_db() as db:
                return self.answer(200, db.execute("SELECT count(*) FROM jobs").fetchone()[0])
        if self.path == "/v1/env":
            names = ["DB_FILE", "GITLAB_URL", "PROMETHEUS_URL", "LOG_LEVEL", "GANTRY_PORT"]
            return self.answer(200, {name: os.environ.get(name) for name in names})
        self.answer(400, "missing spec parameter")

    def do_POST(self):
        if self.headers.get("x-gitlab-token") != os.environ["GITLAB_WEBHOOK_TOKEN"]:
            return self.answer(401, "invalid token")
        with open_db() as db:
            db.execute("INSERT INTO jobs DEFAULT VALUES")
        self.answer(200, "ok")

    def log_message(self, *args):
        pass

def main():
    with open(os.path.join("migrations", "001_initial.sql")) as file:
        script = file.read()
    db = open_db()
    if db.execute("PRAGMA user_version").fetchone()[0] < 1:
        db.executescript(script)
        db.execute("PRAGMA user_version = 1")
    db.close()
    http.server.ThreadingHTTPServer(("0.0.0.0", 8080), Handler).serve_forever()

main()
`;

/** Lay out a project whose Dockerfile makes such an image; it has no shell form and no EXPOSE, as Gantry's. */
export function layOutGantry(folder: string, debian: string): void {
  const files: Readonly<Record<string, string>> = {
    Dockerfile: `FROM ${debian}
RUN mkdir -p /venv/bin && ln -s /usr/bin/python3 /venv/bin/python
COPY gantry /app/gantry
COPY migrations /app/migrations
WORKDIR /app
ENTRYPOINT ["/venv/bin/python","-m","gantry"]
`,
    '.dockerignore': '.env\n.state\nstate\n',
    'gantry/__main__.py': SERVER,
    'migrations/001_initial.sql': 'CREATE TABLE jobs (id INTEGER PRIMARY KEY AUTOINCREMENT);\n',
  };
  for (const name of ['gantry', 'migrations']) mkdirSync(join(folder, name), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

/** An env file that keeps the contract. */
export function gantryEnv(more: Readonly<Record<string, string>> = {}): string {
  const values = {
    PROMETHEUS_URL: 'https://prometheus.example.org/api/v1',
    GITLAB_URL: 'https://gitlab.example.org/api/v4/projects/8',
    GITLAB_API_TOKEN: "'glpat-canary-1'",
    GITLAB_WEBHOOK_TOKEN: '"hook-canary-2"',
    DB_FILE: '/var/lib/gantry/db',
    ...more,
  };
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
