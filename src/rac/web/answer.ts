import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { type ErrorCode, PodctlError } from '../../core/errors.js';
import { LoginNeeded, type RacContext } from './request.js';

/** HTTP status per kind of error. */
const STATUS = {
  USAGE: 400,
  BAD_DATA: 422,
  MISSING_INPUT: 404,
  UNAVAILABLE: 503,
  BUG: 500,
  CANNOT_CREATE: 409,
  IO: 500,
  TRY_AGAIN: 429,
  REFUSED: 403,
  HOST_SETTING: 500,
} as const satisfies Record<ErrorCode, ContentfulStatusCode>;

/** Body of every answer of the API that is no 2xx; the CLI makes the same PodctlError of it again. */
export type ErrorBody = {
  readonly error: {
    readonly code: ErrorCode;
    readonly message: string;
    readonly hint?: string | undefined;
    /** Further lines: for a start that failed, what the application wrote last. */
    readonly problems?: readonly string[] | undefined;
    readonly requestId: string;
  };
};

/** The answer for an error. What RAC did not throw on purpose is told without its text, which may hold anything. */
export function answerError(error: unknown, context: RacContext): Response {
  const requestId = context.get('requestId');
  if (!(error instanceof PodctlError)) {
    const body = { error: { code: 'BUG', message: 'RAC failed; its log has more', requestId } } satisfies ErrorBody;
    return context.json(body, 500);
  }
  const { code, message, hint, problems } = error;
  const lines = problems.map((problem) => problem.message).filter((line) => line !== message);
  const body: ErrorBody = {
    error: { code, message, hint, ...(lines.length === 0 ? {} : { problems: lines }), requestId },
  };
  const status = error instanceof LoginNeeded ? 401 : STATUS[code];
  if (status === 429) context.header('Retry-After', '5');
  return context.json(body, status);
}
