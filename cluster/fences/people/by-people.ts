/** Who the fences around people judge: everybody whom a grant lets in. */
import { literal } from '../../cel.ts';
import { brokerPrefix, peoplePrefix } from '../../identities.ts';

/**
 * By the group too: every access entry of ours gives both, and one edited by hand may have lost its username. Never the
 * broker, whatever groups somebody gave it: these fences fail closed, and would hold up its revokes.
 */
export const byPeople = {
  name: 'by-a-person-with-a-grant',
  expression: `!request.userInfo.username.startsWith(${literal(brokerPrefix)}) && (request.userInfo.username.startsWith(${literal(peoplePrefix)}) || request.userInfo.?groups.orValue([]).exists(g, g.startsWith(${literal(peoplePrefix)})))`,
};

/** Namespace of a call, '' where it has none; of a call on a namespace that namespace itself. */
export const namespaceOfCall = "request.?namespace.orValue('')";
