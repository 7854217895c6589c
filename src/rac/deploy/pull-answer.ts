import { PodctlError } from '../../core/errors.js';
import { asObject, asText, parseJson } from '../../engine/json.js';

/** The words of a pull's answer, which is one JSON object per line; throws where one of them is an error. */
export function checkPull(answer: string): void {
  for (const line of answer.split('\n')) {
    const { error, errorDetail } = asObject(parseJson(line));
    const words = asText(error) || asText(asObject(errorDetail)['message']);
    if (words !== '')
      throw new PodctlError('UNAVAILABLE', `the image could not be pulled: ${words}`, {
        hint: 'push it again',
        cause: { pull: 'refused' },
      });
  }
}

/** Registry and engine were both there, and it still could not be pulled. */
export function isRefusedPull(error: PodctlError): boolean {
  return asObject(error.cause)['pull'] === 'refused';
}
