import type { RacContext } from '../web/request.js';
import { readScopes, type Scope } from './scope.js';

/** How somebody says who they are. */
export type Proof =
  | { readonly kind: 'none' }
  | { readonly kind: 'password'; readonly name: string; readonly password: string }
  | { readonly kind: 'refresh'; readonly secret: string };

/** What a client asks the token endpoint for. */
export type TokenAsk = {
  readonly proof: Proof;
  readonly scopes: readonly Scope[];
  readonly service: string | null;
  /** A refresh token is wanted, so that the client need not keep the password. */
  readonly offline: boolean;
  readonly client: string;
};

/** A request that cannot be read; the text is for whoever wrote the client. */
export type BadAsk = { readonly bad: string };

/** docker, podman and older containerd: GET with Basic, or nothing. */
export function readGet(context: RacContext): TokenAsk | BadAsk {
  const query = new URL(context.req.url).searchParams;
  const proof = basicIn(context.req.header('authorization'));
  if (proof === null) return { bad: 'the Authorization header is not Basic' };
  return askOf(query, proof, query.get('offline_token') === 'true');
}

/** containerd, BuildKit, and everybody who has a refresh token: POST with a form. */
export async function readPost(context: RacContext): Promise<TokenAsk | BadAsk> {
  const type = context.req.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') return { bad: 'the body has to be a form' };
  const form = new URLSearchParams(await context.req.text());
  const proof = proofIn(form);
  if (proof === null) return { bad: 'grant_type is password or refresh_token, with its fields' };
  return askOf(form, proof, form.get('access_type') === 'offline');
}

function askOf(fields: URLSearchParams, proof: Proof, offline: boolean): TokenAsk | BadAsk {
  const scopes = readScopes(fields.getAll('scope'));
  if (scopes === null) return { bad: 'a scope is TYPE:NAME:ACTION,ACTION' };
  return { proof, scopes, offline, service: fields.get('service'), client: fields.get('client_id') ?? '' };
}

function proofIn(form: URLSearchParams): Proof | null {
  if (form.get('grant_type') === 'refresh_token') {
    const secret = form.get('refresh_token') ?? '';
    return secret === '' ? null : { kind: 'refresh', secret };
  }
  const [name, password] = [form.get('username') ?? '', form.get('password') ?? ''];
  if (form.get('grant_type') !== 'password' || name === '') return null;
  return { kind: 'password', name, password };
}

// null: there is a header, and it is none that can be read.
function basicIn(header: string | undefined): Proof | null {
  if (header === undefined) return { kind: 'none' };
  const [, encoded] = /^basic +([\w+/=-]+)$/i.exec(header.trim()) ?? [];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) return null;
  const [name, password] = [text.slice(0, colon), text.slice(colon + 1)];
  // A client without a password sends an empty pair.
  return name === '' && password === '' ? { kind: 'none' } : { kind: 'password', name, password };
}
