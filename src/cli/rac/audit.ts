import { asList, asObject, asText, type Json } from '../../engine/json.js';
import { formatTable } from '../ui/table.js';
import type { RacWork } from './action.js';
import { openClient } from './client.js';

/** `podctl rac audit [NAME]`: who did what to a name, or with one's own account; newest first. */
export const racAudit: RacWork = async ({ words, flags }, context) => {
  const [subject] = words;
  const client = await openClient(flags, context);
  const query = new URLSearchParams();
  if (subject !== undefined) query.set('subject', subject);
  if (flags.tail !== undefined) query.set('limit', flags.tail);
  const rows = asList(
    asObject(await client.call({ method: 'GET', path: `/api/v1/audit?${query.toString()}` }))['rows'],
  );
  if (flags.json === true) context.output.json({ rows });
  else
    context.output.text(
      formatTable(
        ['TIME', 'WHO', 'FROM', 'WHAT', 'DETAIL'],
        rows.map((row) => cellsOf(asObject(row))),
      ),
    );
  return 0;
};

function cellsOf(row: Json): readonly string[] {
  const at = row['at'];
  const time = typeof at === 'number' ? new Date(at).toISOString().slice(0, 19) : '';
  return [time, ...['actor', 'address', 'action', 'detail'].map((key) => asText(row[key]))];
}
