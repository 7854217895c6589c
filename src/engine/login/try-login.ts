import { PodctlError } from '../../core/errors.js';
import type { HttpAnswer, HttpAsk } from '../../io/net-registry.js';
import { asObject, asText, parseJson } from '../json.js';
import { basic, isLoopback, isSafe } from '../registry-auth.js';
import type { Login } from '../registry-login.js';

/** What is tried. `repository`: whether its images may be pulled is asked too. */
export type Trial = {
  readonly registry: string;
  readonly repository: string | null;
  readonly plainHttp: boolean;
  readonly login: Login;
};

/** What came of it: the registry took the login, or could not be asked the way that podctl asks. */
export type Tried =
  | { readonly kind: 'taken' }
  | { readonly kind: 'open' }
  | { readonly kind: 'silent'; readonly error: PodctlError };

/**
 * Try a login against its registry, by Distribution's rules. Throws PodctlError where it is sure that no engine would get further: a
 * wrong password, a right that is lacking, a name that nobody knows, no TLS, a certificate that nobody vouches for.
 */
export async function tryLogin(trial: Trial, ask: HttpAsk): Promise<Tried> {
  try {
    return await attempt(trial, ask);
  } catch (error) {
    if (error instanceof PodctlError) throw error;
    return verdictOn(error, trial);
  }
}

async function attempt(trial: Trial, ask: HttpAsk): Promise<Tried> {
  const base = `${trial.plainHttp ? 'http' : 'https'}://${hostOf(trial.registry)}/v2/`;
  const first = await ask(base, {});
  if (first.status === 200) return { kind: 'open' };
  if (first.status !== 401) throw notARegistry(trial, first.status);
  const challenge = first.headers['www-authenticate'] ?? '';
  const authorization = /^basic/i.test(challenge) ? basic(trial.login) : await token(challenge, trial, ask);
  if (authorization === null) return { kind: 'open' };
  judge(await ask(base, { authorization }), trial);
  if (trial.repository !== null)
    await checkScope(`${base}${trial.repository}/tags/list`, { trial, authorization, ask });
  return { kind: 'taken' };
}

// The name that people know docker's registry by is not where it answers.
function hostOf(registry: string): string {
  return registry === 'docker.io' ? 'registry-1.docker.io' : registry;
}

async function token(challenge: string, trial: Trial, ask: HttpAsk): Promise<string | null> {
  const [realm, service] = ['realm', 'service'].map((name) => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1]);
  if (realm === undefined) return null;
  if (!isSafe(realm) && !trial.plainHttp) throw unsafeRealm(trial);
  const query = new URLSearchParams({ service: service ?? '', account: trial.login.name });
  if (trial.repository !== null) query.set('scope', `repository:${trial.repository}:pull`);
  const answer = await ask(`${realm}?${query.toString()}`, { authorization: basic(trial.login) });
  judge(answer, trial);
  const reply = asObject(parseJson(answer.text));
  const text = asText(reply['token']) || asText(reply['access_token']);
  return text === '' ? null : `Bearer ${text}`;
}

function judge({ status }: Pick<HttpAnswer, 'status'>, { registry, login }: Trial): void {
  if (status === 401) {
    throw new PodctlError('UNAVAILABLE', `\`${registry}\` does not know \`${login.name}\` with this password`, {
      hint: 'check both; many registries take a token in place of the password (ghcr.io: --password-command "gh auth token")',
    });
  }
  if (status === 403) throw denied(`\`${registry}\` knows \`${login.name}\`, but does not let this user in`);
  if (status === 429) {
    throw new PodctlError('TRY_AGAIN', `\`${registry}\` has had too many logins`, { hint: 'try again in a while' });
  }
}

type ScopeQuestion = { readonly trial: Trial; readonly authorization: string; readonly ask: HttpAsk };

async function checkScope(url: string, { trial, authorization, ask }: ScopeQuestion): Promise<void> {
  const { status } = await ask(url, { authorization });
  if (status !== 401 && status !== 403) return;
  throw denied(
    `the login is right, but \`${trial.login.name}\` may not read \`${trial.registry}/${trial.repository}\``,
  );
}

function denied(message: string): PodctlError {
  return new PodctlError('UNAVAILABLE', message, {
    hint: 'ask for the right, or use a token that has it (ghcr.io: read:packages, and write:packages to push)',
  });
}

function notARegistry({ registry }: Trial, status: number): PodctlError {
  const hint = 'check the name; a registry answers at /v2/';
  return new PodctlError('UNAVAILABLE', `\`${registry}\` answers ${status}, as no registry of images does`, { hint });
}

function unsafeRealm({ registry }: Trial): PodctlError {
  return new PodctlError('REFUSED', `\`${registry}\` wants the password sent to a server without TLS`, {
    hint: 'ask who runs it; where that is meant, say --plain-http',
  });
}

// What fetch rejects with carries the reason inside.
function verdictOn(error: unknown, trial: Trial): Tried {
  const { registry } = trial;
  const reason = `${codeOf(error)} ${error instanceof Error && error.cause instanceof Error ? error.cause.message : ''}`;
  if (/ENOTFOUND|EAI_AGAIN/.test(reason)) {
    const hint = 'check its spelling, and the network';
    return silent(new PodctlError('UNAVAILABLE', `the name \`${registry}\` cannot be looked up`, { hint }));
  }
  if (/WRONG_VERSION_NUMBER|wrong version number|EPROTO|packet length too long/i.test(reason)) {
    const more = isLoopback(registry) ? '' : '; docker wants it under insecure-registries in its daemon.json, too';
    throw new PodctlError('UNAVAILABLE', `\`${registry}\` speaks plain HTTP, and passwords go over TLS`, {
      hint: `where that is meant, say --plain-http${more}`,
    });
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/i.test(reason)) {
    return silent(
      new PodctlError('UNAVAILABLE', `the certificate of \`${registry}\` is not trusted here (${codeOf(error)})`, {
        hint: `put its CA into /etc/docker/certs.d/${registry}/ca.crt or /etc/containers/certs.d/${registry}/ca.crt, and name it in NODE_EXTRA_CA_CERTS`,
      }),
    );
  }
  const hint = 'check its name and port, and the network';
  return silent(new PodctlError('UNAVAILABLE', `nobody answers at \`${registry}\``, { hint }));
}

function silent(error: PodctlError): Tried {
  return { kind: 'silent', error };
}

function codeOf(error: unknown): string {
  const inner = error instanceof Error ? error.cause : undefined;
  return typeof inner === 'object' && inner !== null && 'code' in inner ? String(inner.code) : '';
}
