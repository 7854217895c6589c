import { answerHeaders } from './forward-headers.js';
import { headersIn, headText, valueOf } from './header-text.js';

/** The first lines of an application's answer, read and made ready for the client. */
export type AnswerHead = {
  /** As they came, without the empty line. */
  readonly text: string;
  readonly host: string;
  readonly status: number;
  /** How its body ends: there is none, after so many bytes, in chunks, or with the connection. */
  readonly body: 'none' | number | 'chunked' | 'close';
  /** The application takes another request on this connection. */
  readonly stays: boolean;
  /** For the client: status line and headers, without those that RAC adds for each answer. */
  readonly lines: string;
  /** The application did not say when it answered. */
  readonly undated: boolean;
};

const STATUS = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: ([\t\x20-\x7e\x80-\xff]*))?$/;
const LENGTH = /^\d{1,15}$/;

/**
 * Read the head of an answer to a GET. null: it is no HTTP, or says two things of its body. `before`: the head of the answer before it on
 * this connection; most are alike.
 */
export function readAnswer(text: string, host: string, before: AnswerHead | null): AnswerHead | null {
  return before !== null && before.text === text && before.host === host ? before : newAnswer(text, host);
}

function newAnswer(text: string, host: string): AnswerHead | null {
  const [line, rest] = halves(text);
  const [, minor, code, words = ''] = STATUS.exec(line) ?? [];
  const rawHeaders = rest === null ? [] : headersIn(rest);
  if (code === undefined || rawHeaders === null) return null;
  const status = Number(code);
  const body = bodyOf(status, rawHeaders);
  if (body === null || status === 101) return null;
  const stays = minor === '1' && body !== 'close' && !isClosing(valueOf(rawHeaders, 'connection'));
  const lines = `HTTP/1.1 ${status} ${words}\r\n${linesFor(rawHeaders, host, body)}`;
  return { text, host, status, body, stays, lines, undated: valueOf(rawHeaders, 'date') === undefined };
}

// The status line, and what stands behind it.
function halves(text: string): readonly [string, string | null] {
  const end = text.indexOf('\r\n');
  return end < 0 ? [text, null] : [text.slice(0, end), text.slice(end + 2)];
}

function linesFor(rawHeaders: readonly string[], host: string, body: AnswerHead['body']): string {
  const chunked = body === 'chunked' || body === 'close';
  const headers = answerHeaders(rawHeaders, host, chunked);
  return headText(chunked ? [...headers, 'Transfer-Encoding', 'chunked'] : headers);
}

function isClosing(connection = ''): boolean {
  return connection
    .toLowerCase()
    .split(',')
    .some((word) => word.trim() === 'close');
}

function bodyOf(status: number, rawHeaders: readonly string[]): AnswerHead['body'] | null {
  const length = valueOf(rawHeaders, 'content-length');
  const encoding = valueOf(rawHeaders, 'transfer-encoding')?.toLowerCase();
  if (length !== undefined && (encoding !== undefined || !LENGTH.test(length))) return null;
  if (status < 200 || status === 204 || status === 304) return 'none';
  if (encoding === 'chunked') return 'chunked';
  if (encoding !== undefined && encoding !== 'identity') return null;
  return length === undefined ? 'close' : Number(length);
}
