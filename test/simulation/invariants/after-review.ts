/** What follows break-glass: it is told, it stays open until others have looked back at it, and as long as that is overdue there is no more. */
import type { AccessRequest } from '#domain/request.ts';
import { personOf } from '../people/cast.ts';
import type { Invariant, Seen } from './invariant.ts';

const emergencies = ({ cloud }: Seen): AccessRequest[] =>
  [...cloud.twins.records.requests.values()].filter(
    ({ asked, decision }) => asked.breakGlass && decision.outcome !== 'refuse',
  );

export const staysOpen: Invariant = {
  name: 'stays open',
  says: 'Every use of break-glass has an after-review and is due until that is answered, whatever becomes of the grant; nothing else has one.',
  breach: ({ cloud }) => {
    for (const { id, asked, decision, afterReview, notice, dueAt } of cloud.twins.records.requests.values()) {
      const wanted = asked.breakGlass === true && decision.outcome !== 'refuse';
      if (wanted !== (afterReview !== undefined) || wanted !== (notice !== undefined))
        return `${id} was ${wanted ? '' : 'not '}taken by break-glass, and has ${afterReview ? 'an' : 'no'} after-review`;
      if (afterReview && !afterReview.answer && dueAt === undefined)
        return `nobody has looked back at ${id}, and it is never due`;
    }
    return undefined;
  },
};

export const lookedBackByOthers: Invariant = {
  name: 'looked back at by others',
  says: 'An after-review is answered by somebody of the catalog other than the requester, who did answer it, once the access was over.',
  breach: (seen) => {
    for (const { id, requester, afterReview, history } of emergencies(seen)) {
      const { answer } = afterReview ?? {};
      if (!answer) continue;
      if (answer.reviewer === requester.person) return `${answer.reviewer} looked back at their own ${id}`;
      const did = seen.deeds.done.some(
        ({ what, requestId, by }) =>
          what === 'look back' && requestId === id && personOf(by) === answer.reviewer,
      );
      if (!did) return `${answer.reviewer} never looked back at ${id}`;
      const known = seen.cloud.deployed.some(({ catalog }) =>
        [...catalog.operators, ...(catalog.reviewers['payments-leads']?.members ?? [])].includes(
          answer.reviewer,
        ),
      );
      if (!known) return `${answer.reviewer} may not look back at ${id}`;
      const over = Date.parse(history.at(-1)?.at ?? '');
      // Written by two functions, by the clock of each.
      if (!(over - seen.skewMs <= Date.parse(answer.at))) return `${id} was answered for before it was over`;
    }
    return undefined;
  },
};

/** From the beginning of a call to its decision, by the same clock: an answer that comes between may count. */
const decidingMs = 40_000;

export const noneWhileOverdue: Invariant = {
  name: 'none while overdue',
  says: 'Nobody gets break-glass while an earlier after-review of theirs is overdue.',
  breach: (seen) => {
    const all = emergencies(seen);
    for (const { id, requester, createdAt } of all) {
      const asked = Date.parse(createdAt);
      for (const { requester: other, afterReview, id: earlier } of all) {
        if (earlier === id || other.key !== requester.key || !afterReview) continue;
        const answered = Date.parse(afterReview.answer?.at ?? '') || Number.POSITIVE_INFINITY;
        if (Date.parse(afterReview.answerBy) < asked && answered > asked + decidingMs + seen.skewMs)
          return `${requester.key} got ${id} by break-glass, although nobody had looked back at ${earlier}`;
      }
    }
    return undefined;
  },
};

/** Looked at once, when a history has become quiet. */
export const toldInTheEnd: Invariant = {
  name: 'told in the end',
  says: 'When all is quiet, everybody who has to know of a use of break-glass was mailed.',
  breach: (seen) => {
    const { sent } = seen.cloud.twins.mailer;
    for (const { id, notice } of emergencies(seen)) {
      if (!notice?.sentAt) return `not everybody was told of ${id}`;
      const untold = notice.to.find(
        (person) => !sent.some(({ to, subject }) => to === person && subject === `Break-glass ${id}`),
      );
      if (untold !== undefined) return `${untold} was never told of ${id}`;
    }
    return undefined;
  },
};
