import { PodctlError } from '../../core/errors.js';
import { asList, asObject, asText } from '../../engine/json.js';
import { formatTable } from '../ui/table.js';
import type { RacLine, RacWork } from './action.js';
import { openClient, type RacQuestion } from './client.js';

const PATH = '/api/v1/collaborators';

/** `podctl rac collaborators list|add|remove NAME [ACCOUNT]`; they may push, or with `--pull-only` only pull. */
export const racCollaborators: RacWork = async (line, context) => {
  const { flags } = line;
  const { question, told } = readLine(line);
  const client = await openClient(flags, context);
  const answer = asObject(await client.call(question));
  if (flags.json === true) context.output.json(answer);
  else if (told === null) {
    const rows = asList(answer['collaborators']).map(asObject);
    context.output.text(
      formatTable(
        ['ACCOUNT', 'MAY'],
        rows.map((row) => [asText(row['account']), asText(row['may'])]),
      ),
    );
  }
  if (told !== null) context.output.note(told);
  return 0;
};

type Asked = { readonly question: RacQuestion; readonly told: string | null };

function readLine({ words, flags }: RacLine): Asked {
  const [verb = '', name = '', account] = words;
  const query = `?name=${encodeURIComponent(name)}`;
  if (verb === 'list' && account === undefined)
    return { question: { method: 'GET', path: `${PATH}${query}` }, told: null };
  if (verb === 'add' && account !== undefined) {
    const may = flags.pullOnly === true ? 'pull' : 'push';
    return {
      question: { method: 'PUT', path: PATH, body: { name, account, may } },
      told: `${account} may ${may === 'push' ? 'push and pull' : 'pull'} ${name}`,
    };
  }
  if (verb === 'remove' && account !== undefined) {
    const path = `${PATH}${query}&account=${encodeURIComponent(account)}`;
    return { question: { method: 'DELETE', path }, told: `${account} has no share in ${name} any more` };
  }
  throw new PodctlError('USAGE', 'that is not how collaborators are named', {
    hint: 'podctl rac collaborators list NAME, add NAME ACCOUNT, or remove NAME ACCOUNT',
  });
}
