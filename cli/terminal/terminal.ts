/** The two ways out of the CLI: answers on stdout (text or JSON), progress and failures on stderr. */
import { styleText } from 'node:util';

export type OutputFormat = 'text' | 'json';

type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow';

export interface Terminal {
  readonly format: OutputFormat;
  /** Whether a person can be asked: both stdin and stderr are terminals and no JSON is wanted. */
  readonly interactive: boolean;
  /** Answer for people; nothing in JSON format. */
  print(lines: string | readonly string[]): void;
  /** Answer for programs: one JSON document; nothing in text format. */
  json(value: unknown): void;
  /** A line about what happens, on stderr, in both formats. */
  progress(line: string): void;
  /** The line that keeps changing while one waits; only where stderr is a terminal. Empty text takes it away. */
  live(line: string): void;
  style(style: Style, text: string): string;
}

const eraseLine = '\r\u001b[K';

export function openTerminal(format: OutputFormat): Terminal {
  const { stdout, stderr, stdin } = process;
  const alive = stderr.isTTY === true;
  let shown = '';
  const clear = () => {
    if (shown) stderr.write(eraseLine);
    shown = '';
  };
  return {
    format,
    interactive: format === 'text' && stdin.isTTY === true && alive,
    print(lines) {
      if (format === 'json') return;
      clear();
      stdout.write(`${typeof lines === 'string' ? lines : lines.join('\n')}\n`);
    },
    json(value) {
      if (format !== 'json') return;
      clear();
      stdout.write(`${JSON.stringify(value, null, 2)}\n`);
    },
    progress(line) {
      clear();
      stderr.write(`${line}\n`);
    },
    live(line) {
      if (!alive || line === shown) return;
      const width = (stderr.columns ?? 80) - 1;
      clear();
      shown = line;
      if (line) stderr.write([...line].slice(0, width).join(''));
    },
    // Colour only where stdout and stderr both take it: one switch for both is what NO_COLOR and pipes expect.
    style(style, text) {
      return stdout.isTTY && alive ? styleText(style, text, { stream: stderr }) : text;
    },
  };
}
