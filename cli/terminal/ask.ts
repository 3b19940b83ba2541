/** Questions to the person at the terminal; asked on stderr, so that stdout stays the answer. */
import { createInterface } from 'node:readline/promises';
import { CancelledByUser } from '../failures.ts';

/** One line of text, trimmed. Throws CancelledByUser on Ctrl-C and Ctrl-D. */
export async function askLine(question: string): Promise<string> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const cancelled = new Promise<never>((_, reject) => {
      const cancel = () => reject(new CancelledByUser('Stopped; nothing was sent.'));
      prompt.once('SIGINT', cancel);
      prompt.once('close', cancel);
    });
    return (await Promise.race([prompt.question(question), cancelled])).trim();
  } finally {
    prompt.close();
  }
}

/** Asks until `accept` has no objection. */
export async function askUntil(
  question: string,
  accept: (answer: string) => string | undefined,
): Promise<string> {
  for (;;) {
    const answer = await askLine(question);
    const objection = accept(answer);
    if (objection === undefined) return answer;
    process.stderr.write(`${objection}\n`);
  }
}

/** True only for a written yes. */
export async function askYes(question: string): Promise<boolean> {
  return /^y(es)?$/i.test(await askLine(`${question} [y/N] `));
}
