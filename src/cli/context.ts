import type { World } from '../io/world.js';
import type { Rooms } from './rooms.js';
import type { Output } from './ui/output.js';

/** What every command gets: the outside world, the engine layer behind doors, and where to print. */
export type Context = {
  readonly world: World;
  readonly rooms: Rooms;
  readonly output: Output;
  /** `explain` asks a command for the words of its plan instead of doing it. */
  readonly purpose: 'run' | 'explain';
  /** Prints an error on stderr, for commands that go on after one. */
  readonly report: (error: unknown) => Promise<void>;
  /** Takes the exit code of the command's work; commander itself passes no results on. */
  readonly finish: (work: Promise<number>) => Promise<void>;
};
