/** Goes through what waits, one at a time and in full, and sends what is answered by key. */
import { requestDigest } from '#domain/request.ts';
import type { RequestView } from '#http/request-view.ts';
import type { CatalogView } from '#http/routes/catalog.ts';
import type { Api } from '../api/client.ts';
import { bewareOf } from '../beware.ts';
import { outcome } from '../commands/review.ts';
import { AnsweredError } from '../failures.ts';
import type { Keys } from '../terminal/keys.ts';
import { safeText } from '../terminal/safe-text.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { requestSummary } from '../views/request-summary.ts';
import { timeline } from '../views/timeline.ts';
import { what, whoAsked } from '../views/words.ts';
import { answeredMeanwhile } from './waiting.ts';

export interface InboxOptions {
  api: Pick<Api, 'show' | 'review' | 'reviewAfterwards'>;
  catalog: CatalogView;
  terminal: Pick<Terminal, 'print' | 'progress' | 'style'>;
  keys: Keys;
  /** One line of text, trimmed. */
  askLine(question: string): Promise<string>;
}

export interface Went {
  answered: number;
  skipped: RequestView[];
}

type Step = 'answered' | 'skipped' | 'gone' | 'quit';

/** Ends where the list does, or where the person wants to. Throws what keeps the API from being asked at all. */
export async function answerByKey(options: InboxOptions, items: readonly RequestView[]): Promise<Went> {
  const went: Went = { answered: 0, skipped: [] };
  for (const [i, item] of items.entries()) {
    options.terminal.print(['', options.terminal.style('bold', `${i + 1} of ${items.length}`)]);
    const step = await answerOne(options, item);
    if (step === 'answered') went.answered += 1;
    if (step === 'skipped') went.skipped.push(item);
    if (step === 'quit') {
      went.skipped.push(...items.slice(i));
      break;
    }
  }
  return went;
}

async function answerOne(options: InboxOptions, { id }: RequestView): Promise<Step> {
  const { api, terminal, catalog } = options;
  try {
    const { request, holds, events } = await api.show(id);
    const over = answeredMeanwhile(request);
    if (over !== undefined) {
      terminal.print(`${what(request)}, asked by ${whoAsked(request)}: nothing to answer. ${safeText(over)}`);
      return 'gone';
    }
    const later = request.status !== 'pending';
    const beware = later ? [] : bewareOf(catalog, request);
    terminal.print(requestSummary(request, { beware, holds }));
    if (later) terminal.print(['', ...timeline(events)]);
    terminal.print('');
    return await (later ? lookBack(options, request) : review(options, request));
  } catch (error) {
    // Of this one alone, such as that somebody else was faster; after a fault of the API it isn't known what is on record.
    if (!(error instanceof AnsweredError) || error.status >= 500) throw error;
    const why = error.message.split('\n').map(safeText).join('\n');
    terminal.progress(`Not recorded. ${why}`);
    return 'gone';
  }
}

/** Asks until one of the keys is pressed. */
async function keyOf<K extends string>(
  { terminal, keys }: InboxOptions,
  question: string,
  allowed: readonly K[],
): Promise<K> {
  terminal.progress(question);
  for (;;) {
    const key = await keys.next();
    const found = allowed.find((one) => one === key);
    if (found) return found;
    terminal.progress(`"${safeText(key)}" means nothing here. ${question}`);
  }
}

const digestOf = (shown: RequestView) => requestDigest(shown as Parameters<typeof requestDigest>[0]);

async function review(options: InboxOptions, request: RequestView): Promise<Step> {
  const { api, terminal, askLine } = options;
  for (;;) {
    const key = await keyOf(options, '[a] approve  [d] deny  [s] skip  [q] quit', ['a', 'd', 's', 'q']);
    if (key === 's') return 'skipped';
    if (key === 'q') return 'quit';
    // Of what was shown above: should the record differ by now, the API refuses the answer.
    const digest = digestOf(request);
    if (key === 'a') {
      if ((await keyOf(options, 'Approve this? [y] yes  [n] no', ['y', 'n'])) === 'n') continue;
      terminal.print(outcome(await api.review(request.id, { answer: 'approve', digest }), 'approve'));
      return 'answered';
    }
    const reason = await askLine('Why? The one who asks reads it (empty: back) ');
    if (reason === '') continue;
    terminal.print(outcome(await api.review(request.id, { answer: 'deny', reason, digest }), 'deny'));
    return 'answered';
  }
}

async function lookBack(options: InboxOptions, request: RequestView): Promise<Step> {
  const { api, terminal, askLine } = options;
  for (;;) {
    const key = await keyOf(options, '[a] accept  [d] dispute  [s] skip  [q] quit', ['a', 'd', 's', 'q']);
    if (key === 's') return 'skipped';
    if (key === 'q') return 'quit';
    const reason = await askLine('What have you seen? It stays on record (empty: back) ');
    if (reason === '') continue;
    const verdict = key === 'a' ? 'accept' : 'dispute';
    const after = await api.reviewAfterwards(request.id, { verdict, reason, digest: digestOf(request) });
    const verb = verdict === 'accept' ? 'Accepted' : 'Disputed';
    terminal.print(`${verb}: ${what(after)}, taken by ${whoAsked(after)}. It is on record.`);
    return 'answered';
  }
}
