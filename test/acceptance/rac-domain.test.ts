import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../setup/command.mjs';
import { debianPrograms } from '../support/debian-program.js';
import { describeDocker, type TestEngine } from '../support/engines.js';
import { freePort, projectFolder, until } from '../support/machine.js';
import { done } from '../support/podctl.js';
import { startRac, type TestRac } from '../support/rac.js';

const LIMIT = 600_000;
const HOST = 'web.apps.test';

// What serves names is the same on every engine.
describeDocker('a domain of one’s own', (engine) => {
  const folder = projectFolder('rac-domain');
  const [certificate, key] = [join(folder.path, 'wild.pem'), join(folder.path, 'wild.key')];
  let rac: TestRac;
  let caddy: Caddy;

  beforeAll(async () => {
    const subject = ['-subj', '/CN=apps.test', '-addext', 'subjectAltName=DNS:*.apps.test'];
    const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    await run(['openssl', ...made, ...subject, '-keyout', key, '-out', certificate]);
    const tls = ['--tls-cert', certificate, '--tls-key', key];
    rac = await startRac(engine, { args: ['--domain', 'apps.test', '--trusted-proxy', '127.0.0.1', ...tls] });
    caddy = await startCaddy(join(folder.path, 'caddy'), { ask: rac.url, names: rac.proxyPort, certificate });
    await done(rac.push(await imageOf(engine), 'web:1'));
    await until(async () => (await ask({ port: rac.proxyPort, ca: certificate })).status === 200, 180_000);
  }, LIMIT);
  afterAll(async () => {
    await caddy.stop();
    await rac.clear();
    folder.clear();
  }, LIMIT);

  it('is served with the certificate that was given, to whoever trusts that one', async () => {
    const answer = await ask({ port: rac.proxyPort, ca: certificate });
    expect(answer.headers).toMatchObject({
      HTTP_HOST: `${HOST}:${rac.proxyPort}`,
      HTTP_X_FORWARDED_PROTO: 'https',
      HTTP_X_FORWARDED_HOST: `${HOST}:${rac.proxyPort}`,
    });
    await expect(ask({ port: rac.proxyPort, ca: null })).rejects.toThrow(/self-signed/);
    expect((await ask({ port: rac.proxyPort, ca: certificate, host: 'other.apps.test' })).status).toBe(404);
    const page = await done(rac.rac(['names']));
    expect(page.stdout).toContain(`https://${HOST}:${rac.proxyPort}/`);
  });

  it('forwarding headers are believed of the proxy that is trusted, and of nobody else', async () => {
    const headers = { 'X-Forwarded-For': '203.0.113.9', 'X-Forwarded-Host': 'shown.test' };
    const trusted = await ask({ port: rac.proxyPort, ca: certificate, headers });
    expect(trusted.headers).toMatchObject({
      HTTP_X_FORWARDED_FOR: '203.0.113.9, 127.0.0.1',
      HTTP_X_REAL_IP: '203.0.113.9',
      HTTP_X_FORWARDED_HOST: 'shown.test',
    });
    const stranger = await ask({ port: rac.proxyPort, ca: certificate, headers, from: '127.0.0.2' });
    expect(stranger.headers).toMatchObject({
      HTTP_X_FORWARDED_FOR: '127.0.0.2',
      HTTP_X_REAL_IP: '127.0.0.2',
      HTTP_X_FORWARDED_HOST: `${HOST}:${rac.proxyPort}`,
    });
  });

  it('Caddy in front gets a certificate for what is served, and for nothing else', async () => {
    const answer = await ask({ port: caddy.port, ca: caddy.authority, from: '127.0.0.3' });
    expect([answer.status, answer.headers]).toEqual([
      200,
      expect.objectContaining({
        HTTP_X_FORWARDED_FOR: '127.0.0.3, 127.0.0.1',
        HTTP_X_REAL_IP: '127.0.0.3',
        HTTP_X_FORWARDED_PROTO: 'https',
      }),
    ]);
    await expect(ask({ port: caddy.port, ca: caddy.authority, host: 'other.apps.test' })).rejects.toThrow(/alert/);
    await expect(ask({ port: caddy.port, ca: caddy.authority, host: 'web.elsewhere.test' })).rejects.toThrow(/alert/);
  });
});

function imageOf(engine: TestEngine): Promise<string> {
  return engine.build({
    name: 'rac-domain',
    containerfile: `FROM ${engine.busybox}\nEXPOSE 8080\nCOPY env /www/cgi-bin/env\nCMD ["httpd","-f","-p","8080","-h","/www"]\n`,
    files: { env: '#!/bin/sh\nprintf "Content-Type: text/plain\\r\\n\\r\\n"\nenv\n' },
  });
}

type Ask = {
  readonly port: number;
  /** File of the certificates that are trusted; null: those of the machine. */
  readonly ca: string | null;
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Address of this machine that asks. */
  readonly from?: string;
};
type Answer = { readonly status: number; readonly headers: Readonly<Record<string, string>> };

/** What the application got, as its program sees it. */
function ask({ port, ca, host = HOST, headers = {}, from = '127.0.0.1' }: Ask): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const trust = ca === null ? {} : { ca: readFileSync(ca) };
    const where = { host: '127.0.0.1', port, servername: host, localAddress: from, path: '/cgi-bin/env', agent: false };
    const call = request({ ...where, ...trust, headers: { ...headers, host: `${host}:${port}` } }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      const pairs = () =>
        text.split('\n').map((line): [string, string] => [/^[^=]*/.exec(line)?.[0] ?? '', line.replace(/^[^=]*=/, '')]);
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: Object.fromEntries(pairs()) }));
    });
    call.on('error', reject);
    call.end();
  });
}

type Caddy = { readonly port: number; readonly authority: string; readonly stop: () => Promise<void> };
type Front = { readonly ask: string; readonly names: number; readonly certificate: string };

/** Debian's Caddy, configured as the page about RAC says, with an authority of its own in the place of a public one. */
async function startCaddy(folder: string, { ask: rac, names, certificate }: Front): Promise<Caddy> {
  const program = join(await debianPrograms('caddy', { as: 'caddy', program: 'caddy' }), 'caddy');
  const [port, plain] = [await freePort(), await freePort()];
  mkdirSync(folder);
  const file = join(folder, 'Caddyfile');
  writeFileSync(
    file,
    `{
  admin off
  skip_install_trust
  auto_https disable_redirects
  http_port ${plain}
  https_port ${port}
  storage file_system ${folder}/data
  on_demand_tls {
    ask ${rac}/ask
  }
}
https:// {
  tls {
    issuer internal
    on_demand
  }
  reverse_proxy https://127.0.0.1:${names} {
    transport http {
      tls_trusted_ca_certs ${certificate}
      tls_server_name ${HOST}
    }
  }
}
`,
  );
  const child = spawn(program, ['run', '--adapter', 'caddyfile', '--config', file], {
    stdio: 'ignore',
    env: { PATH: process.env['PATH'], HOME: folder },
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const authority = join(folder, 'data/pki/authorities/local/root.crt');
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`Caddy ended with ${child.exitCode}`);
    return existsSync(authority) && (await listens(port));
  });
  return {
    port,
    authority,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port }, () => resolve(true));
    socket.on('error', () => resolve(false));
    socket.on('close', () => resolve(false));
    socket.end();
  });
}
