import { PodctlError } from '../../core/errors.js';

/** Longer than every password, token and value. */
const LONGEST = 65_536;

/** All that is piped in. `what` it should be, `the password`, stands in the error BAD_DATA of a text that is too long for that. */
export async function readPiped(stdin: AsyncIterable<unknown>, what: string): Promise<string> {
  let text = '';
  for await (const chunk of stdin) {
    text += String(chunk);
    if (text.length > LONGEST) {
      throw new PodctlError('BAD_DATA', `that is too long for ${what}`, { hint: `pipe only ${what}` });
    }
  }
  return text;
}
