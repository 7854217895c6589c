import { asList, asObject, asText, asTextRecord, type Json } from '../../engine/json.js';

/** A container as `inspect` tells it. */
export type Seen = {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly state: 'running' | 'paused' | 'stopped';
  readonly exitCode: number;
  /** Of its first process, on the engine's machine; 0 when it does not run. */
  readonly pid: number;
  readonly outOfMemory: boolean;
  /** Of its own network; '' for one that has joined another's. */
  readonly address: string;
  readonly networkMode: string;
  /** Where a published port ended up on 127.0.0.1; null for none. */
  readonly publishedPort: number | null;
  readonly writtenBytes: number | null;
  readonly logPath: string;
  /** Where its volumes are on the engine's machine, also those that only its image asks for. */
  readonly volumes: readonly string[];
};

/** Read an engine's answer to `inspect` of a container; both engines answer in docker's form. */
export function readSeen(raw: Json): Seen {
  const state = asObject(raw['State']);
  const settings = asObject(raw['NetworkSettings']);
  const addresses = Object.values(asObject(settings['Networks'])).map((one) => asText(asObject(one)['IPAddress']));
  const ports = Object.values(asObject(settings['Ports'])).flatMap((one) => asList(one).map(asObject));
  const port = Number(asText(ports[0]?.['HostPort']));
  return {
    id: asText(raw['Id']),
    labels: asTextRecord(asObject(raw['Config'])['Labels']),
    state: state['Paused'] === true ? 'paused' : state['Running'] === true ? 'running' : 'stopped',
    exitCode: Number(state['ExitCode'] ?? 0),
    pid: Number(state['Pid'] ?? 0),
    outOfMemory: state['OOMKilled'] === true,
    address: addresses.find((address) => address !== '') ?? '',
    networkMode: asText(asObject(raw['HostConfig'])['NetworkMode']),
    publishedPort: port > 0 ? port : null,
    writtenBytes: typeof raw['SizeRw'] === 'number' ? raw['SizeRw'] : null,
    logPath: asText(raw['LogPath']),
    volumes: asList(raw['Mounts'])
      .map(asObject)
      .filter(({ Type }) => Type === 'volume')
      .map(({ Source }) => asText(Source)),
  };
}
