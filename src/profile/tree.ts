/** The key of one layer that set a value. */
export type Source = {
  readonly file: string;
  readonly path: readonly (string | number)[];
  readonly mode?: string | undefined;
};

/** TOML data that remembers its sources: tables by key, everything else (arrays too) a leaf. */
export type Tree = {
  readonly entries: ReadonlyMap<string, Tree | Leaf>;
  /** Every layer that wrote to this table. */
  readonly sources: readonly Source[];
};

export type Leaf = { readonly value: unknown; readonly source: Source };
