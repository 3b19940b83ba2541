/** Where the demo is told: real commands shown as a person would type them, with what they said and what was expected. */
import type { Terminal } from '#local/terminal.ts';

const colours = { dim: '2', bold: '1', green: '32', red: '31', cyan: '36' } as const;

/** kubectl tells each try of its discovery when nobody knows the caller; the one line that counts comes last. */
const kubectlNoise = /^E\d{4} .*memcache\.go/;

export class Stage {
  readonly #colour: boolean;
  readonly #out: NodeJS.WriteStream;

  constructor(out: NodeJS.WriteStream = process.stdout) {
    this.#out = out;
    this.#colour = Boolean(out.isTTY) && process.env.NO_COLOR === undefined;
  }

  paint(colour: keyof typeof colours, text: string): string {
    return this.#colour ? `\u001b[${colours[colour]}m${text}\u001b[0m` : text;
  }

  scene(title: string): void {
    this.line(`\n${this.paint('bold', `── ${title} `.padEnd(78, '─'))}`);
  }

  line(text = ''): void {
    this.#out.write(`${text}\n`);
  }

  /** What the narrator says, apart from what programs say. */
  say(text: string): void {
    this.line(this.paint('dim', `# ${text}`));
  }

  /** Types a command into somebody's terminal and shows what it said. Throws when it did not end as the story needs it to. */
  async type(
    terminal: Terminal,
    command: string,
    args: readonly string[],
    expected: 'works' | 'refused',
  ): Promise<string> {
    this.prompt(terminal, command, args);
    const { code, stdout, stderr } = await terminal.run(command, args, {
      onLine: (line) => void (kubectlNoise.test(line) || this.line(`  ${line}`)),
    });
    const refused = /forbidden|unauthorized|must be logged in/i.test(stderr);
    const asExpected = expected === 'works' ? code === 0 : code !== 0 && refused;
    if (!asExpected) {
      throw new Error(
        `The story has "${command} ${args.join(' ')}" by ${terminal.profile} ${expected}, but it ended with exit code ${code}.`,
      );
    }
    this.line(`  ${expected === 'works' ? this.paint('green', '✓ works') : this.paint('red', '✗ refused')}`);
    return stdout;
  }

  prompt(terminal: Pick<Terminal, 'profile'>, command: string, args: readonly string[]): void {
    const shown = args.map((arg) =>
      /^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`,
    );
    this.line(
      `${this.paint('cyan', `${terminal.profile} $`)} ${this.paint('bold', [command, ...shown].join(' '))}`,
    );
  }

  /** Counts down to an instant in place on a terminal, or says once how long it takes elsewhere. */
  async countdown(until: Date, text: (seconds: number) => string): Promise<void> {
    const left = () => Math.max(0, Math.ceil((until.getTime() - Date.now()) / 1000));
    if (!this.#out.isTTY) this.say(text(left()));
    while (left() > 0) {
      if (this.#out.isTTY) this.#out.write(`\r\u001b[2K${this.paint('dim', `# ${text(left())}`)}`);
      await new Promise((resolve) =>
        setTimeout(resolve, Math.min(1000, Math.max(1, until.getTime() - Date.now()))),
      );
    }
    if (this.#out.isTTY) this.#out.write('\r\u001b[2K');
  }
}
