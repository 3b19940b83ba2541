/** What waits for the caller's answer: reviews and after-reviews, whatever has to be answered soonest first. */
import type { RequestView } from '#http/request-view.ts';
import type { Api } from '../api/client.ts';

/** Until when an answer is of use. */
export function answerBy({ status, reviewBy, afterReview }: RequestView): string {
  return status === 'pending' ? reviewBy : (afterReview?.answerBy ?? reviewBy);
}

/** All pages: one may be empty and not be the last. */
export async function waitingFor(api: Pick<Api, 'list'>): Promise<RequestView[]> {
  const items: RequestView[] = [];
  let cursor: string | undefined;
  do {
    const page = await api.list({
      scope: 'waiting',
      limit: 100,
      ...(cursor === undefined ? {} : { cursor }),
    });
    items.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return items.sort((a, b) => (answerBy(a) < answerBy(b) ? -1 : 1));
}

/** Why one that has waited does so no more, in words; undefined while it waits. */
export function answeredMeanwhile({ status, afterReview, history }: RequestView): string | undefined {
  if (afterReview?.answer) return `${afterReview.answer.reviewer} has looked back at it meanwhile.`;
  if (status === 'pending' || afterReview) return undefined;
  return `It is ${status} meanwhile, by ${history.at(-1)?.by ?? 'somebody else'}.`;
}
