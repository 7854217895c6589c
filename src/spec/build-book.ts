import { type ErrorCode, PodctlError, type Problem, throwProblems } from '../core/errors.js';
import type { Origin, Origins } from '../core/origin.js';
import { formatKey, type Place } from '../core/place.js';
import type { Note } from './request.js';

/** What comes up while a spec is built: origins, notes, and problems, which are all reported at once. */
export class BuildBook {
  readonly #origins: Map<string, readonly Origin[]>;
  readonly #notes: Note[] = [];
  readonly #problems: { readonly code: ErrorCode; readonly problem: Problem }[] = [];

  constructor(origins: Origins) {
    this.#origins = new Map(Object.entries(origins));
  }

  get origins(): Origins {
    return Object.fromEntries(this.#origins);
  }

  get notes(): readonly Note[] {
    return this.#notes;
  }

  originsAt(at: string): readonly Origin[] {
    return this.#origins.get(at) ?? [];
  }

  /** The value at a pointer comes from here and from nowhere else. */
  setOrigins(at: string, origins: readonly Origin[]): void {
    this.#origins.set(at, origins);
  }

  /** The value at a pointer comes from here, too. */
  addOrigin(at: string, origin: Origin): void {
    this.#origins.set(at, [...this.originsAt(at), origin]);
  }

  /** Forget the origins of a pointer and of all below it. */
  dropOrigins(at: string): void {
    for (const key of this.#origins.keys()) if (key === at || key.startsWith(`${at}/`)) this.#origins.delete(key);
  }

  note(at: string, message: string): void {
    this.#notes.push({ at, message });
  }

  fail(code: ErrorCode, at: string, problem: Omit<Problem, 'at'>): void {
    this.#problems.push({ code, problem: { ...problem, at: this.#placeOf(at) } });
  }

  /** The result of `work`, or `fallback` with its error noted, so that the next values are looked at, too. */
  attempt<T>(work: () => T, fallback: T, where: { readonly at: string; readonly code?: ErrorCode }): T {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof PodctlError)) throw error;
      this.fail(where.code ?? error.code, where.at, { message: error.message, hint: error.hint });
      return fallback;
    }
  }

  /** Throw everything that was noted, if anything was; the first problem decides the exit code. */
  throwIfFailed(headline: string): void {
    const [first] = this.#problems;
    if (first === undefined) return;
    throwProblems(
      first.code,
      headline,
      this.#problems.map(({ problem }) => problem),
    );
  }

  #placeOf(at: string): Place | undefined {
    const origin = this.originsAt(at).find(({ kind }) => kind === 'profile');
    if (origin?.kind !== 'profile') return undefined;
    const { file, path, line, column } = origin;
    return { file, line, column, path, key: formatKey(path) };
  }
}
