import { asObject, asText } from '../../engine/json.js';
import type { Calls } from './calls.js';
import type { ExecRequest, ExecSession } from './releases.js';

/** Start a program inside a running container, with the container's own bounds and rights. */
export async function openExec(
  { api }: Calls,
  container: string,
  { argv, tty, signal }: ExecRequest,
): Promise<ExecSession> {
  const body = { AttachStdin: true, AttachStdout: true, AttachStderr: true, Tty: tty, Cmd: argv };
  const id = asText(asObject(await api.call({ method: 'POST', path: `/containers/${container}/exec`, body }))['Id']);
  const stream = await api.hijack({
    method: 'POST',
    path: `/exec/${id}/start`,
    body: { Detach: false, Tty: tty },
    signal,
  });
  return {
    stream,
    resize: async (columns, rows) => {
      await api.call({ method: 'POST', path: `/exec/${id}/resize?h=${rows}&w=${columns}` });
    },
    exitCode: async () => {
      const code = asObject(await api.call({ method: 'GET', path: `/exec/${id}/json` }))['ExitCode'];
      return typeof code === 'number' ? code : 1;
    },
  };
}
