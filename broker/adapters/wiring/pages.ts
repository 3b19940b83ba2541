/** Where the pages are, from what the stack says. */
import type { PageOrigin } from '#ports';
import type { Environment } from '../environment.ts';

export function pageOrigin({
  publicUrl,
  passkeyDomain,
}: Environment<'publicUrl' | 'passkeyDomain'>): PageOrigin {
  return {
    url: publicUrl.replace(/\/$/, ''),
    domain: passkeyDomain === '' ? new URL(publicUrl).hostname : passkeyDomain,
  };
}
