// Talks to RAC's API. The session is a cookie that no script can read; what changes something carries the session's token as well.

let csrf = null;

/** The token of the session; null: nobody is signed in. */
export function keepToken(token) {
  csrf = token;
}

/** @returns the parsed answer. Throws Error with the server's message, `hint` and `status`. */
export async function api(method, path, body) {
  const headers = { accept: 'application/json' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (method !== 'GET' && csrf !== null) headers['x-rac-csrf'] = csrf;
  let response;
  try {
    response = await fetch(`/api/v1${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      credentials: 'same-origin',
      redirect: 'error',
    });
  } catch {
    throw new Error('RAC does not answer');
  }
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  const { message = `RAC answered with status ${response.status}`, hint, problems } = answer.error ?? {};
  throw Object.assign(new Error([message, ...(problems ?? [])].join('\n')), { hint, status: response.status });
}

/** Path of a name, whose slashes are no slashes of the path. */
export function pathOf(name, rest = '') {
  return `/names/${encodeURIComponent(name)}${rest}`;
}

/** Live events: `on` has a listener per kind. Gives what closes it. */
export function listen(path, on) {
  const source = new EventSource(`/api/v1${path}`);
  for (const [kind, listener] of Object.entries(on)) {
    if (kind === 'lost') source.addEventListener('error', () => listener(source.readyState === EventSource.CLOSED));
    else if (kind === 'open') source.addEventListener('open', () => listener());
    else source.addEventListener(kind, (event) => listener(JSON.parse(event.data)));
  }
  return () => source.close();
}
