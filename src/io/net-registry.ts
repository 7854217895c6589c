/** What a registry answers. Header names are in lower case. */
export type HttpAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
};

/** Asks a server one question. Rejects when nobody answers. */
export type HttpAsk = (url: string, headers: Readonly<Record<string, string>>) => Promise<HttpAnswer>;

const TIMEOUT_MS = 15_000;

/** GET over HTTP or HTTPS. Where a server sends the asker on to another one, passwords do not go along. */
export const askHttp: HttpAsk = async (url, headers) => {
  const answer = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
  return { status: answer.status, headers: Object.fromEntries(answer.headers), text: await answer.text() };
};
