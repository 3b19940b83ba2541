/** How long work is told to a person: one line when it begins, one when it ends, and a sign of life in between. */

/** Tells what a running step is doing right now, in a few words; only the newest is shown. */
export type Detail = (text: string) => void;

export interface Progress {
  /**
   * Does `work` and tells its beginning and its end, with the time it took.
   * `why` is for slow steps: the reason and how long it may take, such as "once; 4 to 12 minutes".
   * Steps may be nested and may run at the same time. The result, or the error, is that of `work`.
   */
  step<T>(title: string, work: (detail: Detail) => Promise<T> | T): Promise<T>;
  step<T>(title: string, why: string | undefined, work: (detail: Detail) => Promise<T> | T): Promise<T>;
  /** One line of its own, for what a person should know and that takes no time. */
  note(text: string): void;
}

export interface ProgressStream {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

interface RunningStep {
  title: string;
  began: number;
  detail: string;
}

/** What the two faces below differ in; the bookkeeping of running steps is shared. */
interface Face {
  line(text: string): void;
  /** Called when the first step begins, to keep telling that something goes on; returns what ends that. */
  watch(running: ReadonlySet<RunningStep>): () => void;
}

const signOfLifeEveryMs = 20_000;

/** Progress for a person at `stream` (standard error unless told): a live last line on a terminal, plain lines elsewhere. */
export function progressTo(stream: ProgressStream = process.stderr): Progress {
  return tell(stream.isTTY ? liveFace(stream) : plainFace(stream));
}

/** Progress that says nothing, for tests. */
export function silentProgress(): Progress {
  return tell({ line: () => {}, watch: () => () => {} });
}

/** Seconds below a minute with one decimal, minutes and seconds above. */
export function spokenDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

function tell(face: Face): Progress {
  const running = new Set<RunningStep>();
  let unwatch = () => {};

  async function step<T>(
    title: string,
    whyOrWork: string | undefined | ((detail: Detail) => Promise<T> | T),
    maybeWork?: (detail: Detail) => Promise<T> | T,
  ): Promise<T> {
    const work = typeof whyOrWork === 'function' ? whyOrWork : maybeWork;
    if (!work) throw new TypeError(`progress.step('${title}') was given no work to do.`);
    const why = typeof whyOrWork === 'string' ? ` (${whyOrWork})` : '';
    const indent = '  '.repeat(running.size);
    const self: RunningStep = { title, began: performance.now(), detail: '' };
    face.line(`${indent}… ${title}${why}`);
    running.add(self);
    if (running.size === 1) unwatch = face.watch(running);
    const end = (sign: string) => {
      running.delete(self);
      if (running.size === 0) unwatch();
      face.line(`${indent}${sign} ${title}: ${spokenDuration(performance.now() - self.began)}`);
    };
    try {
      const result = await work((text) => {
        self.detail = text;
      });
      end('✓');
      return result;
    } catch (error) {
      end('✗');
      throw error;
    }
  }

  return { step, note: (text) => face.line(`${'  '.repeat(running.size)}${text}`) };
}

function plainFace(stream: ProgressStream): Face {
  return {
    line: (text) => stream.write(`${text}\n`),
    watch(running) {
      const timer = setInterval(() => {
        stream.write(`  still at it: ${describe(running)}\n`);
      }, signOfLifeEveryMs);
      timer.unref();
      return () => clearInterval(timer);
    },
  };
}

function liveFace(stream: ProgressStream): Face {
  const clearLine = '\r\x1b[2K';
  let live = '';
  return {
    line(text) {
      stream.write(`${live && clearLine}${text}\n${live}`);
    },
    watch(running) {
      const draw = () => {
        // One column is left free: a terminal that wraps would leave a second line behind that nobody clears.
        live = describe(running).slice(0, (stream.columns ?? 80) - 1);
        stream.write(`${clearLine}${live}`);
      };
      const timer = setInterval(draw, 200);
      timer.unref();
      return () => {
        clearInterval(timer);
        live = '';
        stream.write(clearLine);
      };
    },
  };
}

function describe(running: ReadonlySet<RunningStep>): string {
  return [...running]
    .map(({ title, began, detail }) => {
      const elapsed = spokenDuration(performance.now() - began);
      return `${title} ${elapsed}${detail && `, ${detail}`}`;
    })
    .join(' · ');
}
