/** What one run of a subject brought: figures by name, each with its unit at the end of the name. */
export type Figures = Readonly<Record<string, number>>;

/** Finds a figure of a round by its subject and name. @throws Error if the subject did not bring it. */
export type Round = (subject: string, figure: string) => number;

/** What a figure is shown in; the figures themselves are in ms, us, bytes, plain numbers or so many a second. */
export type Unit = 'ms' | 'µs' | 'bytes' | 'times' | '/s';

/** A line of the table: one figure of ours, and the peer's where it has one. */
export interface Row {
  readonly label: string;
  readonly unit: Unit;
  readonly ours: (round: Round) => number;
  readonly peer?: (round: Round) => number;
  readonly goal?: Goal;
}

/**
 * What is wanted: a ratio of at most or, where more is better, of at least so much; or a figure of
 * ours of at most so much, in the row's unit.
 */
export type Goal =
  | { readonly maxRatio: number }
  | { readonly minRatio: number }
  | { readonly max: number };

/** Subjects that are measured side by side, and what is read off. */
export interface Comparison {
  /** What they do, for the table. */
  readonly about: string;
  /** The runs by the subject's name; each measures anew. */
  readonly subjects: Readonly<Record<string, () => Promise<Figures>>>;
  readonly rows: readonly Row[];
  /** How often as many rounds as usual; `once` where every run brings the same. @default 1 */
  readonly rounds?: 'once' | number;
  /** What was seen of how they did it, asked for after the last round. */
  readonly remark?: () => string;
}

/** A suite while it is used. */
export interface OpenSuite extends AsyncDisposable {
  /** By the name they are chosen by; each prepares itself when it is called. */
  readonly comparisons: Readonly<Record<string, () => Promise<Comparison>>>;
}

/** The comparisons of one subject of ours with its peers. */
export interface Suite {
  /** What is compared with what, for the heading; the peers are installed by then. */
  title(): string;
  open(): Promise<OpenSuite>;
}
