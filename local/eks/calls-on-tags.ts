/** Tags of access entries, by the entry's ARN. */
import * as z from 'zod';
import type { AccessEntry } from './access-entries.ts';
import { onTags } from './checks.ts';
import { type Call, noSuch, type Operation, parse, tagsForm } from './operation.ts';

export const callsOnTags: readonly Operation[] = [
  {
    name: 'ListTagsForResource',
    method: 'GET',
    path: '/tags/:resourceArn',
    plan: (call) => {
      const resourceArn = call.parameter('resourceArn');
      const entry = call.world.entries.findByArn(resourceArn);
      return {
        checks: [onTags('ListTagsForResource', resourceArn, entry?.tags ?? {}, {})],
        perform: () => ({ tags: taggedEntry(call).tags }),
      };
    },
  },
  {
    name: 'TagResource',
    method: 'POST',
    path: '/tags/:resourceArn',
    plan: (call) => {
      const resourceArn = call.parameter('resourceArn');
      const { tags } = parse(z.object({ tags: tagsForm }), call.body);
      const entry = call.world.entries.findByArn(resourceArn);
      return {
        checks: [onTags('TagResource', resourceArn, entry?.tags ?? {}, tags)],
        perform: () => {
          const tagged = taggedEntry(call);
          call.world.entries.setTags(tagged, { ...tagged.tags, ...tags });
          return {};
        },
      };
    },
  },
  {
    name: 'UntagResource',
    method: 'DELETE',
    path: '/tags/:resourceArn',
    plan: (call) => {
      const resourceArn = call.parameter('resourceArn');
      const keys = call.query.getAll('tagKeys');
      const entry = call.world.entries.findByArn(resourceArn);
      return {
        checks: [onTags('UntagResource', resourceArn, entry?.tags ?? {}, keys)],
        perform: () => {
          const tagged = taggedEntry(call);
          const left = Object.entries(tagged.tags).filter(([key]) => !keys.includes(key));
          call.world.entries.setTags(tagged, Object.fromEntries(left));
          return {};
        },
      };
    },
  },
];

function taggedEntry({ world, parameter }: Call): AccessEntry {
  const resourceArn = parameter('resourceArn');
  const entry = world.entries.findByArn(resourceArn);
  if (!entry) throw noSuch(`The resource ${resourceArn} could not be found.`);
  return entry;
}
